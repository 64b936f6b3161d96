# SPDX-License-Identifier: MIT
"""/api/v1/dead: what could not be stored. Read by all who read; tried again or let go of by operators and admins."""

from typing import Annotated

import msgspec
import sqlalchemy as sa
from litestar import get, post

from humeops.api import acting, barring, parameters
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central import retrying
from humeops.central.store import burying
from humeops.central.store.questions import dead
from humeops.security import roles
from humeops.security.roles import Thing

AT_ONCE = 1_000


class DeadQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/dead."""

    host: parameters.Pattern = ""
    limit: parameters.Limit = parameters.DEFAULT_LIMIT
    after: str | None = None


class LetterView(msgspec.Struct, omit_defaults=True):
    """A dead letter. Of its bytes, those that are no text are written as \\xNN."""

    name: str
    host: str
    epoch: str
    seq: int
    received_at: int
    error: str
    raw: str = ""


class LetterPage(msgspec.Struct, omit_defaults=True):
    """Answer of /api/v1/dead."""

    items: list[LetterView]
    next: str | None = None


class Letters(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/dead/retried and /api/v1/dead/dropped: the names of letters, EPOCH:SEQ."""

    names: Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(min_length=1, max_length=AT_ONCE)]


class RetriedView(msgspec.Struct):
    """What became of letters: stored now, known already, or still dead."""

    stored: int
    known: int
    dead: int


class DroppedView(msgspec.Struct):
    """How many letters are gone."""

    dropped: int


@get("/api/v1/dead", sync_to_thread=True)
def list_letters(central: Central, asked: Asked) -> LetterPage:
    """Return dead letters, without their bytes."""
    roles.authorize(asked.actor, "read", Thing("letters"))
    query = parameters.read(asked.parameters, DeadQuery)
    with central.database.reading() as connection:
        page = dead.find(connection, query.host, query.limit, query.after)
    return LetterPage([_view(letter) for letter in page.rows], page.next)


@get("/api/v1/dead/{name:str}", sync_to_thread=True)
def show_letter(central: Central, asked: Asked, name: str) -> LetterView:
    """Return one dead letter with its bytes."""
    roles.authorize(asked.actor, "read", Thing("letters"))
    parameters.read(asked.parameters, parameters.NoQuery)
    (letter,) = _named(central, [name])
    view = _view(letter)
    view.raw = letter.raw.decode("utf-8", "backslashreplace")
    return view


@post("/api/v1/dead/retried", sync_to_thread=True, guards=barring.to_write("letters"))
def retry_letters(central: Central, asked: Asked, data: Letters) -> RetriedView:
    """Try these again; what can be stored now is, exactly once."""
    roles.authorize(asked.actor, "write", Thing("letters"))

    def note(connection: sa.Connection) -> None:
        acting.note(connection, central, asked, "retry dead letters", " ".join(data.names))

    done = retrying.retry(central.database, _keys(central, data), central.current, note)
    return RetriedView(done.stored, done.known, done.dead)


@post("/api/v1/dead/dropped", sync_to_thread=True, guards=barring.to_write("letters"))
def drop_letters(central: Central, asked: Asked, data: Letters) -> DroppedView:
    """Let go of these."""
    roles.authorize(asked.actor, "write", Thing("letters"))
    keys = _keys(central, data)

    def act(connection: sa.Connection) -> None:
        burying.drop(connection, keys)
        acting.note(connection, central, asked, "drop dead letters", " ".join(data.names))

    central.database.write(act)
    return DroppedView(len(keys))


def _keys(central: Central, data: Letters) -> list[dead.Key]:
    return sorted({(one.life, one.seq) for one in _named(central, data.names)})


def _named(central: Central, names: list[str]) -> list[dead.Letter]:
    found = []
    with central.database.reading() as connection:
        for name in names:
            parts = dead.NAME.fullmatch(name)
            letters = dead.by_name(connection, parts[1], int(parts[2])) if parts else []
            if len(letters) != 1:
                raise NotFoundError(f"no dead letter {name!a}, or more than one; /api/v1/dead names them")
            found += letters
    return found


def _view(letter: dead.Letter) -> LetterView:
    return LetterView(letter.name, letter.host, letter.epoch, letter.seq, letter.received_at, letter.error)
