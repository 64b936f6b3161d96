# SPDX-License-Identifier: MIT
"""Judges watched tasks within the transaction that is under way: intake calls it for what events concern, watchers for deadlines.

Both end here, so what is stored of a watch is the same function of the events and the time whoever comes first
(`watches.judging`). What is shown of the task, the change of it, and the next deadline are written together.
"""

import collections
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from humeops import spans
from humeops.central.store import holding, rows, statements, watchrows
from humeops.central.store.changing import Moved
from humeops.central.store.driver import Pair
from humeops.central.store.moving import Move
from humeops.central.store.running import read_summary
from humeops.central.watches import judging, showing
from humeops.central.watches.expectation import Expectation
from humeops.central.watches.judging import Facts, Judged, Judgement, OpenRun

read_wanted = holding.read_wanted
# humed says a word each minute: with one of them missing the host may be gone. If it is not, little time is lost.
DOUBTED_NS = spans.MINUTE + 15 * spans.SECOND
# By then a watcher has seen that a host is silent: it looks each five seconds.
FOUND_SILENT_NS = 15 * spans.SECOND


class Watched(msgspec.Struct):
    """A watch as it is stored, and locked."""

    wanted: Expectation
    declared_at: int
    sign_at: int | None
    paused_until: int | None
    state: Judged
    since: int | None
    why: str
    expected_at: int | None
    due: int | None


class _Standing(msgspec.Struct):
    told: str
    sign_at: int | None
    silent_since: int | None
    heard_at: int | None
    reason: str
    bad_run: str | None
    runs: list[OpenRun]


def load(connection: sa.Connection, names: Iterable[Pair]) -> dict[Pair, Watched]:
    """Return the watches of these tasks, whose rows the caller has locked."""
    wanted = sorted(names)
    return {(row[0], row[1]): _read(*row) for row in watchrows.watches(connection, wanted)}


def _read(
    host: str, _task: str, wanted: str, parts: str, maker: str, made_at: int, pattern: int | None, *others: Any
) -> Watched:
    held = holding.read(host, wanted, parts, maker, made_at, pattern)
    declared_at = held.declared_at
    return Watched(held.wanted, made_at if declared_at is None else declared_at, *others)


def settle(
    connection: sa.Connection,
    watched: Mapping[Pair, Watched],
    now_ns: int,
    moves: Iterable[Move] = (),
    causes: Mapping[Pair, str] | None = None,
    silent_ns: int = 0,
) -> list[Moved]:
    """Judge these watches, store how they stand and what is shown of their tasks; return the changes that are to be recorded.

    Intake gives `causes`, the last event of each task, and `moves`, what its events changed. Then the hosts were just heard.
    Watchers give `silent_ns`, after which a host counts as silent.
    """
    if not watched:
        return []
    told = collections.defaultdict[Pair, list[Move]](list)
    for move in moves:
        told[move.name].append(move)
    standings = _standings(connection, watched)
    held_until = statements.held_until(connection)
    found: list[Moved] = []
    verdicts: dict[Pair, tuple[Judgement, int | None]] = {}
    for name, standing in standings.items():
        watch = watched[name]
        sign_at = _sign(watch, standing, now_ns, is_heard=causes is not None)
        facts = _facts(connection, name, watch, standing, sign_at, held_until, now_ns)
        if causes is not None:
            facts = facts._replace(silent_since=None)
        elif doubt := _doubt(standing, silent_ns, now_ns):
            facts = facts._replace(doubt=doubt)
        judgement = _kept(watch, judging.judge(watch.wanted, facts, now_ns))
        verdicts[name] = judgement, sign_at
        found += _changes(name, watch.state, told[name], judgement, standing, (causes or {}).get(name))
    _store(connection, watched, standings, verdicts, is_intake=causes is not None)
    return found


def _standings(connection: sa.Connection, watched: Mapping[Pair, Watched]) -> dict[Pair, _Standing]:
    names = sorted(watched)
    found: dict[Pair, _Standing] = {}
    for host, task, told, loose, began, silent, heard, reason, bad in watchrows.standings(connection, names):
        sign_at = max((one for one in (loose, began) if one), default=None)
        found[host, task] = _Standing(told, sign_at, silent, heard, reason, rows.id_of(bytes(bad)) if bad else None, [])
    summaries = {
        key: ((host, task), read_summary(text)) for host, task, key, text in watchrows.open_runs(connection, names)
    }
    flags = _flags(connection, [key for key, (name, _) in summaries.items() if watched[name].wanted.flags])
    for key, (name, run) in summaries.items():
        began, ping = run.begin.time, run.ping.time if run.ping else 0
        found[name].runs.append(OpenRun(run.run, began, max(began, ping), frozenset(flags.get(key, ()))))
        found[name].sign_at = max(found[name].sign_at or 0, ping) or None
    return found


def _doubt(standing: _Standing, silent_ns: int, now_ns: int) -> judging.Doubt | None:
    """Return how long a host is waited for that has missed its words and does not count as silent yet."""
    heard_at = standing.heard_at
    if heard_at is None or standing.silent_since is not None or now_ns - heard_at <= DOUBTED_NS:
        return None
    return judging.Doubt(heard_at, heard_at + silent_ns + FOUND_SILENT_NS) if silent_ns else None


def _flags(connection: sa.Connection, keys: list[bytes]) -> dict[bytes, set[str]]:
    found: dict[bytes, set[str]] = {}
    for run, *_, name in statements.run_flags(connection, keys) if keys else ():
        found.setdefault(run, set()).add(name)
    return found


def _sign(watch: Watched, standing: _Standing, now_ns: int, is_heard: bool) -> int | None:
    """Return the last sign of life: what a clock that is ahead says counts as said when it was received."""
    if standing.sign_at is None or not (is_heard or watch.sign_at is None):
        return watch.sign_at
    return max(watch.sign_at or 0, min(standing.sign_at, now_ns))


def _facts(
    connection: sa.Connection,
    name: Pair,
    watch: Watched,
    standing: _Standing,
    sign_at: int | None,
    held_until: int,
    now_ns: int,
) -> Facts:
    days = (0, 0)
    if most := watch.wanted.at_least:
        before, day, after = judging.reckoned_day(watch.wanted, now_ns)
        days = (
            watchrows.count_runs(connection, name, before, day, most),
            watchrows.count_runs(connection, name, day, after, most),
        )
    return Facts(
        watch.declared_at,
        sign_at,
        tuple(standing.runs),
        days,
        standing.silent_since,
        watch.paused_until,
        held_until,
        watch.state,
    )


def _kept(watch: Watched, judgement: Judgement) -> Judgement:
    """What was held back keeps the words it had."""
    if judgement.state and judgement.state == watch.state and not judgement.why:
        return judgement._replace(since=watch.since, why=watch.why)
    return judgement


def _changes(
    name: Pair, before: Judged, moves: Sequence[Move], judgement: Judgement, standing: _Standing, cause: str | None
) -> Iterable[Moved]:
    steps = [showing.Told(move.before, move.after) for move in moves]
    for change in showing.compose(before, steps, judgement.state, standing.told):
        if change.move is not None:
            move = moves[change.move]
            yield Moved(*name, change.before, change.after, move.reason, move.run, move.event)
        elif judgement.state:
            yield Moved(*name, change.before, change.after, judgement.why, None, cause, since=judgement.since)
        else:
            # What the events tell shows again: whoever is told of it wants to know why it is so, and of which run.
            run = standing.bad_run if standing.told in ("failed", "lost") else None
            yield Moved(*name, change.before, change.after, standing.reason, run, cause)


def _store(
    connection: sa.Connection,
    watched: Mapping[Pair, Watched],
    standings: Mapping[Pair, _Standing],
    verdicts: Mapping[Pair, tuple[Judgement, int | None]],
    is_intake: bool,
) -> None:
    judged, shown = [], []
    for name, (judgement, sign_at) in verdicts.items():
        watch, told = watched[name], standings[name].told
        row = (sign_at, judgement.state, judgement.since, judgement.why, judgement.expected_at, judgement.due)
        if row != (watch.sign_at, watch.state, watch.since, watch.why, watch.expected_at, watch.due):
            judged.append((*row, *name))
        # Intake has just written what the events tell.
        if judgement.state or (watch.state and not is_intake):
            shown.append((showing.shown(told, judgement.state), told if judgement.state else None, *name))
    watchrows.judge(connection, judged)
    watchrows.show(connection, shown)


def pack(wanted: Expectation) -> str:
    """Return an expectation as it is stored."""
    return rows.json_text(wanted)
