# SPDX-License-Identifier: MIT
"""Deletes what retention lets go: one bounded step, one transaction, at the end of which the rule's mark has moved.

*Design.* A step that is killed or rolled back has done nothing, and is done again. What goes is given to `export` before it is
deleted; the step's commit comes after that. Of a run its events go first, as many as a step may delete, then the run with
all that was derived from it. Runs are locked before tasks, as intake does it; what they are is looked at again under the
lock, so that a run that changed meanwhile stays.
"""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from humeops.central.keeping import Rule, Rules
from humeops.central.store import driver, due, horizon, learning, rows, scripting, statements, tables, textindex
from humeops.central.store.running import read_summary, task_of

# Given rows of the event table before they are deleted; what it returns from is on stable storage.
Export = Callable[[Sequence[sa.Row[Any]]], None]

_event = tables.event
_OF_RUNS = "SELECT id FROM event WHERE run IN ({{}}) LIMIT {}"
_DERIVED = ("run_tag", "run_flag", "run_datum")
_TRANSITIONS_AT_ONCE = 2_000
_OLD_TRANSITIONS = "SELECT id, at FROM transition ORDER BY id LIMIT ?"
_DROP_TRANSITIONS = "DELETE FROM transition WHERE id <= ?"


class Retiring:
    """The steps of all rules at one moment; each says whether there is more to do."""

    def __init__(self, rules: Rules, now_ns: int, export: Export | None) -> None:
        self._rules = rules
        self._now_ns = now_ns
        self._export = export

    def goals(self) -> dict[str, bytes]:
        """Return up to where each mark may go now."""
        return {
            mark: rows.first_key(rule.until(self._now_ns))
            for rule in self._rules.every
            for mark in marks_of(self._rules, rule)
        }

    def step_events(self, connection: sa.Connection, rule: Rule) -> bool:
        """Delete some events that go by themselves."""
        mark = mark_of(self._rules, rule, "event")
        upto, until = self._span(connection, rule, mark)
        if upto >= until:
            return False
        found = due.events(connection, self._rules, rule, upto, until)
        self._delete_events(connection, found.due)
        horizon.advance(connection, mark, found.end)
        return not found.is_last

    def step_runs(self, connection: sa.Connection, rule: Rule) -> bool:
        """Delete some runs, or some events of them."""
        mark = mark_of(self._rules, rule, "run")
        upto, until = self._span(connection, rule, mark)
        if upto >= until:
            return False
        found = due.runs(connection, self._rules, rule, self._now_ns, upto, until)
        if not self._delete_runs(connection, found.due):
            return True
        horizon.note_late(connection, {(key, "run") for key in found.held})
        horizon.advance(connection, mark, found.end)
        return not found.is_last

    def step_late(self, connection: sa.Connection, after: horizon.Late) -> horizon.Late | None:
        """Look at some of what came late or was held, after this one; return the last one, or None when that was all."""
        late = horizon.some_late(connection, after, due.RUNS_AT_ONCE)
        if not late:
            return None
        single, runs = ([key for key, kind in late if kind == wanted] for wanted in ("event", "run"))
        events = due.choose_events(connection, self._rules, self._now_ns, single)
        chosen = due.choose_runs(connection, self._rules, self._now_ns, runs)
        self._delete_events(connection, [key for key, _ in events.due])
        if not self._delete_runs(connection, [key for key, _ in chosen.due]):
            return after
        reached = horizon.reached(connection)
        stay = {(key, "event") for key, rule in events.kept if self._is_past(reached, key, rule, "event")}
        stay |= {(key, "run") for key, rule in chosen.kept if self._is_past(reached, key, rule, "run")}
        stay |= {(key, "run") for key, _ in chosen.held}
        # A run that was due and changed under our eyes is looked at once more.
        stay |= {(key, "run") for key in _there(connection, [key for key, _ in chosen.due])}
        horizon.no_longer_late(connection, [one for one in late if one not in stay])
        return late[-1]

    def step_transitions(self, connection: sa.Connection) -> bool:
        """Delete some changes of tasks' states, which are kept as long as what is bad."""
        found = driver.all_rows(connection, _OLD_TRANSITIONS, (_TRANSITIONS_AT_ONCE,))
        old = [number for number, at in found if at < self._until_of_bad()]
        if old:
            driver.many(connection, _DROP_TRANSITIONS, [(max(old),)])
        return len(old) == _TRANSITIONS_AT_ONCE

    def step_scripts(self, connection: sa.Connection) -> bool:
        """Forget some scripts that no run has shown for as long as what is bad is kept."""
        return scripting.forget(connection, self._until_of_bad())

    def _until_of_bad(self) -> int:
        (rule,) = (
            one for one in self._rules.every if one.sort == "bad" and (one.host, one.task, one.tag) == ("*", "*", "")
        )
        return rule.until(self._now_ns)

    def _span(self, connection: sa.Connection, rule: Rule, mark: str) -> tuple[bytes, bytes]:
        upto, goal = horizon.reached(connection)[mark]
        return upto, min(goal, rows.first_key(rule.until(self._now_ns)))

    def _is_past(self, reached: dict[str, tuple[bytes, bytes]], key: bytes, rule: Rule | None, kind: str) -> bool:
        """Tell whether the rule has been where this is, and will not come by again."""
        return rule is not None and key <= reached[mark_of(self._rules, rule, kind)][0]

    def _delete_runs(self, connection: sa.Connection, keys: list[bytes]) -> bool:
        """Delete these runs, or first some of their events; tell whether all are done that are still due."""
        if not keys:
            return True
        known = {key: read_summary(text) for key, text in statements.runs(connection, sorted(keys))}
        names = sorted({task_of(summary) for summary in known.values()})
        if not names:
            return True
        list(statements.tasks(connection, names))  # locked, where there are others
        still = [key for key, _ in due.choose_runs(connection, self._rules, self._now_ns, sorted(known)).due]
        if not still:
            return True
        events = [row[0] for row in driver.all_among(connection, _OF_RUNS.format(due.EVENTS_AT_ONCE), still)]
        self._delete_events(connection, events)
        if len(events) >= due.EVENTS_AT_ONCE:
            return False
        for table in _DERIVED:
            driver.many(connection, f"DELETE FROM {table} WHERE run = ?", [(key,) for key in still])  # noqa: S608
        driver.many(connection, "DELETE FROM run WHERE id = ?", [(key,) for key in still])
        gone: dict[tuple[str, str], set[str]] = {}
        for key in still:
            gone.setdefault(task_of(known[key]), set()).add(known[key].run)
        learning.forget(connection, gone)
        return True

    def _delete_events(self, connection: sa.Connection, keys: list[bytes]) -> None:
        if not keys:
            return
        if self._export is not None:
            self._export(connection.execute(sa.select(_event).where(_event.c.id.in_(keys)).order_by(_event.c.id)).all())
        textindex.forget(connection, keys)
        connection.execute(sa.delete(_event).where(_event.c.id.in_(keys)))


def marks_of(rules: Rules, rule: Rule) -> list[str]:
    """Return the names of a rule's marks: debug events only go by themselves, all else with runs, too."""
    return [mark_of(rules, rule, kind) for kind in (("event",) if rule.sort == "debug" else ("event", "run"))]


def mark_of(rules: Rules, rule: Rule, kind: str) -> str:
    """Return the name of the mark of a rule among events or runs."""
    return f"{rules.name} {rule.sort} {rule.place} {kind}"


def _there(connection: sa.Connection, keys: list[bytes]) -> list[bytes]:
    return [row[0] for row in driver.all_among(connection, "SELECT id FROM run WHERE id IN ({})", keys)] if keys else []
