# SPDX-License-Identifier: MIT
"""Stands before every address: without a valid token or session nothing answers, not even "no such page".

Outermost on purpose: what is added behind it later cannot be forgotten. Only the two health checks, the way in (a link that
is itself a secret) and badges (likewise) are open. It also puts the headers on every answer that keep browsers and proxies from keeping, guessing or
embedding it.

A browser's session is a cookie, which the browser also sends with what other sites make it ask for. So with a cookie only
questions are answered (GET and HEAD), and what changes something only when the browser says that our own page asked.

*Design.* Every request asks the database, but for one: intake through the stream, which goes on while the database is away or
slow, asks it once a second for each agent (`acquaintances`). When it does not answer in time, it is left alone for a moment, so
that not every batch waits for it in vain.
"""

import functools
from collections.abc import Sequence

import anyio
import anyio.to_thread
import msgspec
import sqlalchemy as sa
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from humeops.api import acting, addresses, badges, binding, certificates, cookies, forms, links, schemas
from humeops.api.acquaintances import Acquaintances
from humeops.api.service import Central
from humeops.central import door
from humeops.central.store import agents, sessions, users
from humeops.clock import NS_PER_SECOND
from humeops.errors import HumeError, NotAllowedError, UnavailableError
from humeops.security import credentials
from humeops.security.roles import Actor
from humeops.wire import behalf

OPEN = frozenset({"/healthz", "/readyz", links.SIGN_IN.rstrip("/")})
QUESTIONS = frozenset({"GET", "HEAD"})
INTAKE = "/api/v1/intake"
ENROL = "/api/v1/enrolments"
# How long intake waits for the database's word on an agent it knows, and leaves it alone after it waited in vain.
PATIENCE_SECONDS = 1.0
ACTOR = acting.ACTOR  # where handlers find who asks, in the scope's state
ADDRESS = "hume_address"  # and from where
CERTIFICATE = "hume_certificate"  # with which client certificate, where a proxy names one
AGAIN = "hume_again"  # and how to ask once more whether he still may come in

_LOOPBACK = addresses.networks(["127.0.0.0/8", "::1"])
_OLD_FORM = "this form is not of a page of your session: load the page again"

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class Doorkeeper:
    """An ASGI application that lets only those through who hold a token."""

    def __init__(self, app: ASGIApp, central: Central, turn_away: ASGIApp | None = None) -> None:
        """`turn_away` answers a browser that has no session yet, in the place of a problem."""
        self._app = app
        self._central = central
        self._turn_away = turn_away
        self._acquaintances = Acquaintances()
        self._ask_again_ns = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or pass on, with the actor in the scope."""
        kind: str = scope["type"]
        if kind != "http":
            # The server's start and stop pass; a WebSocket is not accepted, which closes it.
            if kind == "lifespan":
                await self._app(scope, receive, send)
            return
        send = functools.partial(_send_with_headers, send)
        address = addresses.source(scope, self._central.people.proxies)
        scope.setdefault("state", {})[ADDRESS] = address
        if scope["path"] not in OPEN and not scope["path"].startswith((links.SIGN_IN, badges.BADGE)):
            try:
                actor = await self._actor(scope)
            except HumeError as error:
                await _turn_back(scope, send, error)
                return
            if actor is None and self._turn_away is not None and cookies.wants_page(scope):
                await self._turn_away(scope, receive, send)
                return
            if actor is None:
                await self._note_former(scope)
                problem = schemas.Problem("A valid token is needed", 401, "send it as `Authorization: Bearer TOKEN`")
                await _refuse(send, problem, [(b"www-authenticate", b'Bearer realm="hume"')])
                return
            scope["state"][ACTOR] = actor = _signing(actor, scope, address)
            scope["state"][AGAIN] = functools.partial(self._actor, scope)
            session = cookies.session_of(scope) if actor.via == "session" else None
            if session is not None:
                forms.word.set(forms.word_of(session))
                if scope.get("method") not in QUESTIONS and not forms.is_json(scope):
                    body = await forms.read(receive)
                    if body is None or not forms.carries(body, session):
                        await _refuse(send, schemas.Problem("Not allowed", 403, _OLD_FORM), [])
                        return
                    receive = forms.again(body, receive)
        await self._app(scope, receive, send)

    async def _actor(self, scope: Scope) -> Actor | None:
        token = _token(scope)
        if token is None:
            return await self._visitor(scope)
        if self._central.stream is not None and scope["path"] == INTAKE:
            return await self._with_certificate(scope, await self._agent(token))
        # A token that enrols opens one address, by one method, and is nobody anywhere else.
        kinds = agents.ENROLLERS if (scope["path"], scope.get("method")) == (ENROL, "POST") else agents.BEARERS
        return await self._with_certificate(scope, await anyio.to_thread.run_sync(self._look_up, token, kinds))

    async def _with_certificate(self, scope: Scope, actor: Actor | None) -> Actor | None:
        """Return the agent if the client certificate is there that its credential goes with, from the first one on that comes."""
        people = self._central.people
        came = scope["state"][CERTIFICATE] = certificates.shown(scope, people.certificates, people.proxies)
        if actor is None or actor.role not in ("agent", "enroller"):
            return actor
        try:
            certificates.check(actor, came, people.certificates)
        except NotAllowedError:
            scope["state"][acting.WHO] = actor.name
            raise
        if not came or actor.certificate or actor.role == "enroller":
            return actor
        bound = await binding.bind(self._central, actor, came, str(scope["state"][ADDRESS]), PATIENCE_SECONDS)
        self._acquaintances.replace(bound, self._central.clock.boot_ns())
        return bound

    async def _agent(self, token: str) -> Actor | None:
        key, clock = credentials.hash_token(token), self._central.clock
        if fresh := self._acquaintances.fresh(key, clock.boot_ns(), clock.wall_ns()):
            return fresh
        known = self._acquaintances.stale(key, clock.boot_ns(), clock.wall_ns())
        if known is None:
            return self._remember(key, await anyio.to_thread.run_sync(self._look_up, token))
        if clock.boot_ns() < self._ask_again_ns:
            return known
        try:
            with anyio.fail_after(PATIENCE_SECONDS):
                found = await anyio.to_thread.run_sync(self._look_up, token, abandon_on_cancel=True)
        except (UnavailableError, TimeoutError, sa.exc.SQLAlchemyError):
            self._ask_again_ns = clock.boot_ns() + int(PATIENCE_SECONDS * NS_PER_SECOND)
            return known
        return self._remember(key, found)

    def _remember(self, key: bytes, actor: Actor | None) -> Actor | None:
        self._acquaintances.remember(key, actor, self._central.clock.boot_ns())
        return actor

    async def _visitor(self, scope: Scope) -> Actor | None:
        if not (scope.get("method") in QUESTIONS or cookies.is_own_page(scope)):
            return None
        session = cookies.session_of(scope)
        if session is None:
            return await self._named_by_proxy(scope)
        actor = await anyio.to_thread.run_sync(self._look_up, session, ("session",))
        now_ns = self._central.clock.wall_ns()
        if actor is not None and (actor.seen_at or 0) + sessions.TOUCH_NS <= now_ns:
            await anyio.to_thread.run_sync(self._touch, actor, now_ns)
        return actor

    def _touch(self, actor: Actor, now_ns: int) -> None:
        number = actor.number or 0
        self._central.database.write(lambda connection: sessions.touch(connection, number, now_ns))

    async def _named_by_proxy(self, scope: Scope) -> Actor | None:
        people = self._central.people
        if not people.header or not addresses.is_among(addresses.peer(scope), people.proxies):
            return None
        name = addresses.only(scope, people.header)
        return await anyio.to_thread.run_sync(self._look_up_name, name) if name else None

    def _look_up_name(self, name: str) -> Actor | None:
        # Only whom an admin has added: a proxy says who somebody is, not what he may do.
        with self._central.database.reading() as connection:
            found = users.find(connection, name)
            if found is None or found.disabled_at is not None:
                return None
            return agents.actor_of(
                found.name, found.id, users.rights_of(connection, found.id, self._central.clock.wall_ns()), "proxy"
            )

    async def _note_former(self, scope: Scope) -> None:
        """Have the audit log tell whose credential it was that opens nothing; who asks is answered as whoever nobody knows."""
        token = _token(scope)
        if token is None:
            return
        try:
            found = await anyio.to_thread.run_sync(self._look_up_former, token)
        except (UnavailableError, sa.exc.SQLAlchemyError):
            return  # it is refused all the same, and its line says less
        if found is not None:
            scope["state"][acting.FORMER], scope["state"][acting.REASON] = found

    def _look_up_former(self, token: str) -> tuple[str, str] | None:
        with self._central.database.reading() as connection:
            return agents.former(connection, token)

    def _look_up(self, token: str, kinds: Sequence[credentials.Kind] = agents.BEARERS) -> Actor | None:
        with self._central.database.reading() as connection:
            return agents.find_actor(connection, token, self._central.clock.wall_ns(), kinds)


def _signing(actor: Actor, scope: Scope, address: str) -> Actor:
    """Return the actor with who sits behind the owner's token on this very machine, for the audit log."""
    is_owner = (actor.name, actor.via, actor.person) == (door.OWNER, "token", None)
    if not is_owner or not addresses.is_among(address, _LOOPBACK):
        return actor
    return actor._replace(by=behalf.read(addresses.only(scope, behalf.HEADER)))


def _token(scope: Scope) -> str | None:
    given = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    if len(given) != 1:
        return None
    scheme, _, token = given[0].partition(b" ")
    return token.strip().decode("latin-1") if scheme.lower() == b"bearer" else None


async def _send_with_headers(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        own = list(message.get("headers", []))
        named = {name.lower() for name, _ in own}
        # A page says more closely what it may load and do, and for how long it may be kept.
        message["headers"] = [*own, *(header for header in _HEADERS if header[0] not in named)]
    await send(message)


async def _turn_back(scope: Scope, send: Send, error: HumeError) -> None:
    if isinstance(error, NotAllowedError):
        scope["state"][acting.REASON] = str(error)
        await _refuse(send, schemas.Problem("Not allowed", 403, str(error)), [])
    else:
        await _refuse(send, schemas.Problem("Try again later", 503, str(error)), [(b"retry-after", b"1")])


async def _refuse(send: Send, problem: schemas.Problem, headers: list[tuple[bytes, bytes]]) -> None:
    # The body of the request is not read: nobody without a token makes central hold anything.
    body = msgspec.json.encode(problem)
    kind = [(b"content-type", b"application/problem+json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": problem.status, "headers": [*kind, *headers]})
    await send({"type": "http.response.body", "body": body, "more_body": False})
