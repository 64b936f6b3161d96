# SPDX-License-Identifier: MIT
"""What people add to what machines say: notes on tasks and runs, who takes a trouble, what a task is about.

A trouble that is taken is taken until the task is well again: then the next one is everybody's, as is what goes wrong after
somebody took a task that was well. That is told by the task's transitions when it is asked, so that intake need not know of it. A run that
was well and unusual is no transition: who takes that has it until its alert is over.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.store import alertrows, rows, statements, tables, tagging

_note = tables.note
_about = tables.about
_transition = tables.transition
_task = tables.task
_alert = tables.alert

Name = tuple[str, str]  # host and task
Kind = Literal["note", "take", "release"]
_WELL = ("ok", "new", "paused")
_TEXTS = ("owner", "description", "runbook")


class Note(NamedTuple):
    """One thing somebody wrote, or did."""

    id: int
    at: int
    author: str
    kind: Kind
    host: str
    task: str
    run: str | None
    text: str


class Said(NamedTuple):
    """Whose word something is, and since when."""

    author: str
    at: int


_read_words = msgspec.json.Decoder(dict[str, Said]).decode


class About(NamedTuple):
    """What a task is for, and who changed anything of it last; each text, and each tag that was given, is the word of its own author."""

    at: int
    author: str
    owner: str = ""
    description: str = ""
    runbook: str = ""
    tags: Sequence[tagging.Given] = ()
    words: Mapping[str, Said] = MappingProxyType({})

    def word_of(self, member: str) -> Said:
        """Return whose word this text is; of what was said before words were kept, whoever changed anything last."""
        return self.words.get(member, Said(self.author, self.at))


class Wish(NamedTuple):
    """What somebody wants said of a task; None: as it was."""

    owner: str | None = None
    description: str | None = None
    runbook: str | None = None
    tags: tagging.Change | None = None


class Taken(NamedTuple):
    """Who has a trouble in hand."""

    author: str
    at: int


def is_known(connection: sa.Connection, name: Name) -> bool:
    """Tell whether there is such a task."""
    query = sa.select(sa.literal(1)).where(_task.c.host == name[0], _task.c.task == name[1])
    return connection.execute(query).first() is not None


def add(connection: sa.Connection, kind: Kind, name: Name, run: str | None, author: str, text: str, at: int) -> Note:
    """Write something down; return it as it stands."""
    row = {"at": at, "author": author, "kind": kind, "host": name[0], "task": name[1], "text": text}
    made = sa.insert(_note).values({**row, "run": rows.key_of(run) if run else None}).returning(_note.c.id)
    if kind != "note":
        alertrows.touch(connection, at, name)
    return Note(int(connection.execute(made).scalar_one()), at, author, kind, *name, run, text)


def notes(connection: sa.Connection, name: Name, limit: int, run: str | None = None) -> list[Note]:
    """Return what was written on a task (or on one run of it), the newest first."""
    query = sa.select(_note).where(_note.c.host == name[0], _note.c.task == name[1])
    if run is not None:
        query = query.where(_note.c.run == rows.key_of(run))
    found = connection.execute(query.order_by(_note.c.id.desc()).limit(limit)).all()
    return [_read(row) for row in found]


def newer(connection: sa.Connection, after: int, limit: int) -> list[Note]:
    """Return what was written with higher numbers than this, in their order."""
    return [
        _read(row)
        for row in connection.execute(sa.select(_note).where(_note.c.id > after).order_by(_note.c.id).limit(limit))
    ]


def newest(connection: sa.Connection) -> int:
    """Return the number of what was written last, 0 when there is nothing."""
    return connection.execute(sa.select(sa.func.max(_note.c.id))).scalar_one() or 0


def _read(row: sa.Row[Any]) -> Note:
    run = rows.id_of(row.run) if row.run else None
    return Note(row.id, row.at, row.author, row.kind, row.host, row.task, run, row.text)


def taken(connection: sa.Connection, names: Sequence[Name]) -> dict[Name, Taken]:
    """Return who has which of these tasks' troubles in hand."""
    if not names:
        return {}
    last = (
        sa.select(sa.func.max(_note.c.id).label("id"))
        .where(sa.tuple_(_note.c.host, _note.c.task).in_(names), _note.c.kind.in_(("take", "release")))
        .group_by(_note.c.host, _note.c.task)
        .subquery()
    )
    was_well = sa.exists().where(
        _transition.c.host == _note.c.host,
        _transition.c.task == _note.c.task,
        _transition.c.at > _note.c.at,
        _transition.c.to_state.in_(_WELL),
    )
    query = (
        sa.select(_note)
        .join(last, last.c.id == _note.c.id)
        .where(_note.c.kind == "take", sa.or_(sa.and_(~was_well, ~_in_advance()), _is_of_alert()))
    )
    return {(row.host, row.task): Taken(row.author, row.at) for row in connection.execute(query)}


def _in_advance() -> sa.ColumnElement[bool]:
    """Tell whether a take was of a task that was well: it has no hand in what goes wrong later."""
    here = (_transition.c.host == _note.c.host, _transition.c.task == _note.c.task)
    stood = (
        sa.select(_transition.c.to_state)
        .where(*here, _transition.c.at <= _note.c.at, _transition.c.to_state != "running")
        .order_by(_transition.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    left = sa.exists().where(*here, _transition.c.at > _note.c.at, _transition.c.from_state.in_(_WELL))
    # Of a task that never changed there is only what it is.
    stands = (
        sa.select(_task.c.state)
        .where(_task.c.host == _note.c.host, _task.c.task == _note.c.task)
        .correlate(_note)
        .scalar_subquery()
    )
    return sa.or_(sa.func.coalesce(stood, stands, "").in_(_WELL), left)


def _is_of_alert() -> sa.ColumnElement[bool]:
    """Tell whether a take was of an alert that is not over, as of a run that its well task does not show."""
    return sa.exists().where(
        _alert.c.host == _note.c.host,
        _alert.c.task == _note.c.task,
        _alert.c.state != "closed",
        _alert.c.since <= _note.c.at,
    )


def about(connection: sa.Connection, name: Name) -> About | None:
    """Return what is said of this task."""
    query = sa.select(_about).where(_about.c.host == name[0], _about.c.task == name[1])
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    words = _read_words(row.words) if row.words else {}
    return About(row.at, row.author, row.owner, row.description, row.runbook, tagging.read(row.tags), words)


def _renewed(before: About, texts: Mapping[str, Any], author: str, at: int) -> About:
    changed = {member: text for member, text in texts.items() if text != getattr(before, member)}
    words = {member: before.word_of(member) for member in _TEXTS if getattr(before, member)}
    words |= {member: Said(author, at) for member in changed}
    return before._replace(at=at, author=author, words=words, **changed)


def _is_same(said: About, before: About) -> bool:
    """Tell whether nothing changed: who says again what is said already has no part in it."""
    return list(said.tags) == list(before.tags) and all(getattr(said, one) == getattr(before, one) for one in _TEXTS)


def describe(connection: sa.Connection, name: Name, wish: Wish, author: str, at: int) -> About:
    """Say this of a task that is there; what the wish leaves open stays. Return what is said of it now."""
    # Two who say something at once say it one after the other.
    list(statements.tasks(connection, [name]))
    before = about(connection, name)
    texts = {member: text for member, text in wish._asdict().items() if text is not None and member != "tags"}
    said = _renewed(before or About(at, author), texts, author, at)
    if wish.tags is not None:
        said = said._replace(tags=tagging.renewed(said.tags, wish.tags, author, at))
        tagging.show(connection, name, [one.tag for one in said.tags], at)
    if before is not None and _is_same(said, before):
        return before
    values = {**said._asdict(), "tags": tagging.pack(said.tags), "words": rows.json_text(said.words)}
    if before is None:
        connection.execute(sa.insert(_about).values({**values, "host": name[0], "task": name[1]}))
    else:
        connection.execute(sa.update(_about).where(_about.c.host == name[0], _about.c.task == name[1]).values(values))
    return said
