# SPDX-License-Identifier: MIT
"""Which humeds speak as an agent. One follows the other when it starts anew; two in turn have the same credential.

Each humed draws a name when it starts and says it with every batch. One that speaks again after another had is a sign that both
live: a credential was copied, as with the image of a machine, or stolen. A batch that was long on its way looks the same, so one
return is none yet.
"""

import logging
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.clock import NS_PER_SECOND
from humeops.wire.batch import By

_agent = tables.agent
_process = tables.agent_process

# So many returns within so long, and the credential counts as shared.
RETURNS = 2
WITHIN_NS = 3_600 * NS_PER_SECOND
# A humed that was not heard for so long has ended, and is forgotten when the next one is heard.
KEPT_NS = 24 * 3_600 * NS_PER_SECOND

log = logging.getLogger(__name__)


class Sharer(NamedTuple):
    """One of several humeds with the same credential."""

    host: str  # what its machine calls itself
    first_at: int
    last_at: int


def note_another(connection: sa.Connection, agent: int, by: By, at: int) -> None:
    """Note that another humed than before speaks as this agent, and whether they do so in turn."""
    connection.execute(sa.update(_agent).where(_agent.c.id == agent).values(process=by.process))
    if not _returned(connection, agent, by, at):
        old = sa.delete(_process).where(_process.c.agent == agent, _process.c.last_at < at - KEPT_NS)
        connection.execute(old)
        row = {"agent": agent, "process": by.process, "host": by.host, "first_at": at, "last_at": at, "returns": 0}
        connection.execute(sa.insert(_process).values(row))
        return
    recent = (_process.c.agent == agent, _process.c.last_at >= at - WITHIN_NS)
    returns = connection.execute(sa.select(sa.func.sum(_process.c.returns)).where(*recent)).scalar_one()
    if int(returns or 0) >= RETURNS:
        connection.execute(sa.update(_agent).where(_agent.c.id == agent).values(shared_at=at))
        log.warning("two humeds use the credential of agent %d in turn; one calls its machine %r", agent, by.host)


def sharers(connection: sa.Connection, agents: list[int]) -> dict[int, list[Sharer]]:
    """Return, of each agent whose credential is shared, the humeds that were heard again after another."""
    query = sa.select(_process.c.agent, *(_process.c[name] for name in Sharer._fields)).join(
        _agent, _agent.c.id == _process.c.agent
    )
    found: dict[int, list[Sharer]] = {}
    for agent, *rest in connection.execute(
        query.where(_agent.c.id.in_(agents), _agent.c.shared_at.is_not(None)).order_by(_process.c.first_at)
    ):
        found.setdefault(agent, []).append(Sharer(*rest))
    return found


def _returned(connection: sa.Connection, agent: int, by: By, at: int) -> bool:
    mine = (_process.c.agent == agent, _process.c.process == by.process)
    # What was long ago is not added to what is now.
    again = sa.case((_process.c.last_at < at - WITHIN_NS, 1), else_=_process.c.returns + 1)
    return connection.execute(sa.update(_process).where(*mine).values(last_at=at, returns=again)).rowcount > 0
