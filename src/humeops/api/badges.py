# SPDX-License-Identifier: MIT
"""Badges: how a task or a tag is, for pages elsewhere: /badge/ADDRESS.svg, and .json as shields.io reads it.

They answer without a token, and tell nothing but a name and a state; the address is the secret. Whoever asks for one that is
not there learns no more than that.
"""

import html

import msgspec
import sqlalchemy as sa
from litestar import Response, get, post

from humeops.api import acting, barring, known, parameters
from humeops.api.problems import NotFoundError
from humeops.api.schemas import BadgeView
from humeops.api.service import Asked, Central
from humeops.central.store import badging
from humeops.security import roles
from humeops.security.roles import Thing

BADGE = "/badge/"
KEEP_SECONDS = 60
# The worst first: of several tasks, this one is shown.
_COLOURS = {
    **dict.fromkeys(("failed", "lost"), "#c0362c"),
    **dict.fromkeys(("overdue", "late", "warning"), "#b7791f"),
    "unknown": "#6b7280",
    "running": "#2b6cb0",
    "ok": "#2f855a",
}
_OTHER = "#6b7280"
_CHARACTER, _EDGE = 7, 10  # pixels, at 11 of height
_MOST = 40  # characters of a name


class NewBadge(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/badges: of which task, or of which tag."""

    host: parameters.Pattern = ""
    task: parameters.Pattern = ""
    tag: parameters.Pattern = ""


@post("/api/v1/badges", sync_to_thread=True, guards=barring.to_write_some("badges"))
def make(central: Central, asked: Asked, data: NewBadge) -> BadgeView:
    """Return where this badge is; it is made when there is none."""
    subject = _subject(data)
    now_ns = central.clock.wall_ns()
    with central.database.writing() as connection:
        _check(connection, asked, subject)
        acting.note(connection, central, asked, "make badge", _name(subject))
        return _view(badging.address_of(connection, subject, asked.actor.name, now_ns))


@post("/api/v1/badges/removed", sync_to_thread=True, guards=barring.to_write_some("badges"))
def remove(central: Central, asked: Asked, data: NewBadge) -> BadgeView:
    """Let a badge answer no more; return where it was. The next one has another address."""
    subject = _subject(data)

    def act(connection: sa.Connection) -> str | None:
        _check(connection, asked, subject)
        acting.note(connection, central, asked, "remove badge", _name(subject))
        return badging.remove(connection, subject)

    address = central.database.write(act)
    if address is None:
        raise NotFoundError("there is no such badge")
    return _view(address)


@get("/badge/{name:str}", sync_to_thread=True)
def show(central: Central, name: str) -> Response[bytes]:
    """Return the badge at this address, as a picture or for shields.io."""
    address, dot, form = name.rpartition(".")
    with central.database.reading() as connection:
        subject = badging.subject_at(connection, address) if dot and form in ("svg", "json") else None
        if subject is None:
            raise NotFoundError("there is no such badge")
        found = badging.states(connection, subject)
    label = (subject.tag or subject.task)[:_MOST]
    state = _worst(found)
    if form == "svg":
        body, kind = picture(label, state), "image/svg+xml"
    else:
        shown = {"schemaVersion": 1, "label": label, "message": state, "color": _COLOURS.get(state, _OTHER)}
        body, kind = msgspec.json.encode({**shown, "cacheSeconds": KEEP_SECONDS}), "application/json"
    return Response(body, media_type=kind, headers={"Cache-Control": f"public, max-age={KEEP_SECONDS}"})


def picture(label: str, state: str) -> bytes:
    """Return the badge as SVG; whatever the label holds is text in it."""
    left, right = (len(text) * _CHARACTER + _EDGE for text in (label, state))
    shown = html.escape("".join(sign if sign.isprintable() else "?" for sign in label))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{shown}: {state}">'
        f"<title>{shown}: {state}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="#374151"/>'
        f'<rect x="{left}" width="{right}" height="20" rx="3" fill="{_COLOURS.get(state, _OTHER)}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left / 2:g}" y="14" textLength="{left - _EDGE}">{shown}</text>'
        f'<text x="{left + right / 2:g}" y="14" textLength="{right - _EDGE}">{state}</text></g></svg>'
    ).encode()


def _worst(found: set[str]) -> str:
    return next((state for state in _COLOURS if state in found), min(found, default="unknown"))


def _check(connection: sa.Connection, asked: Asked, subject: badging.Subject) -> None:
    if subject.tag:
        # It tells of all tasks that ever get this tag.
        roles.authorize(asked.actor, "write", Thing("badges"))
    else:
        known.require(connection, asked.actor, "write", "badges", subject.host, subject.task)


def _name(subject: badging.Subject) -> str:
    return f"tag:{subject.tag}" if subject.tag else f"{subject.host}:{subject.task}"


def _subject(data: NewBadge) -> badging.Subject:
    if bool(data.tag) == bool(data.host and data.task) or (data.tag and (data.host or data.task)):
        raise parameters.ParameterError("name `host` and `task`, or a `tag`")
    return badging.Subject(data.host, data.task, data.tag)


def _view(address: str) -> BadgeView:
    return BadgeView(f"{BADGE}{address}.svg", f"{BADGE}{address}.json")
