# SPDX-License-Identifier: MIT
"""What every handler of the API works with."""

import typing
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, ControllerRouterHandler
from prometheus_client.registry import Collector

from humeops.api.addresses import Networks
from humeops.api.certificates import NO_HEADERS, Headers
from humeops.central.current.picture import Picture
from humeops.central.notify.channel import Allowed
from humeops.central.notify.trying import Trial
from humeops.central.store.database import Database
from humeops.clock import Clock
from humeops.security.roles import Actor
from humeops.wire import batch

if typing.TYPE_CHECKING:
    from humeops.central.openid.provider import Provider  # which needs packages that not everybody has


class Follower(Protocol):
    """Who wants to know what was committed (see hub)."""

    def note(self, events: Sequence[bytes]) -> None:
        """Take the ids of events that were committed just now; none: something else has changed."""
        ...

    def miss(self) -> None:
        """Take that some of it may not have been told."""
        ...


class StreamIntake(Protocol):
    """Where batches go when they do not go straight to the database (see central.stream)."""

    async def take(self, agent: int, host: str, body: bytes, received_at: int) -> batch.Receipt:
        """Queue the batch and wait a little for its commit."""
        ...

    async def trouble(self) -> str:
        """Return why what is queued does not get on now; nothing when it does."""
        ...

    async def listen(self, follower: Follower) -> None:
        """Run beside the requests, for ever; tell the follower what workers commit."""
        ...


class People:
    """How people come in, beside links and passwords. Litestar looks into tuples that handlers take, and not into this."""

    def __init__(
        self,
        proxies: Networks = (),
        header: str = "",
        provider: "Provider | None" = None,
        certificates: Headers = NO_HEADERS,
    ) -> None:
        """`proxies` are believed where a request comes from, if `header` names one who asks, and in `certificates` with what.

        `provider` is that of OpenID, if any.
        """
        self.proxies = proxies
        self.header = header
        self.provider = provider
        self.certificates = certificates

    @property
    def offer(self) -> str:
        """What the provider is called where people sign in; empty when there is none."""
        return self.provider.chosen.name if self.provider is not None else ""


NO_MORE_WAYS = People()
_NOTHING_ALLOWED = Trial(Allowed(), tells=False)


class Central(NamedTuple):
    """The database behind the API, the time, who knows the tasks as they are now, and the stream in front of it where there is one."""

    database: Database
    clock: Clock
    current: Picture
    stream: StreamIntake | None = None
    gauges: Sequence[Collector] = ()  # what is asked whenever somebody reads the metrics
    people: People = NO_MORE_WAYS
    trial: Trial = _NOTHING_ALLOWED


class Pages(NamedTuple):
    """What is served beside the API, for browsers (see humeops.web)."""

    routes: ControllerRouterHandler
    turn_away: ASGIApp  # answers whoever has no session yet
    from_http: Callable[[Request[Any, Any, Any], HTTPException], Response[Any]]  # what the web framework finds


class Asked:
    """One request, as handlers see it: who asks, with which parameters, from where."""

    def __init__(self, actor: Actor, parameters: list[tuple[str, str]], address: str, state: dict[str, Any]) -> None:
        """`state` is the request's own: what handlers tell those in front of them."""
        self.actor = actor
        self.parameters = parameters
        self.address = address
        self.state = state
