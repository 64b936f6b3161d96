# SPDX-License-Identifier: MIT
"""/api/v1/notes, /takes and /about: what people add to what machines say, always with who and when.

A viewer only reads; an operator writes. What is written is never changed, only added to.
"""

import contextlib
from collections.abc import Collection, Sequence
from typing import Annotated

import anyio.to_thread
import msgspec
import sqlalchemy as sa
from litestar import get, post, put

from humeops.api import acting, barring, known, parameters, views
from humeops.api.problems import ConflictError, NotFoundError
from humeops.api.schemas import AboutView, NotePage, NoteView, TakenView
from humeops.api.service import Asked, Central
from humeops.central.store import people, purposes, scoping, tagging
from humeops.errors import UnavailableError
from humeops.event import MAX_NAME, EventId
from humeops.security import roles
from humeops.wire import codec

MOST_NOTES = 200
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
_A_TAG = f"1 to {MAX_NAME} characters without `:` `/` `,` `=`, spaces at the ends, or what can't be seen"
Line = Annotated[str, msgspec.Meta(max_length=500)]


class NewNote(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/notes."""

    host: parameters.Pattern
    task: parameters.Pattern
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
    run: EventId | None = None


class NewTake(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/takes; `take` false gives it back."""

    host: parameters.Pattern
    task: parameters.Pattern
    take: bool = True
    text: Text = ""


class NewAbout(msgspec.Struct, forbid_unknown_fields=True):
    """PUT /api/v1/about; what is left out stays as it is, an empty text clears."""

    host: parameters.Pattern
    task: parameters.Pattern
    owner: Line | None = None
    description: Text | None = None
    runbook: Line | None = None
    tags: list[str] | None = None  # in the place of all that were given before; or
    tag: list[str] = []  # beside these, and
    untag: list[str] = []  # these no longer, so that two who change two of them take nothing from each other


class AboutQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/about."""

    host: parameters.Pattern
    task: parameters.Pattern


class NotesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/notes."""

    host: parameters.Pattern
    task: parameters.Pattern
    run: EventId | None = None


@get("/api/v1/notes", sync_to_thread=True)
def list_notes(central: Central, asked: Asked) -> NotePage:
    """Return what people wrote on a task or on one run, the newest first."""
    within = roles.scope(asked.actor, "read", "notes")
    query = parameters.read(asked.parameters, NotesQuery)
    with central.database.reading() as connection:
        if not scoping.knows(connection, within, query.host, query.task):
            return NotePage([])
        found = people.notes(connection, (query.host, query.task), MOST_NOTES, query.run)
    return NotePage([views.note_view(note) for note in found])


@post("/api/v1/notes", sync_to_thread=True, guards=barring.to_write_some("notes"))
def add_note(central: Central, asked: Asked, data: NewNote) -> NoteView:
    """Write a note on a task, or on one of its runs."""
    return views.note_view(write(central, asked, "note", (data.host, data.task), data.run, data.text))


@post("/api/v1/takes", sync_to_thread=True, guards=barring.to_write_some("notes"))
def take(central: Central, asked: Asked, data: NewTake) -> TakenView:
    """Take a task's trouble in hand until it is well again, or give it back; 409 when there is none."""
    note = write(central, asked, "take" if data.take else "release", (data.host, data.task), None, data.text)
    return TakenView(note.author, note.at) if data.take else TakenView("", note.at)


@get("/api/v1/about")
async def show_about(central: Central, asked: Asked) -> AboutView:
    """Return what a task is for and which tags people gave it; 404 for a task that nobody, or the asker, knows."""
    within = roles.scope(asked.actor, "read", "notes")
    query = parameters.read(asked.parameters, AboutQuery)

    def find() -> AboutView:
        with central.database.reading() as connection:
            if not scoping.knows(connection, within, query.host, query.task):
                raise NotFoundError(f"no task {query.task[:100]!a} on {query.host[:100]!a}")
            return _about(connection, (query.host, query.task))

    return await anyio.to_thread.run_sync(find)


@put("/api/v1/about", guards=barring.to_write_some("notes"))
async def describe(central: Central, asked: Asked, data: NewAbout) -> AboutView:
    """Say what a task is for, who looks after it, where it is written what to do, and give it tags."""
    return await anyio.to_thread.run_sync(say, central, asked, data)


def _about(connection: sa.Connection, name: people.Name) -> AboutView:
    return views.about_view(people.about(connection, name), purposes.of(connection, name))


def say(central: Central, asked: Asked, data: NewAbout) -> AboutView:
    """Say this of a task as the asker's word; NotFoundError for one that nobody knows, ParameterError for what is wrong."""
    name, now_ns = (data.host, data.task), central.clock.wall_ns()
    change = _change_of(data)
    wish = people.Wish(_clean(data.owner), _clean(data.description), check_link(_clean(data.runbook)), change)

    def whole(connection: sa.Connection) -> AboutView:
        known.require(connection, asked.actor, "write", "notes", *name)
        acting.note(connection, central, asked, "describe", ":".join(name), _told(wish))
        _check_count(people.describe(connection, name, wish, asked.actor.name, now_ns).tags)
        if change is not None:
            central.current.note(connection, [name])
        return _about(connection, name)

    said = central.database.write(whole)
    if change is not None:
        _note_again(central, name)
    return said


def _note_again(central: Central, name: people.Name) -> None:
    """Note the task for the copy once more: a watcher may have taken the first note before the commit, and found what was before."""
    # Redis that went away just now lost the first note at most with all of the copy, which is then made anew.
    with contextlib.suppress(UnavailableError), central.database.reading() as connection:
        central.current.note(connection, [name])


def _told(wish: people.Wish) -> str:
    """Return for the audit log what was said; of texts only which, of tags all that were given or taken back then."""
    texts = [member for member, text in wish._asdict().items() if text is not None and member != "tags"]
    return ", ".join([*texts, *(_told_of_tags(wish.tags) if wish.tags else ())])


def _told_of_tags(change: tagging.Change) -> list[str]:
    if change.taken is None:
        return [f"tags {' '.join(change.given) or 'none'}"]
    both = (("tag", change.given), ("untag", change.taken))
    return [f"{word} {' '.join(names)}" for word, names in both if names]


def write(
    central: Central, asked: Asked, kind: people.Kind, name: people.Name, run: str | None, text: str
) -> people.Note:
    """Write it down as the asker's; NotFoundError for a task that nobody knows, ConflictError where nothing is to be taken."""
    text = _clean(text) or ""
    if kind == "note" and not text:
        raise parameters.ParameterError("`text`: it may not be empty")
    with central.database.writing() as connection:
        known.require(connection, asked.actor, "write", "notes", *name)
        if kind == "release" and not people.taken(connection, [name]):
            raise ConflictError(f"nobody has taken {':'.join(name)}: there is nothing to give back")
        acting.note(connection, central, asked, kind, ":".join(name))
        made = people.add(connection, kind, name, run, asked.actor.name, text, central.clock.wall_ns())
        if kind == "take" and not people.taken(connection, [name]):
            # Whoever reads that it is taken must be right; leaving undoes what was written.
            raise ConflictError(f"{':'.join(name)} is well: there is nothing to take")
        return made


def _clean(text: str | None) -> str | None:
    # No database likes U+0000 in text; a form sends line feeds as two characters.
    return None if text is None else text.strip().replace("\0", "\ufffd").replace("\r\n", "\n")


def _change_of(data: NewAbout) -> tagging.Change | None:
    if data.tags is not None and (data.tag or data.untag):
        raise parameters.ParameterError(
            "`tags` stands for all of them, `tag` and `untag` for some: give one or the other"
        )
    if data.tags is not None:
        return tagging.Change(check_tags(data.tags), None)
    if not (data.tag or data.untag):
        return None
    if both := sorted(set(data.tag) & set(data.untag)):
        raise parameters.ParameterError(f"`untag`: {both[0][:MAX_NAME]!a} is to be given and taken back")
    return tagging.Change(check_tags(data.tag, "tag"), check_tags(data.untag, "untag"))


def check_tags(tags: Sequence[str], member: str = "tags") -> list[str]:
    """Return tags that a task may be given, each once: named as those of events are, and no more than one of these may have."""
    wanted = sorted(set(tags))
    for tag in wanted:
        if not 0 < len(tag) <= MAX_NAME or not codec.is_name(tag):
            raise parameters.ParameterError(f"`{member}`: {tag[:MAX_NAME]!a} is no tag, which is {_A_TAG}")
    _check_count(wanted)
    return wanted


def _check_count(tags: Collection[object]) -> None:
    if len(tags) > tagging.MOST:
        raise parameters.ParameterError(f"`tags`: {len(tags)} tags; a task may be given {tagging.MOST} at most")


def check_link(link: str | None) -> str | None:
    """Return a link that a page may show as one; anything but http and https is refused."""
    if link and not link.startswith(("https://", "http://")):
        raise parameters.ParameterError("`runbook`: a link begins with https:// or http://")
    return link
