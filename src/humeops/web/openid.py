# SPDX-License-Identifier: MIT
"""To the OpenID provider and back: the browser is led there with an attempt of its own, and comes back with a code that counts once.

Afterwards it is always led to the first page: no address of a request says where to.
"""

import hmac
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import sqlalchemy as sa
from litestar import Request, Response, get

from humeops.api import acting, cookies, parameters
from humeops.api.doorkeeper import ADDRESS
from humeops.api.problems import NotFoundError
from humeops.api.ratelimit import Buckets
from humeops.api.service import Central
from humeops.central.openid import attempt
from humeops.central.openid.identity import OpenIdError
from humeops.central.store import acquainting, sessions
from humeops.clock import NS_PER_SECOND
from humeops.errors import HumeError, UnavailableError
from humeops.security import credentials
from humeops.web import rendering, signin

if TYPE_CHECKING:
    from humeops.central.openid.provider import Provider  # which needs packages that not everybody has

_Request = Request[Any, Any, Any]
_Word = Annotated[str, msgspec.Meta(max_length=4_000)]
_BURST, _PER_SECOND = 100, 2  # of one address, behind which a whole office may be
_OVER = "This sign-in is used up, too old, or of another browser: begin anew."
_begun = Buckets(_PER_SECOND, _BURST)


class Back(msgspec.Struct):
    """GET /signin/openid/callback, as the provider writes it; what else it says is not looked at."""

    state: _Word = ""
    code: _Word = ""
    iss: _Word = ""
    error: _Word = ""


@get("/signin/openid", sync_to_thread=True)
def begin(request: _Request, central: Central) -> Response[str]:
    """Lead the browser to the provider."""
    provider, state = _provider(central), request.scope["state"]
    state[acting.ACT], state[acting.WHO] = "sign in", "somebody of the provider"
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return signin.form(central.people.offer)
    if wait := _begun.take(hash(state[ADDRESS]), central.clock.boot_ns()):
        return signin.refused(
            central, state, 429, "Too many attempts from your address: try again soon.", int(wait) + 1
        )
    secret = credentials.make_token("openid")
    try:
        way = provider.way(attempt.of(secret))
    except UnavailableError as error:
        return signin.refused(central, state, 503, f"{central.people.offer} cannot be asked now: {error}.")
    now_ns = central.clock.wall_ns()
    if not central.database.write(lambda connection: sessions.add_attempt(connection, secret, now_ns)):
        return signin.refused(central, state, 503, "Too many sign in at once: try again soon.", 60)
    kept = cookies.set_attempt(request.scope, secret, sessions.ATTEMPT_NS // NS_PER_SECOND)
    return rendering.go(way, {"Set-Cookie": kept})


@get("/signin/openid/callback", sync_to_thread=True)
def come_back(request: _Request, central: Central) -> Response[str]:
    """Open a session for whoever the provider says it is, if something lets him in."""
    provider, state = _provider(central), request.scope["state"]
    state[acting.ACT], state[acting.WHO] = "sign in", "somebody of the provider"
    try:
        return _enter(request, central, provider, _back(request))
    except OpenIdError as error:
        return signin.refused(central, state, 403, f"This did not sign you in: {error}.")
    except HumeError as error:
        return signin.refused(central, state, 503, f"{central.people.offer} cannot be asked now: {error}.")


@get("/signin/openid/out", sync_to_thread=True)
def show_goodbye(central: Central) -> Response[str]:
    """Say that this session is over, and where the one at the provider ends, which goes on."""
    provider = _provider(central)
    return rendering.page("signedout.html", 200, offer=central.people.offer, farewell=provider.farewell())


def _enter(request: _Request, central: Central, provider: "Provider", back: Back) -> Response[str]:
    secret = cookies.attempt_of(request.scope)
    # Whose state it is shows first: another site cannot use up the attempt of a browser that it leads here.
    if secret is None or not hmac.compare_digest(back.state.encode(), attempt.of(secret).state.encode()):
        raise OpenIdError(_OVER.rstrip("."))
    now_ns = central.clock.wall_ns()
    if not central.database.write(lambda connection: sessions.take_attempt(connection, secret, now_ns)):
        raise OpenIdError(_OVER.rstrip("."))
    if back.iss and not provider.is_issuer(back.iss):
        raise OpenIdError("another provider answered than was asked")
    if back.error or not back.code:
        raise OpenIdError(f"{central.people.offer} did not sign you in")
    who = provider.who(back.code, attempt.of(secret))
    request.scope["state"][acting.WHO] = who.name
    lasts_ns = provider.chosen.settings.session_hours * 3_600 * NS_PER_SECOND

    def act(connection: sa.Connection, session: str) -> int:
        user = acquainting.enter(connection, who, provider.chosen.rights(who.groups), central.clock.wall_ns())
        return signin.open_for(connection, central, request, user.id, user.name, session, "openid", lasts_ns)

    return signin.enter(request, central, act)


def _back(request: _Request) -> Back:
    # Providers add words of their own, which are not looked at.
    known = Back.__struct_fields__
    try:
        return parameters.read([one for one in request.query_params.multi_items() if one[0] in known], Back)
    except parameters.ParameterError:
        raise OpenIdError("the provider answered nonsense") from None


def _provider(central: Central) -> "Provider":
    if central.people.provider is None:
        raise NotFoundError("nobody signs in so here")
    return central.people.provider
