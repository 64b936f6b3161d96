# SPDX-License-Identifier: MIT
"""GET /healthz and /readyz: for supervisors and load balancers; open to all, and telling nothing else."""

import anyio.to_thread
import sqlalchemy as sa
from litestar import get

from humeops.api.service import Central
from humeops.central import watcher
from humeops.central.store import tables
from humeops.central.store.database import Database
from humeops.errors import HumeError, UnavailableError


@get("/healthz", sync_to_thread=False)
def is_alive() -> dict[str, str]:
    """Answer: the process lives."""
    return {"status": "ok"}


@get("/readyz")
async def is_ready(central: Central) -> dict[str, str]:
    """Answer when the database does, Redis where there is one, some worker folds then, and somebody watches what is due."""
    if trouble := await anyio.to_thread.run_sync(_trouble_of, central):
        raise UnavailableError(trouble)
    if central.stream is not None and (trouble := await central.stream.trouble()):
        raise UnavailableError(trouble)
    return {"status": "ready"}


def _trouble_of(central: Central) -> str:
    return trouble_of(central.database) or watcher.trouble_of(central.database, central.clock.wall_ns())


def trouble_of(database: Database) -> str:
    """Return that the database does not answer; nothing when it does."""
    try:
        with database.reading() as connection:
            connection.execute(sa.select(tables.agent.c.id).limit(1)).all()
    except (sa.exc.SQLAlchemyError, HumeError):
        # What exactly is wrong may name addresses, and this is open to all.
        return "the database does not answer"
    return ""
