# SPDX-License-Identifier: MIT
"""Sees to it that nothing is missing in the audit log: every refusal, and every act that its handler did not write down itself.

It stands outside of the doorkeeper and looks at answers, so what is added later cannot be forgotten.

*Design.* Refusals cost whoever is refused nothing, so they are bounded: some for each source at once and then one a minute,
and some for all sources together; the next one that is written says how many were left out. So a stranger can neither fill
the disk nor keep intake from the database. The answer never waits for it.
"""

import collections
import functools
import logging
from typing import Any

import anyio.to_thread
import sqlalchemy as sa
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from humeops.api import acting
from humeops.api.doorkeeper import ACTOR, ADDRESS, INTAKE, QUESTIONS
from humeops.api.ratelimit import Buckets
from humeops.api.service import Central
from humeops.central.store import auditing
from humeops.errors import HumeError
from humeops.security.roles import Actor

EACH, EACH_PER_SECOND = 20, 1 / 60
ALL, ALL_PER_SECOND = 300, 1 / 6
_MOST_SOURCES = 10_000
_NOBODY = Actor("", "viewer", grants=())

log = logging.getLogger("humeops.api")


class Refusals:
    """Which refusals are written down."""

    def __init__(self) -> None:
        self._each = Buckets(EACH_PER_SECOND, EACH, _MOST_SOURCES)
        self._all = Buckets(ALL_PER_SECOND, ALL, 1)
        self._left_out: collections.OrderedDict[tuple[str, str], int] = collections.OrderedDict()

    def admit(self, source: tuple[str, str], now_ns: int) -> int | None:
        """Return how many of this source were left out before this one; None when this one is, too."""
        if self._each.take(hash(source), now_ns) or self._all.take(0, now_ns):
            self._left_out[source] = self._left_out.get(source, 0) + 1
            if len(self._left_out) > _MOST_SOURCES:
                self._left_out.popitem(last=False)
            return None
        return self._left_out.pop(source, 0)


class Witness:
    """An ASGI application that writes down what came of the requests to the one behind it."""

    def __init__(self, app: ASGIApp, central: Central) -> None:
        self._app = app
        self._central = central
        self._refusals = Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and then see what was answered."""
        kind: str = scope["type"]
        if kind != "http":
            await self._app(scope, receive, send)
            return
        answered: dict[str, int] = {}
        try:
            await self._app(scope, receive, functools.partial(_send_noting, send, answered))
        finally:
            entry = self._entry(scope, answered.get("status", 500))
            if entry is not None:
                await anyio.to_thread.run_sync(self._write, entry)

    def _entry(self, scope: Scope, status: int) -> auditing.Entry | None:
        state: dict[str, Any] = scope.get("state", {})
        actor: Actor = state.get(ACTOR, _NOBODY)
        address = str(state.get(ADDRESS, ""))
        act, place = (
            str(state.get(acting.ACT) or scope.get("method", "")).lower(),
            str(scope.get("path_template") or scope["path"]),
        )
        if _is_refused(status, actor, scope):
            known = actor.name or str(state.get(acting.FORMER, ""))
            name = str(state.get(acting.WHO, "")) or known
            source = known or ("sign in" if acting.WHO in state else "")
            left_out = self._refusals.admit((address, source), self._central.clock.boot_ns())
            if left_out is None:
                return None
            reason = str(state.get(acting.REASON, "")) or str(status)
            more = f"; {left_out} more of this source were left out before" if left_out else ""
            return auditing.Entry(name, actor.via, address, act, place, "refused", reason + more)
        is_act = status < 400 and scope.get("method") not in QUESTIONS and scope["path"] != INTAKE
        if not is_act or state.get(acting.NOTED):
            return None
        return auditing.Entry(*actor.signature, address, act, place)

    def _write(self, entry: auditing.Entry) -> None:
        now_ns = self._central.clock.wall_ns()
        try:
            self._central.database.write(lambda connection: auditing.write(connection, entry, now_ns))
        except (HumeError, sa.exc.SQLAlchemyError) as error:
            # The refusal stands, only its line is missing; the operator reads of it here.
            log.warning("not in the audit log: %s %s %s: %s", entry.outcome, entry.act, entry.object, error)


def _is_refused(status: int, actor: Actor, scope: Scope) -> bool:
    if status in (401, 403):
        return True
    if status == 429:
        return acting.REASON in scope.get("state", {})
    # For whom not everything is open, "no such thing" may be a thing he is not told of.
    return status == 404 and actor.grants is not None and actor is not _NOBODY


async def _send_noting(send: Send, answered: dict[str, int], message: Message) -> None:
    if message["type"] == "http.response.start":
        answered["status"] = message["status"]
    await send(message)
