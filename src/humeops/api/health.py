# SPDX-License-Identifier: MIT
"""GET /healthz and /readyz: for supervisors and load balancers; open to all, and telling nothing else."""

import sqlalchemy as sa
from litestar import get

from humeops.api.service import Central
from humeops.central.store import tables
from humeops.errors import UnavailableError


@get("/healthz", sync_to_thread=False)
def is_alive() -> dict[str, str]:
    """Answer: the process lives."""
    return {"status": "ok"}


@get("/readyz", sync_to_thread=True)
def is_ready(central: Central) -> dict[str, str]:
    """Answer when the database does."""
    try:
        with central.database.reading() as connection:
            connection.execute(sa.select(tables.agent.c.id).limit(1)).all()
    except sa.exc.SQLAlchemyError as error:
        raise UnavailableError("the database does not answer") from error
    return {"status": "ready"}
