# SPDX-License-Identifier: MIT
"""What has changed since the last look: events that are new, the runs they are of, changes of tasks' states, and what people wrote.

Transitions and notes are found by their number. Two transactions may commit in another order than their numbers: so a few numbers before
the last one are looked at again, and what was seen is left out.
"""

import collections
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
import sqlalchemy as sa

from humeops.api import overviews, views
from humeops.api.ring import What
from humeops.central.store import people, rows, scoping
from humeops.central.store.questions import events, runs, tasks, transitions
from humeops.event import Origin
from humeops.filters import facts

MOST_EVENTS = 2_000  # read at one look
_MOST_NUMBERED = 1_000
_AGAIN = 200  # numbers before the last one that are looked at again
_REMEMBERED = 20_000

_to_json = msgspec.json.Encoder().encode


class Found(NamedTuple):
    """A change, as the ring takes it."""

    what: What
    facts: facts.Facts
    body: bytes
    of: facts.Facts = facts.Facts()  # the task it belongs to, with the tags of the task itself


Kind = Literal["transition", "note"]
Numbered = TypeVar("Numbered", transitions.Transition, people.Note)


class Newest(NamedTuple):
    """The numbers of the last transition and the last note; 0: there is none."""

    transition: int = 0
    note: int = 0


def newest(connection: sa.Connection) -> Newest:
    """Return where a look begins that tells what comes from now on."""
    return Newest(transitions.newest(connection), people.newest(connection))


class Looker:
    """Remembers what was seen."""

    def __init__(self, begin: Newest) -> None:
        self._first = begin
        self._newest = begin
        self._seen: collections.OrderedDict[tuple[Kind, int] | bytes, None] = collections.OrderedDict()

    def look(self, connection: sa.Connection, noted: Sequence[bytes]) -> list[Found]:
        """Return what has changed, in an order in which it may be told; `noted` are the events that are new, or may be."""
        said = events.by_keys(connection, [key for key in dict.fromkeys(noted) if self._is_new(key)])
        moved = self._newer("transition", lambda after: transitions.newer(connection, after, _MOST_NUMBERED))
        written = self._newer("note", lambda after: people.newer(connection, after, _MOST_NUMBERED))
        keys = {row.run for row in said if row.run} | {rows.key_of(move.run) for move in moved if move.run}
        touched = runs.by_keys(connection, sorted(keys))
        found = [
            *(_event(row, touched.get(row.run)) for row in said),
            *(_run(run) for run in touched.values()),
            *(_task(move) for move in moved),
            *_told(connection, written),
        ]
        tags = scoping.tags_of_all(connection, {(one.facts.host, one.facts.task) for one in found})
        return [_of_task(one, tags.get((one.facts.host, one.facts.task), [])) for one in found]

    def _newer(self, kind: Kind, find: Callable[[int], list[Numbered]]) -> list[Numbered]:
        """Return what has a number and was not seen; `find` returns what has higher ones than that."""
        newest: int = getattr(self._newest, kind)
        new: list[Numbered] = [
            one for one in find(max(getattr(self._first, kind), newest - _AGAIN)) if self._is_new((kind, one.id))
        ]
        self._newest = self._newest._replace(**{kind: max([newest, *(one.id for one in new)])})
        return new

    def _is_new(self, key: tuple[Kind, int] | bytes) -> bool:
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True


def _event(row: Any, run: runs.Run | None) -> Found:
    view = views.event_view(row)
    origin = (rows.read_rest(row.rest).origin if row.rest else None) or Origin()
    known = facts.Facts(
        host=view.host,
        task=view.task,
        tag=run.summary.tags if run else view.tags,  # as the search of events has it
        level=view.level,
        kind=view.kind,
        run=_names(view.run),
        user=_user(origin.user, origin.uid),
        key=list(view.data),
        time=view.time,
        texts=[view.message],
    )
    return Found("event", known, _to_json(view))


def _run(run: runs.Run) -> Found:
    view = views.run_view(run)
    known = facts.Facts(
        host=view.host,
        task=view.task,
        tag=view.tags,
        state=view.state,
        run=_names(view.id),
        user=_user("", view.uid),
        time=view.started_at,
        texts=[view.host, view.task, view.reason],
    )
    return Found("run", known, _to_json(view))


def _task(move: transitions.Transition) -> Found:
    known = facts.Facts(
        host=move.host,
        task=move.task,
        state=move.to_state,
        run=_names(move.run),
        time=move.at,
        texts=[move.host, move.task, move.reason],
    )
    return Found("task", known, _to_json(overviews.TransitionView(*move)))


def _of_task(found: Found, tags: Sequence[str]) -> Found:
    """Add the tags of the task: to what it belongs to, and to what is told of the task itself."""
    told = found.facts._replace(tag=tags) if found.what in ("task", "note") else found.facts
    return found._replace(facts=told, of=facts.Facts(host=told.host, task=told.task, tag=tags))


def _names(run: str | None) -> tuple[str, ...]:
    return (run, run[-8:]) if run else ()


def _user(name: str, uid: int | None) -> list[str]:
    return [text for text in (name, "" if uid is None else str(uid)) if text]


def _told(connection: sa.Connection, written: Sequence[people.Note]) -> list[Found]:
    """Return what people wrote; whoever looks on at failed tasks wants to know who took one."""
    of = {
        (one.host, one.task): one.state
        for one in tasks.by_names(connection, sorted({(one.host, one.task) for one in written}))
    }
    return [_note(note, of.get((note.host, note.task), "")) for note in written]


def _note(note: people.Note, state: str) -> Found:
    known = facts.Facts(
        host=note.host,
        task=note.task,
        state=state,
        run=_names(note.run),
        time=note.at,
        texts=[note.host, note.task, note.text],
    )
    return Found("note", known, _to_json(views.note_view(note)))
