# SPDX-License-Identifier: MIT
"""/api/v1/notes, /takes and /about: what people add to what machines say, always with who and when.

A viewer only reads; an operator writes. What is written is never changed, only added to.
"""

from typing import Annotated

import msgspec
from litestar import get, post, put

from humeops.api import acting, barring, known, parameters, views
from humeops.api.problems import ConflictError
from humeops.api.schemas import AboutView, NotePage, NoteView, TakenView
from humeops.api.service import Asked, Central
from humeops.central.store import people, scoping
from humeops.event import EventId
from humeops.security import roles

MOST_NOTES = 200
Text = Annotated[str, msgspec.Meta(max_length=4_000)]
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
    """PUT /api/v1/about."""

    host: parameters.Pattern
    task: parameters.Pattern
    owner: Line = ""
    description: Text = ""
    runbook: Line = ""


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


@put("/api/v1/about", sync_to_thread=True, guards=barring.to_write_some("notes"))
def describe(central: Central, asked: Asked, data: NewAbout) -> AboutView:
    """Say what a task is for, who looks after it, and where it is written what to do."""
    said = people.About(
        central.clock.wall_ns(), asked.actor.name, data.owner, data.description, check_link(data.runbook)
    )
    name = (data.host, data.task)
    with central.database.writing() as connection:
        known.require(connection, asked.actor, "write", "notes", *name)
        people.describe(connection, name, said)
        acting.note(connection, central, asked, "describe", ":".join(name))
    return views.about_view(said)


def write(
    central: Central, asked: Asked, kind: people.Kind, name: people.Name, run: str | None, text: str
) -> people.Note:
    """Write it down as the asker's; NotFoundError for a task that nobody knows, ConflictError where nothing is to be taken."""
    with central.database.writing() as connection:
        known.require(connection, asked.actor, "write", "notes", *name)
        if kind == "release" and not people.taken(connection, [name]):
            raise ConflictError(f"nobody has taken {':'.join(name)}: there is nothing to give back")
        acting.note(connection, central, asked, kind, ":".join(name))
        made = people.add(connection, kind, name, run, asked.actor.name, text.strip(), central.clock.wall_ns())
        if kind == "take" and not people.taken(connection, [name]):
            # Whoever reads that it is taken must be right; leaving undoes what was written.
            raise ConflictError(f"{':'.join(name)} is well: there is nothing to take")
        return made


def check_link(link: str) -> str:
    """Return a link that a page may show as one; anything but http and https is refused."""
    if link and not link.startswith(("https://", "http://")):
        raise parameters.ParameterError("`runbook`: a link begins with https:// or http://")
    return link
