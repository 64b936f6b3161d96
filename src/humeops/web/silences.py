# SPDX-License-Identifier: MIT
"""What is kept quiet, by whom and why; made and ended from the page, with plain forms.

What is typed can be checked first: which tasks fit, and when it would hold. What cannot be meant is told above the form, which stays as it was
typed; so is a filter that nothing fits, once, in case a name is misspelt.
"""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops.api import parameters, quiet
from humeops.api import silences as silencesapi
from humeops.api.parameters import ParameterError
from humeops.api.service import Asked, Central
from humeops.central.store import silences
from humeops.filters import printing
from humeops.filters.tree import EVERYTHING, FilterError
from humeops.security import grants, roles
from humeops.web import drafting, rendering

SILENCES = 200
NAMED = 5


class SilencesPageQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /silences; `what` fills the form."""

    what: parameters.Filter = ""
    all: bool = False


class FitsQuery(msgspec.Struct):
    """GET /silences/fits."""

    what: parameters.Filter = ""


class SilenceForm(drafting.Typed):
    """A silence, as typed, and which button was pressed; `sure`: that nothing fits it was told before."""

    do: Literal["silence", "check"] = "silence"
    sure: str = ""


class EndForm(msgspec.Struct):
    """A silence that is to end."""

    id: int


@get("/silences", sync_to_thread=True)
def list_silences(central: Central, asked: Asked) -> Response[str]:
    """List silences, with a form for another one."""
    query = parameters.read(asked.parameters, SilencesPageQuery)
    return _page(central, asked, SilenceForm(what=query.what, lasts="2h"), every=query.all)


@get("/silences/fits", sync_to_thread=True)
def show_fits(central: Central, asked: Asked) -> Response[str]:
    """Say what fits a filter while it is typed, or what is wrong with it."""
    quiet.may_make(asked.actor)
    what = parameters.read(asked.parameters, FitsQuery).what.strip()
    try:
        said, wrong = (_fits(central, asked, what) if what else "", "")
    except (ParameterError, FilterError) as error:
        said, wrong = "", str(error)
    return rendering.page("fits.html", said=said, wrong=wrong, now_ns=central.clock.wall_ns())


@post("/silences", sync_to_thread=True)
def make_silence(
    central: Central,
    asked: Asked,
    data: Annotated[SilenceForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """Make a silence and go back to the list, or say what it would be."""
    quiet.may_make(asked.actor)
    now_ns = central.clock.wall_ns()
    try:
        wish = drafting.wish_of(data, now_ns)
        draft = silencesapi.draft(central, asked, wish)
        fits = _fits(central, asked, draft.what)
    except (ParameterError, FilterError) as error:
        return _page(central, asked, data, wrong=str(error))
    if data.do == "check":
        return _page(central, asked, data, said=f"{fits}. {drafting.times_of(draft, now_ns)}")
    if fits == _NOTHING and not data.sure:
        return _page(
            central,
            asked,
            data,
            wrong=f"{fits}. If it is meant for what is yet to come, press Silence again.",
            sure="yes",
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
    silencesapi.end(central, asked, data.id)
    return rendering.go("/silences")


_NOTHING = "No task fits it now"


def _fits(central: Central, asked: Asked, what: str) -> str:
    count, names = silencesapi.fitting(central, asked, what, NAMED)
    if not count:
        return _NOTHING
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return f"{count} task{'s fit' if count != 1 else ' fits'} it now: {', '.join(names)}{more}"


def _page(
    central: Central,
    asked: Asked,
    typed: SilenceForm,
    wrong: str = "",
    said: str = "",
    sure: str = "",
    every: bool = False,
) -> Response[str]:
    within, now_ns = roles.scope(asked.actor, "write", "silences"), central.clock.wall_ns()
    with central.database.reading() as connection:
        found = silences.newest(connection, SILENCES, None, None if every else now_ns)
        seen = [quiet.view(connection, asked.actor, one, now_ns) for one in found]
    return rendering.page(
        "silences.html",
        400 if wrong else 200,
        now_ns=now_ns,
        actor=asked.actor,
        may_write=within != grants.NOTHING,
        within="" if within == EVERYTHING else printing.text_of(within),
        may_end={one.id for one in found if quiet.may_end(asked.actor, one)},
        silences=[one for one in seen if one is not None],
        typed=typed,
        wrong=wrong,
        said=said,
        sure=sure,
        every=every,
    )
