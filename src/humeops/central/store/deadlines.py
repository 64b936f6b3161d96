# SPDX-License-Identifier: MIT
"""What a watcher does to the database: beats, finds silent hosts, and judges the tasks whose deadline has come.

Design: each function is one step of one transaction. Many watchers may run: each change is found by a comparison that only
one of them wins, an UPDATE that names what it expects to find (beat, silence), or rows that are locked before they are
looked at again (deadlines). One that is killed leaves the whole step or nothing of it, and the next one does it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops import spans
from humeops.central.store import changing, processes, tables, watching, watchrows
from humeops.central.store.changing import Moved
from humeops.central.store.driver import Pair

# Longer without any watcher than this was an outage of central: hosts get SETTLING_NS to say what happened meanwhile.
OUTAGE_NS = 2 * spans.MINUTE
SETTLING_NS = 3 * spans.MINUTE
SILENT_NS = 5 * spans.MINUTE
MOST = 500
# What `hume watchdog` says; whoever expects it of a host (`hume watch add`) has the host silent when it does not come.
WATCHDOG = "hume-watchdog"

_watching = tables.watching
_agent = tables.agent
_watch = tables.watch


class Beat(NamedTuple):
    """What the watchers' common row says."""

    beat_at: int | None
    held_until: int


def beat(connection: sa.Connection, now_ns: int) -> bool:
    """Note that a watcher looks; return whether central was away before: then one watcher, this one, says so."""
    was_away = connection.execute(
        sa.update(_watching)
        .where(_watching.c.id == 1, _watching.c.beat_at < now_ns - OUTAGE_NS)
        .values(held_until=now_ns + SETTLING_NS)
    ).rowcount
    if was_away:
        since = read_beat(connection).beat_at or now_ns
        why = (
            f"central was away for {spans.rough(now_ns - since)}; what is missing is told in {spans.rough(SETTLING_NS)}"
        )
        changing.record(connection, [Moved("", "", "watching", "settling", why)], now_ns)
    watchrows.beat(connection, now_ns)
    return bool(was_away)


def read_beat(connection: sa.Connection) -> Beat:
    """Return when a watcher looked last, and until when they hold back."""
    found = connection.execute(sa.select(_watching.c.beat_at, _watching.c.held_until)).one_or_none()
    return Beat(*found) if found else Beat(None, 0)


def judge_due(connection: sa.Connection, now_ns: int, most: int = MOST, silent_ns: int = SILENT_NS) -> list[Pair]:
    """Judge the tasks whose deadline has come, at most so many; return which there were."""
    names = watchrows.due(connection, now_ns, most)
    free = watchrows.lock_free_tasks(connection, sorted(names)) if names else []
    # Another watcher, or an event, may have been faster: only what is still due now is looked at.
    watched = {
        name: one for name, one in watching.load(connection, free).items() if one.due is not None and one.due <= now_ns
    }
    changing.record(connection, watching.settle(connection, watched, now_ns, silent_ns=silent_ns), now_ns)
    return sorted(watched)


def is_any_due(connection: sa.Connection, now_ns: int) -> bool:
    """Tell whether some deadline has come: one look into an index."""
    return connection.execute(sa.select(_watch.c.due).where(_watch.c.due <= now_ns).limit(1)).first() is not None


def note_silence(connection: sa.Connection, now_ns: int, silent_ns: int = SILENT_NS) -> int:
    """Find hosts that went silent or were heard again; return how many. Their tasks become due."""
    if read_beat(connection).held_until > now_ns:
        return 0
    edge = now_ns - silent_ns
    newest = connection.execute(sa.select(sa.func.max(_agent.c.last_seen_at))).scalar_one()
    if newest is None:
        return 0
    quiet = _quiet_watchdogs(connection)
    moved = [*_back(connection, edge, quiet), *_gone(connection, edge, quiet, now_ns)]
    if moved:
        hosts = [one.host for one in moved]
        connection.execute(sa.update(_watch).where(_watch.c.host.in_(hosts)).values(due=now_ns))
        changing.record(connection, moved, now_ns)
    return len(moved)


def _quiet_watchdogs(connection: sa.Connection) -> dict[str, int]:
    """Return the hosts whose watchdog is expected, spoke once and does not any more, and when it spoke last.

    While the host is silent what is missing there is `unknown`; of its watchdog that is known.
    """
    query = sa.select(_watch.c.host, _watch.c.sign_at).where(
        _watch.c.state.in_(("late", "unknown")), _watch.c.task == WATCHDOG, _watch.c.sign_at.is_not(None)
    )
    return {row.host: row.sign_at for row in connection.execute(query)}


def _back(connection: sa.Connection, edge: int, quiet: Mapping[str, int]) -> list[Moved]:
    back = connection.execute(
        sa.update(_agent)
        .where(_agent.c.silent_since.is_not(None), _agent.c.last_seen_at >= edge, _agent.c.host.not_in(list(quiet)))
        .values(silent_since=None)
        .returning(_agent.c.host, _agent.c.shared_at)
    ).all()
    return [Moved(host, "", "silent", *_heard_again(shared_at)) for host, shared_at in back]


def _gone(connection: sa.Connection, edge: int, quiet: Mapping[str, int], now_ns: int) -> list[Moved]:
    here = sa.update(_agent).where(_agent.c.silent_since.is_(None))
    told = (_agent.c.host, _agent.c.shared_at, _agent.c.silent_since)
    gone = here.where(_agent.c.last_seen_at < edge).values(silent_since=_agent.c.last_seen_at).returning(*told)
    moved = [_fell_silent(row, "nothing heard for", now_ns) for row in connection.execute(gone).all()]
    for host, since in quiet.items():
        its = here.where(_agent.c.host == host, _agent.c.last_seen_at.is_not(None)).values(silent_since=since)
        why = "nothing heard of its watchdog (hume watchdog) for"
        moved += [_fell_silent(row, why, now_ns) for row in connection.execute(its.returning(*told)).all()]
    return moved


def _fell_silent(row: "sa.Row[Any]", what: str, now_ns: int) -> Moved:
    why = f"{what} {spans.rough(now_ns - row.silent_since)}"
    return Moved(row.host, "", _heard_again(row.shared_at)[0], "silent", why, since=row.silent_since)


def _heard_again(shared_at: int | None) -> tuple[str, str]:
    if shared_at is None:
        return "heard", "it is heard again"
    return processes.COPIED, "it is heard again; two humeds used its credential in turn"
