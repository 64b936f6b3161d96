# SPDX-License-Identifier: MIT
"""Which humeds speak as an agent. One follows the other when it starts anew; two in turn have the same credential.

Each humed draws a name when it starts and says it with every batch. One that speaks again after another had is a sign that both
live: a credential was copied, as with the image of a machine, or stolen. A batch that was long on its way looks the same, so one
return is none yet.

That it was copied is a state of the host, which alerts tell of. It stays until the credential is replaced or revoked: a copy that is quiet is still
one.
"""

import logging
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import changing, tables
from humeops.central.store.changing import Moved
from humeops.clock import NS_PER_SECOND
from humeops.wire.batch import By

_agent = tables.agent
_process = tables.agent_process

# The state of a host whose credential is used twice, beside `heard` and `silent`.
COPIED = "copied"
# So many returns within so long, and the credential counts as shared.
RETURNS = 2
WITHIN_NS = 3_600 * NS_PER_SECOND
# A humed that was not heard for so long has ended, and is forgotten when the next one is heard.
KEPT_NS = 24 * 3_600 * NS_PER_SECOND

_MOST_NAMED = 10

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
        _note_copy(connection, agent, by, at)


def forget(connection: sa.Connection, agent: int, now_ns: int) -> None:
    """Begin anew: the agent has another credential, or none."""
    connection.execute(sa.delete(_process).where(_process.c.agent == agent))
    found = connection.execute(_standing(agent)).one()
    connection.execute(sa.update(_agent).where(_agent.c.id == agent).values(process=None, shared_at=None))
    if found.shared_at is not None and found.silent_since is None:
        why = "its credential was replaced or revoked"
        changing.record(connection, [Moved(found.host, "", COPIED, "heard", why)], now_ns)


def is_copied(connection: sa.Connection, agent: int) -> bool:
    """Tell whether two humeds have used the agent's credential in turn, and nobody has replaced it since."""
    return connection.execute(_standing(agent)).one().shared_at is not None


def _note_copy(connection: sa.Connection, agent: int, by: By, at: int) -> None:
    found = connection.execute(_standing(agent)).one()
    connection.execute(sa.update(_agent).where(_agent.c.id == agent).values(shared_at=at))
    if found.shared_at is not None:
        return
    log.warning("two humeds use the credential of agent %d in turn; one calls its machine %r", agent, by.host)
    query = sa.select(_process.c.host).where(_process.c.agent == agent).order_by(_process.c.first_at)
    machines = ", ".join(dict.fromkeys(host or "?" for host in connection.execute(query.limit(_MOST_NAMED)).scalars()))
    why = f"two humeds use its credential in turn: {machines}"
    # What is silent, and is heard now, the watcher finds: it then sees that it is copied, too.
    if found.silent_since is None:
        changing.record(connection, [Moved(found.host, "", "heard", COPIED, why)], at)


def _standing(agent: int) -> sa.Select[tuple[str, int | None, int | None]]:
    return sa.select(_agent.c.host, _agent.c.shared_at, _agent.c.silent_since).where(_agent.c.id == agent)


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
