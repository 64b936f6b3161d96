# SPDX-License-Identifier: MIT
"""Numbers that come when their run has ended well already, and that are limited: its findings are looked at once more.

A script may set them after its stop, and what it left in its drop folder may be forwarded later than what humed took. No state
changes by them, so no transition asks alerts to look.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from humeops.central.fold import Summary
from humeops.central.store import outbox
from humeops.central.store.moving import Name, Standing
from humeops.central.store.running import Change, Folded, task_of
from humeops.central.store.watching import Watched
from humeops.event import Event

_WELL = ("ok", "warning")


def ask(
    connection: sa.Connection,
    new: Iterable[Event],
    folded: Folded,
    standings: Mapping[Name, Standing],
    watched: Mapping[Name, Watched],
    now_ns: int,
) -> None:
    """Have alerts look again at the runs of watched tasks of which these events, each new, tell more."""
    wanted: dict[str, outbox.Change] = {}
    for event in new:
        change = folded.changes.get(event.run) if event.run and event.data else None
        if change is None or not _had_ended_well(change):
            continue
        name = task_of(change.after)
        last = standings[name].last
        if name in watched and _is_limited(watched[name], event):
            is_last = last is not None and last.run == event.run
            wanted[change.after.run] = _again(name, change.after, event, now_ns, aside=not is_last)
    outbox.put(connection, wanted.values())


def _had_ended_well(change: Change) -> bool:
    return change.before is not None and change.before.state in _WELL and change.after.state in _WELL


def _is_limited(watch: Watched, event: Event) -> bool:
    return any(limit.key in event.data for limit in watch.wanted.limits)


def _again(name: Name, run: Summary, event: Event, now_ns: int, aside: bool) -> outbox.Change:
    # It counts as said when the run ended: what was known of the run then is what may be wrong.
    said = max(event.id, run.end.id) if run.end else event.id
    return outbox.Change(*name, run.state, run.state, "", run.run, said, now_ns, again=True, aside=aside)
