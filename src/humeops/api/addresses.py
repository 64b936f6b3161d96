# SPDX-License-Identifier: MIT
"""Where a request comes from, and whom a proxy in front of central names: believed of the proxies that are listed, and of nobody else. Pure."""

import ipaddress
from collections.abc import Sequence

from litestar.types import Scope

Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
_FORWARDED = b"x-forwarded-for"


def networks(texts: Sequence[str]) -> Networks:
    """Return these addresses and networks; ValueError for what is neither."""
    return [ipaddress.ip_network(text, strict=False) for text in texts]


def peer(scope: Scope) -> str:
    """Return the address of whoever is connected."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_among(address: str, known: Networks) -> bool:
    """Tell whether this address is in one of the networks."""
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(place, "ipv4_mapped", None) or place
    return any(mapped in network for network in known)


def source(scope: Scope, proxies: Networks) -> str:
    """Return where the request comes from: from right to left the first one that is no proxy of ours."""
    here = peer(scope)
    named = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == _FORWARDED]
    hops = [hop.strip() for hop in ",".join(named).split(",") if hop.strip()]
    while hops and is_among(here, proxies):
        here = hops.pop()[:64]
    return here


def only(scope: Scope, header: str) -> str:
    """Return the value of a header that came exactly once, else nothing."""
    found = [value for name, value in scope["headers"] if name.lower() == header.lower().encode("latin-1")]
    return found[0].decode("latin-1").strip() if len(found) == 1 else ""
