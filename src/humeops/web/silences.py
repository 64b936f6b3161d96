# SPDX-License-Identifier: MIT
"""What is kept quiet, by whom and why; made and ended from the page, with plain forms."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops import moments
from humeops.api import alertviews, parameters
from humeops.api import silences as silencesapi
from humeops.api.alertschemas import NewSilence
from humeops.api.parameters import ParameterError
from humeops.api.service import Asked, Central
from humeops.central.store import silences
from humeops.clock import NS_PER_SECOND
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.web import rendering

SILENCES = 200


class SilencesPageQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /silences; `what` fills the form."""

    what: parameters.Filter = ""
    all: bool = False


class SilenceForm(msgspec.Struct):
    """A silence, as typed: `lasts` is a span; with `cron` it is one that repeats."""

    what: Annotated[str, msgspec.Meta(max_length=2_000)]
    why: Annotated[str, msgspec.Meta(max_length=1_000)]
    lasts: Annotated[str, msgspec.Meta(max_length=32)]
    cron: Annotated[str, msgspec.Meta(max_length=256)] = ""
    tz: Annotated[str, msgspec.Meta(max_length=64)] = ""


class EndForm(msgspec.Struct):
    """A silence that is to end."""

    id: int


@get("/silences", sync_to_thread=True)
def list_silences(central: Central, asked: Asked) -> Response[str]:
    """List silences, with a form for another one."""
    roles.authorize(asked.actor, "read", Thing("silences"))
    query, now_ns = parameters.read(asked.parameters, SilencesPageQuery), central.clock.wall_ns()
    with central.database.reading() as connection:
        found = silences.newest(connection, SILENCES, None, None if query.all else now_ns)
    return rendering.page(
        "silences.html",
        now_ns=now_ns,
        actor=asked.actor,
        may_write=roles.may(asked.actor, "write", Thing("silences")),
        silences=[alertviews.silence_view(one, now_ns) for one in found],
        what=query.what,
        every=query.all,
    )


@post("/silences", sync_to_thread=True)
def make_silence(
    central: Central,
    asked: Asked,
    data: Annotated[SilenceForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """Make a silence, and go back to the list."""
    roles.authorize(asked.actor, "write", Thing("silences"))
    try:
        lasts = moments.parse_span(data.lasts.strip())
    except ValueError as error:
        raise ParameterError(f"how long: {error}") from None
    repeats = bool(data.cron.strip())
    wish = NewSilence(
        data.what.strip(),
        data.why.strip(),
        None if repeats else central.clock.wall_ns() + lasts,
        None,
        data.cron.strip(),
        "",
        data.tz.strip(),
        lasts // NS_PER_SECOND if repeats else 0,
    )
    silencesapi.add(central, asked, wish)
    return rendering.go("/silences")


@post("/silences/end", sync_to_thread=True)
def end_silence(
    central: Central,
    asked: Asked,
    data: Annotated[EndForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """End a silence now, and go back to the list."""
    roles.authorize(asked.actor, "write", Thing("silences"))
    silencesapi.end(central, asked, data.id)
    return rendering.go("/silences")
