# SPDX-License-Identifier: MIT
"""POST /api/v1/intake: where humed hands over (docs/protocol.md, section 6)."""

import anyio.to_thread
import msgspec
from litestar import Request, post
from litestar.datastructures import State

from humeops import crash
from humeops.api import inflation
from humeops.api.hub import Hub
from humeops.api.service import Asked, Central
from humeops.central import intake, metrics
from humeops.errors import HumeError, MalformedEventError, NotAllowedError, UnavailableError
from humeops.security import roles
from humeops.security.roles import Actor, Thing
from humeops.wire import batch

_REASONS: list[tuple[type[HumeError], str]] = [
    (MalformedEventError, "malformed"),
    (NotAllowedError, "not_allowed"),
    (UnavailableError, "not_now"),
]


@post("/api/v1/intake", status_code=200)
async def take_batch(request: Request[Actor, None, State], central: Central, asked: Asked, hub: Hub) -> batch.Receipt:
    """Take a batch of the agent's own host: straight into the database, or through the stream.

    What the answer calls committed is committed; `queued` says that the batch is not, yet.
    """
    try:
        return await _take(request, central, asked.actor, hub)
    except HumeError as error:
        reason = next((word for kind, word in _REASONS if isinstance(error, kind)), "fault")
        metrics.INTAKE_REFUSED.labels(reason).inc()
        raise


async def _take(request: Request[Actor, None, State], central: Central, actor: Actor, hub: Hub) -> batch.Receipt:
    roles.authorize(actor, "append", Thing("events", actor.host))
    body = inflation.plain(await request.body(), request.headers.get("Content-Encoding", ""))
    receipt = await hand_over(central, actor, hub, body)
    # As it was when the credential was looked up: the next batch tells what this one brought to light.
    return msgspec.structs.replace(receipt, copied=True) if actor.copied else receipt


async def hand_over(central: Central, actor: Actor, hub: Hub, body: bytes) -> batch.Receipt:
    """Have this batch of the actor's host stored: straight into the database, or through the stream."""
    if actor.agent is None:
        raise NotAllowedError("this token is bound to no host")
    if central.stream is not None:
        receipt = await central.stream.take(actor.agent, actor.host, body, central.clock.wall_ns())
        crash.point("central-before-reply")
        return receipt
    agent = intake.Agent(actor.agent, actor.host)
    # In a thread, and not to be given up when the asker goes: the batch is committed or not, as a whole.
    receipt = await anyio.to_thread.run_sync(
        intake.take, central.database, agent, body, central.clock.wall_ns(), hub.note, abandon_on_cancel=False
    )
    crash.point("central-before-reply")
    return receipt
