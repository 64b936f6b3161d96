# SPDX-License-Identifier: MIT
"""Takes declarations of what is expected: by a script's start, by a person, from a file. The latest word on each part counts (`merging`).

A declaration that cannot be taken is kept as what is wrong, beside the one that holds: the event itself is never refused.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import changing, holding, tables, tagging, watching, watchrows
from humeops.central.store.driver import Pair
from humeops.central.watches import expectation, merging
from humeops.central.watches.expectation import Expectation
from humeops.central.watches.merging import Held, Word
from humeops.event import Event

_watch = tables.watch
_given = tables.watch_given


class Declaration(NamedTuple):
    """What somebody says is expected of a task. `named`: the parts that are said, also of which nothing is; unless given, what is not empty."""

    host: str
    task: str
    wanted: Expectation
    maker: str
    made_at: int
    source: str = merging.PERSON
    named: Iterable[str] | None = None


class Fault(NamedTuple):
    """A declaration that is not taken, and why."""

    said: Declaration
    why: str


def declare_by_events(connection: sa.Connection, new: Iterable[Event], now_ns: int) -> None:
    """Take what starts declare of their tasks, whose rows the caller has locked and will settle."""
    taken, faults = [], []
    for event in new:
        if event.kind != "start" or not event.expect:
            continue
        # A host whose clock is ahead must not have the last word for ever.
        said = Declaration(
            event.host, event.task, Expectation(), _maker(event), min(event.time, now_ns), merging.SCRIPT
        )
        try:
            taken.append(said._replace(wanted=expectation.read(event.expect), named=event.expect))
        except expectation.DeclarationError as error:
            faults.append(Fault(said, str(error)))
    faults += _take(connection, taken, now_ns)
    note_faults(connection, faults)


def declare(connection: sa.Connection, declarations: Sequence[Declaration], now_ns: int) -> list[Fault]:
    """Take these, make the tasks that are not there yet, and judge them at once; return what does not go with what others said."""
    names = {(one.host, one.task) for one in declarations}
    watchrows.make_tasks(connection, names, now_ns)
    tagging.bring_back(connection, sorted(names), now_ns)
    faults = _take(connection, declarations, now_ns)
    settle(connection, names, now_ns)
    return faults


def note_faults(connection: sa.Connection, faults: Iterable[Fault]) -> None:
    """Keep what is wrong beside what holds."""
    watchrows.note_faults(connection, [(said.host, said.task, said.maker, why, said.made_at) for said, why in faults])


def take_back(connection: sa.Connection, names: Iterable[Pair], source: str, now_ns: int) -> int:
    """Let what this source said of these tasks hold no more; return how many there were."""
    wanted = sorted(set(names))
    watchrows.lock_tasks(connection, wanted)
    left = {name: merging.without(held, source) for name, held in holding.load(connection, wanted).items()}
    holding.store(connection, {name: held for name, held in left.items() if held.wanted != Expectation()}, now_ns)
    remove(connection, [name for name, held in left.items() if held.wanted == Expectation()], now_ns)
    settle(connection, wanted, now_ns)
    return len(left)


def _take(connection: sa.Connection, declarations: Sequence[Declaration], now_ns: int) -> list[Fault]:
    names = {(one.host, one.task) for one in declarations}
    held = holding.load(connection, names) if names else {}
    changed: dict[Pair, Held] = {}
    faults = []
    for one in declarations:
        name = (one.host, one.task)
        named = merging.named_in(one.wanted) if one.named is None else one.named
        try:
            after = merging.merge(held.get(name, Held()), one.wanted, named, Word(one.source, one.maker, one.made_at))
        except expectation.DeclarationError as error:
            faults.append(Fault(one, str(error)))
            continue
        if after != held.get(name):
            held[name] = changed[name] = after
    holding.store(connection, changed, now_ns)
    return faults


def settle(connection: sa.Connection, names: Iterable[Pair], now_ns: int) -> None:
    """Judge the watches of these tasks, whose rows the caller has locked, and record what changed."""
    changing.record(connection, watching.settle(connection, watching.load(connection, names), now_ns), now_ns)


def pause(connection: sa.Connection, names: Iterable[Pair], until: int | None, now_ns: int) -> int:
    """Expect nothing of these tasks until then (None: from now on again); return how many have a watch."""
    wanted = list(names)
    watchrows.lock_tasks(connection, wanted)
    values = {"paused_until": now_ns if until is None else until, "due": now_ns}
    changed = connection.execute(
        sa.update(_watch).where(sa.tuple_(_watch.c.host, _watch.c.task).in_(wanted)).values(**values)
    )
    settle(connection, wanted, now_ns)
    return changed.rowcount


def remove(connection: sa.Connection, names: Iterable[Pair], now_ns: int) -> int:
    """Expect nothing of these tasks any more; return how many had a watch."""
    wanted = list(names)
    watchrows.lock_tasks(connection, wanted)
    # As paused, so that what is shown of the task falls back to what the events tell, and the change is recorded.
    key = sa.tuple_(_watch.c.host, _watch.c.task)
    if not wanted:
        return 0
    nothing = {"wanted": "{}", "parts": "{}", "due": now_ns, "paused_until": None}
    connection.execute(sa.update(_watch).where(key.in_(wanted)).values(nothing))
    settle(connection, wanted, now_ns)
    # A pattern that fits it gives it a watch again.
    connection.execute(sa.delete(_given).where(sa.tuple_(_given.c.host, _given.c.task).in_(wanted)))
    gone = connection.execute(sa.delete(_watch).where(key.in_(wanted))).rowcount
    _forget_unheard(connection, wanted)
    return gone


def _forget_unheard(connection: sa.Connection, names: Sequence[Pair]) -> None:
    """Forget those of these tasks of which nothing but a watch was there, with the tags that people gave them."""
    task, tag = tables.task, tables.task_tag
    unheard = (task.c.last_run.is_(None), task.c.loose_first_at.is_(None))
    gone = sa.delete(task).where(sa.tuple_(task.c.host, task.c.task).in_(names), *unheard)
    for host, name in connection.execute(gone.returning(task.c.host, task.c.task)).all():
        connection.execute(sa.delete(tag).where(tag.c.host == host, tag.c.task == name))


def _maker(event: Event) -> str:
    who = f" (uid {event.origin.uid})" if event.origin.uid is not None else ""
    return f"{event.origin.script or 'a script'} on {event.host}{who}"
