# SPDX-License-Identifier: MIT
"""Whether a browser came over TLS, as a proxy in front says: believed of proxies that the settings name, and of nobody else.

It decides whether cookies are Secure. Whoever could say so unasked could at most lock a browser out; still, nothing is taken from a
stranger.
"""

import ipaddress
from collections.abc import Sequence

from litestar.types import ASGIApp, Receive, Scope, Send

from humeops.central.addresses import Network

_HEADER = b"x-forwarded-proto"


class Forwarded:
    """An ASGI application that puts what trusted proxies say into the scope."""

    def __init__(self, app: ASGIApp, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        if str(scope["type"]) == "http" and self._is_trusted(scope.get("client")):
            said = [value for name, value in scope["headers"] if name.lower() == _HEADER]
            # The last one is the nearest proxy's own; what stands before may be anybody's.
            scheme = said[-1].rpartition(b",")[2].strip().lower() if said else b""
            if scheme in (b"http", b"https"):
                scope["scheme"] = scheme.decode()
        await self._app(scope, receive, send)

    def _is_trusted(self, client: tuple[str, int] | None) -> bool:
        if client is None or not self._proxies:
            return False
        try:
            address = ipaddress.ip_address(client[0])
        except ValueError:
            return False
        plain = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return any((plain or address) in network for network in self._proxies)
