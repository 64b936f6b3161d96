# SPDX-License-Identifier: MIT
"""The first time that an agent's credential and a client certificate come together: from then on the one opens nothing without the other."""

import anyio
import anyio.to_thread
import sqlalchemy as sa

from humeops.api.service import Central
from humeops.central.store import agents, auditing
from humeops.errors import UnavailableError
from humeops.security.roles import Actor


async def bind(central: Central, actor: Actor, came: str, address: str, patience_seconds: float) -> Actor:
    """Return the agent, bound to this certificate, and write that down; UnavailableError when somebody else just bound it.

    While the database is away, or slow, the agent stays as it is: queueing goes on, and it is bound another time.
    """
    try:
        with anyio.fail_after(patience_seconds):
            done = await anyio.to_thread.run_sync(_bind, central, actor, came, address, abandon_on_cancel=True)
    except (UnavailableError, TimeoutError, sa.exc.SQLAlchemyError):
        return actor
    if not done:
        # With this certificate or another: the next request finds out.
        raise UnavailableError("this credential was just bound to a certificate")
    return actor._replace(certificate=came)


def _bind(central: Central, actor: Actor, came: str, address: str) -> bool:
    now_ns, number = central.clock.wall_ns(), actor.number or 0

    def act(connection: sa.Connection) -> bool:
        done = agents.bind(connection, number, came)
        if done:
            entry = auditing.Entry(*actor.signature, address, "bind certificate", actor.host, "done", came)
            auditing.write(connection, entry, now_ns)
        return done

    return central.database.write(act)
