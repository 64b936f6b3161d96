# SPDX-License-Identifier: MIT
"""What a rule of retention finds to let go, among a bounded number of events or runs at a time. Nothing is changed here.

Debug events go by themselves, wherever they were said; all else goes with its run, or, said outside of runs, alone. A run is
held while it is open, while it is the last one of its task, and until its age counts from its end, too.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.keeping import Rule, Rules, Sort
from humeops.central.store import driver, rows
from humeops.event import SEVERITY

# What one transaction looks at: some ten milliseconds of a small machine.
EVENTS_AT_ONCE = 1_000
RUNS_AT_ONCE = 200

_DEBUG, _WARNING = SEVERITY["debug"], SEVERITY["warning"]
_IS_DEBUG = f"kind = 'log' AND level = {_DEBUG}"
_ITS: dict[Sort, str] = {
    "debug": _IS_DEBUG,
    "good": f"run IS NULL AND level < {_WARNING} AND NOT ({_IS_DEBUG})",
    "bad": f"run IS NULL AND level >= {_WARNING}",
}
_EVENT = "SELECT id, host, task, tags, run, kind, level FROM event"
_RUN = "SELECT id, host, task, state, ended_at FROM run"
_LAST_RUNS = "SELECT last_run FROM task WHERE last_run IS NOT NULL AND (host, task) IN (VALUES {pairs})"
_RUN_TAGS = "SELECT run, tag FROM run_tag WHERE run IN ({})"


class Found(NamedTuple):
    """What was looked at ends here; `due` goes, `held` would go if it were not held."""

    end: bytes
    is_last: bool
    due: list[bytes]
    held: list[bytes]


class Chosen(NamedTuple):
    """What becomes of things: each with the rule that decides about it, None for what is not ripe for any."""

    due: list[tuple[bytes, Rule | None]]
    held: list[tuple[bytes, Rule | None]]
    kept: list[tuple[bytes, Rule | None]]


def events(connection: sa.Connection, rules: Rules, rule: Rule, after: bytes, until: bytes) -> Found:
    """Look at some events after the one and before the other."""
    end, is_last = _end(connection, "event", after, until, EVENTS_AT_ONCE)
    query = f"{_EVENT} WHERE id > ? AND id <= ? AND {_ITS[rule.sort]}"
    found = driver.all_rows(connection, query, (after, end))
    names = _tags(connection, rules, [row[4] for row in found if row[4]])
    return Found(end, is_last, [row[0] for row in found if _rule_of_event(rules, row, names) is rule], [])


def runs(connection: sa.Connection, rules: Rules, rule: Rule, now_ns: int, after: bytes, until: bytes) -> Found:
    """Look at some runs after the one and before the other."""
    end, is_last = _end(connection, "run", after, until, RUNS_AT_ONCE)
    found = driver.all_rows(connection, f"{_RUN} WHERE id > ? AND id <= ?", (after, end))
    chosen = _choose(connection, rules, now_ns, found)
    due = [key for key, deciding in chosen.due if deciding is rule]
    # Of an open run nobody knows yet whose matter it will be.
    return Found(end, is_last, due, [key for key, deciding in chosen.held if deciding is rule or deciding is None])


def events_of(connection: sa.Connection, keys: list[bytes]) -> int:
    """Count the events of these runs."""
    query = "SELECT count(*) FROM event WHERE run IN ({})"
    return sum(row[0] for row in driver.all_among(connection, query, keys)) if keys else 0


def choose_events(connection: sa.Connection, rules: Rules, now_ns: int, keys: list[bytes]) -> Chosen:
    """Tell what becomes of these events; those that are not there are nowhere."""
    found = list(driver.all_among(connection, f"{_EVENT} WHERE id IN ({{}})", keys)) if keys else []
    names = _tags(connection, rules, [row[4] for row in found if row[4]])
    chosen = Chosen([], [], [])
    for row in found:
        rule = _rule_of_event(rules, row, names)
        is_due = rule is not None and row[0] < rows.first_key(rule.until(now_ns))
        (chosen.due if is_due else chosen.kept).append((row[0], rule))
    return chosen


def choose_runs(connection: sa.Connection, rules: Rules, now_ns: int, keys: list[bytes]) -> Chosen:
    """Tell what becomes of these runs; those that are not there are nowhere."""
    found = list(driver.all_among(connection, f"{_RUN} WHERE id IN ({{}})", keys)) if keys else []
    return _choose(connection, rules, now_ns, found)


def _choose(connection: sa.Connection, rules: Rules, now_ns: int, found: Sequence[Sequence[Any]]) -> Chosen:
    last = _last_ones(connection, found)
    names = _tags(connection, rules, [row[0] for row in found])
    chosen = Chosen([], [], [])
    for key, host, task, state, ended_at in found:
        if state == "running":
            chosen.held.append((key, None))
            continue
        rule = rules.deciding("good" if state == "ok" else "bad", host, task, names.get(key, []))
        until_ns = rule.until(now_ns)
        if key >= rows.first_key(until_ns):
            chosen.kept.append((key, rule))
        elif key in last or ended_at is None or ended_at >= until_ns:
            chosen.held.append((key, rule))
        else:
            chosen.due.append((key, rule))
    return chosen


def _rule_of_event(rules: Rules, row: Sequence[Any], names: dict[bytes, list[str]]) -> Rule | None:
    """Return the rule that decides about an event by itself; None for one that goes with its run."""
    _, host, task, tags, run, kind, level = row
    own = rows.read_tags(tags) if tags else []
    if kind == "log" and level == _DEBUG:
        return rules.deciding("debug", host, task, [*own, *names.get(run, [])])
    if run is not None:
        return None
    return rules.deciding("good" if level < _WARNING else "bad", host, task, own)


def _end(connection: sa.Connection, table: str, after: bytes, until: bytes, most: int) -> tuple[bytes, bool]:
    query = f"SELECT id FROM {table} WHERE id > ? AND id < ? ORDER BY id LIMIT 1 OFFSET {most - 1}"  # noqa: S608
    found = driver.all_rows(connection, query, (after, until))
    return (found[0][0], False) if found else (_before(until), True)


def _before(key: bytes) -> bytes:
    # The end is looked at, too; a goal itself is not.
    return (max(1, int.from_bytes(key, "big")) - 1).to_bytes(16, "big")


def _last_ones(connection: sa.Connection, found: Sequence[Sequence[Any]]) -> set[bytes]:
    names = sorted({(row[1], row[2]) for row in found})
    return {row[0] for row in driver.all_for_pairs(connection, _LAST_RUNS, names)} if names else set()


def _tags(connection: sa.Connection, rules: Rules, keys: list[bytes]) -> dict[bytes, list[str]]:
    names: dict[bytes, list[str]] = {}
    if rules.ask_for_tags and keys:
        for run, tag in driver.all_among(connection, _RUN_TAGS, sorted(set(keys))):
            names.setdefault(run, []).append(tag)
    return names
