# SPDX-License-Identifier: MIT
"""One watch: what is expected of a task, or of a task on many hosts; made, changed, paused and taken back with plain forms.

What a form says goes the way of the command line and the API: the same checks, the same rights. Of a watch that is there only what was
changed in the form is said, so that the rest stays the word of whoever said it.
"""

from typing import Annotated, Any, NamedTuple

import msgspec
import sqlalchemy as sa
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops import moments
from humeops.api import parameters, schemas, views
from humeops.api import watches as watchesapi
from humeops.api.parameters import ParameterError
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store import patterns, scoping
from humeops.central.store.questions import watches
from humeops.central.watches import expectation, merging
from humeops.security import roles
from humeops.security.grants import NOTHING
from humeops.security.roles import Thing
from humeops.web import rendering

Line = Annotated[str, msgspec.Meta(max_length=2_000)]
Name = Annotated[str, msgspec.Meta(max_length=255)]
_FOREVER = 2**63 - 1


class Field(NamedTuple):
    """One line of the form."""

    name: str
    label: str
    example: str
    hint: str = ""


GROUPS = (
    (
        "When it runs",
        "one of the first three",
        (
            Field("every", "Every", "1d", "so long after the last start"),
            Field("cron", "As cron", "15 3 * * *"),
            Field("calendar", "As a timer of systemd", "Mon..Fri 03:15"),
            Field("tz", "In the zone", "Europe/Madrid", "UTC unless it is said"),
            Field("grace", "A start may come late by", "30m"),
            Field("at_least", "Runs a day, at least", "1"),
            Field("at_most", "Runs a day, at most", "24"),
        ),
    ),
    (
        "How a run goes",
        "",
        (
            Field("max", "It takes at most", "2h"),
            Field("flags", "Flags, and when they come", "db-dumped 20m, copied 1h", "within so long of the start"),
            Field("limits", "Limits of its numbers", "backup_bytes > 1GB, rows within 50%"),
        ),
    ),
    (
        "For whoever is told",
        "",
        (
            Field("describe", "What it is for", "the nightly backup"),
            Field("runbook", "What to do", "https://wiki.example.net/backup"),
            Field("owner", "Whose it is", "ops"),
        ),
    ),
)


class Place(msgspec.Struct):
    """Of which task on which host, or on which hosts."""

    host: Name = ""
    task: Name = ""
    tag: Name = ""

    @property
    def is_for_many(self) -> bool:
        """Tell whether this names many hosts."""
        return bool(self.tag) or patterns.is_pattern(self.host)


class PlaceQuery(Place, forbid_unknown_fields=True):
    """GET /watch."""


class WatchForm(Place):
    """What is expected, as typed; `before` is what the form showed (JSON)."""

    before: Annotated[str, msgspec.Meta(max_length=20_000)] = "{}"
    every: Line = ""
    cron: Line = ""
    calendar: Line = ""
    tz: Line = ""
    grace: Line = ""
    max: Line = ""
    flags: Line = ""
    limits: Line = ""
    at_least: Line = ""
    at_most: Line = ""
    describe: Line = ""
    runbook: Line = ""
    owner: Line = ""

    @property
    def typed(self) -> dict[str, str]:
        """What stands in each line."""
        return {name: getattr(self, name).strip() for name in expectation.NAMES}


class PauseForm(Place):
    """A watch that expects nothing for so long (`span`; empty: until it goes on), or goes on."""

    span: Annotated[str, msgspec.Meta(max_length=32)] = ""
    go_on: bool = False


@get("/watch", sync_to_thread=True)
def show_watch(central: Central, asked: Asked) -> Response[str]:
    """Show what is expected there, in a form for whoever may change it."""
    place = parameters.read(asked.parameters, PlaceQuery)
    return _page(central, asked, place)


@post("/watch", sync_to_thread=True)
def declare(
    central: Central, asked: Asked, data: Annotated[WatchForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
) -> Response[str]:
    """Take what was changed; a fault is told above the form, which stays as it was typed."""
    said = _changed(data)
    if not said and data.before != "{}":
        return rendering.go(_after(data))
    try:
        watchesapi.say(
            central, asked, schemas.WatchWish(data.task.strip(), data.host.strip() or "*", data.tag.strip(), said)
        )
    except ParameterError as error:
        return _page(central, asked, data, data.typed, str(error), data.before)
    return rendering.go(_after(data))


@post("/watch/pause", sync_to_thread=True)
def pause(
    central: Central, asked: Asked, data: Annotated[PauseForm, Body(media_type=RequestEncodingType.URL_ENCODED)]
) -> Response[str]:
    """Expect nothing for a while, or go on."""
    try:
        until = None if data.go_on else _until(data.span.strip(), central.clock.wall_ns())
        count = watchesapi.pause(central, asked, schemas.PauseWish(data.host, data.task, until))
    except ParameterError as error:
        return _page(central, asked, data, wrong=str(error))
    if not count:
        raise NotFoundError(_nothing(data))
    return rendering.go(_after(data))


@post("/watch/remove", sync_to_thread=True)
def remove(
    central: Central, asked: Asked, data: Annotated[Place, Body(media_type=RequestEncodingType.URL_ENCODED)]
) -> Response[str]:
    """Expect nothing any more."""
    if not watchesapi.take_back(central, asked, data.host, data.task, data.tag):
        raise NotFoundError(_nothing(data))
    return rendering.go("/watches")


def _nothing(place: Place) -> str:
    return f"nothing is expected of {place.host[:100]!a}:{place.task[:100]!a}"


def _until(span: str, now_ns: int) -> int:
    if not span:
        return _FOREVER
    try:
        return now_ns + moments.parse_span(span)
    except ValueError as error:
        raise ParameterError(f"so long: {error}") from None


def _changed(form: WatchForm) -> dict[str, str]:
    try:
        before = msgspec.json.decode(form.before, type=dict[str, str])
    except msgspec.MsgspecError:
        before = {}
    typed = form.typed
    changed = {name for name, text in typed.items() if text != before.get(name, "")}
    if changed & set(merging.SCHEDULE):
        changed |= {name for name in merging.SCHEDULE if typed[name]}
    return {name: typed[name] for name in expectation.NAMES if name in changed}


def _after(place: Place) -> str:
    return (
        "/watches"
        if place.is_for_many or not place.host.strip()
        else rendering.task_path(place.host.strip(), place.task.strip())
    )


def _page(
    central: Central,
    asked: Asked,
    place: Place,
    typed: dict[str, str] | None = None,
    wrong: str = "",
    before: str | None = None,
) -> Response[str]:
    with central.database.reading() as connection:
        may_write = _look_for_rights(connection, asked, place)
        found = _find(connection, place)
    view = views.watch_view(found) if found else None
    expect = view.expect if view else {}
    given: dict[str, Any] = {
        "place": place,
        "view": view,
        "typed": expect if typed is None else typed,
        "before": msgspec.json.encode(expect).decode() if before is None else before,
        "wrong": wrong,
        "may_write": may_write,
        "groups": GROUPS,
    }
    return rendering.page(
        "watch.html", 400 if wrong else 200, now_ns=central.clock.wall_ns(), actor=asked.actor, **given
    )


def _find(connection: sa.Connection, place: Place) -> watches.Watch | None:
    if not place.is_for_many:
        return watches.one(connection, (place.host, place.task))
    named = f"{place.host}{f' #{place.tag}' if place.tag else ''}"
    found = watches.patterns(connection, watches.Filter(task=place.task))
    return next((one for one in found if one.pattern == named and one.task == place.task), None)


def _look_for_rights(connection: sa.Connection, asked: Asked, place: Place) -> bool:
    """Tell whether he may change it; raise for who may not even see it."""
    if not place.host and not place.task:
        if roles.scope(asked.actor, "write", "watches") == NOTHING:
            roles.authorize(asked.actor, "write", Thing("watches"))
        return True
    if place.is_for_many or not place.host:
        thing = Thing("watches")
    else:
        thing = Thing("watches", place.host, place.task, scoping.tags_of(connection, place.host, place.task))
    if not roles.may(asked.actor, "read", thing):
        raise NotFoundError(f"no task {place.task[:100]!a} on {place.host[:100]!a}")
    return roles.may(asked.actor, "write", thing)
