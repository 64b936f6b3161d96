# SPDX-License-Identifier: MIT
"""Client certificates of agents, as the proxy that ends TLS tells of them: believed of the proxies that are listed, and of nobody else.

What the proxy says of a certificate, its subject or its fingerprint, goes with a credential from the first time on that the two come together. From
then on the credential opens nothing without it: who has stolen the one needs the other's key as well.
"""

import hmac
from typing import NamedTuple

from litestar.types import Scope

from humeops.api import addresses
from humeops.api.addresses import Networks
from humeops.errors import NotAllowedError
from humeops.security.roles import Actor

# As nginx and Apache say it, and HAProxy.
_VERIFIED = frozenset({"SUCCESS", "0"})
_MOST = 1_000
_NONE = "hosts show a client certificate here, and none came: set central.client_cert in humed.toml"
_NO_OTHER = "this credential goes with a client certificate, and came with {}"


class Headers(NamedTuple):
    """In which headers proxies name the certificate, and say that it was verified (empty: in none); and whether hosts have to show one.

    The host `own` does not: it is central's own machine, whose humed passes no proxy.
    """

    certificate: str = ""
    verified: str = ""
    required: bool = False
    own: str = ""


NO_HEADERS = Headers()


def shown(scope: Scope, headers: Headers, proxies: Networks) -> str:
    """Return the certificate that came with a request, as the proxy names it; empty when none did, or none that is believed."""
    if not headers.certificate or not addresses.is_among(addresses.peer(scope), proxies):
        return ""
    if addresses.only(scope, headers.verified) not in _VERIFIED:
        return ""
    named = addresses.only(scope, headers.certificate)
    return named if len(named) <= _MOST and named.isprintable() else ""


def check(actor: Actor, came: str, wanted: Headers = NO_HEADERS) -> None:
    """Raise NotAllowedError when the credential of this agent, or host that asks to be let in, goes with another certificate than came."""
    bound = actor.certificate
    if wanted.required and not came and not (actor.role == "agent" and actor.host == wanted.own):
        raise NotAllowedError(_NONE)
    if bound and not hmac.compare_digest(bound.encode(), came.encode()):
        raise NotAllowedError(_NO_OTHER.format("another one" if came else "none"))
