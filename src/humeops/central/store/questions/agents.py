# SPDX-License-Identifier: MIT
"""Agents: when each was heard, how far its clock is off, how far the lives of its spool have arrived, what was lost."""

import collections
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops.central.store import cursor, matching, processes, rows, scoping, tables
from humeops.central.store.questions import hosts
from humeops.central.store.questions.page import Page, cut
from humeops.filters.tree import EVERYTHING, Node
from humeops.wire import health
from humeops.wire.health import Health

_agent = tables.agent
_epoch = tables.agent_epoch
_event = tables.event
_credential = tables.credential


class Epoch(NamedTuple):
    """One life of one spool."""

    epoch: str
    committed_upto: int
    declared_lost: int
    silently_lost: int


class Agent(NamedTuple):
    """One agent, the lives of its spool (the first one first), and its last word on a loss."""

    host: str
    created_at: int
    last_seen_at: int | None
    skew: int | None
    epochs: Sequence[Epoch]
    loss_at: int | None
    loss_cause: str
    health: Health | None
    health_at: int | None
    silent_since: int | None
    shared_at: int | None  # when two humeds were last seen to use its credential in turn, and which
    shared_by: Sequence[processes.Sharer]
    certificate: str = ""  # the client certificate that its credential goes with, as the proxy names it
    revoked_at: int | None = None  # when its credential was revoked, if it has had none since


class Filter(NamedTuple):
    """Which agents; empty means all. `lossy`: only those that lost something."""

    host: str = ""
    lossy: bool = False
    also: Node = EVERYTHING  # a filter of hosts, its moments settled
    within: Node = EVERYTHING  # and of these hosts alone


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None) -> Page[Agent]:
    """Return a page of agents, by host."""
    query = sa.select(_agent).where(*_conditions(wanted))
    if after is not None:
        query = query.where(_agent.c.host > cursor.unpack(after, tuple[str])[0])
    found = connection.execute(query.order_by(_agent.c.host).limit(limit + 1)).all()
    page = cut(found, limit, lambda row: cursor.pack(row.host))
    ids = [row.id for row in page.rows]
    epochs, sharers = _epochs(connection, ids), processes.sharers(connection, ids)
    bound, revoked = _certificates(connection, ids), _revoked(connection, ids)
    read = [
        _read(connection, row, epochs[row.id], sharers.get(row.id, []))._replace(
            certificate=bound.get(row.id, ""), revoked_at=revoked.get(row.id)
        )
        for row in page.rows
    ]
    return Page(read, page.next)


class Heard(NamedTuple):
    """How many hosts have a humed that was heard, and how many of these not since a moment."""

    hosts: int
    quiet: int


def heard(connection: sa.Connection, since_ns: int, within: Node = EVERYTHING) -> Heard:
    """Return how the hosts are heard."""
    quiet = sa.func.sum(sa.case((_agent.c.last_seen_at < since_ns, 1), else_=0))
    query = sa.select(sa.func.count(_agent.c.last_seen_at), quiet)
    number, silent = connection.execute(query.where(*scoping.of_host(within, _agent.c.host))).one()
    return Heard(int(number), int(silent or 0))


def copied(connection: sa.Connection, within: Node, most: int) -> list[str]:
    """Return the hosts whose credential two humeds use, at most so many."""
    query = sa.select(_agent.c.host).where(_agent.c.shared_at.is_not(None), *scoping.of_host(within, _agent.c.host))
    return list(connection.execute(query.order_by(_agent.c.host).limit(most)).scalars())


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.host:
        conditions.append(matching.like_glob(_agent.c.host, wanted.host))
    conditions += [*hosts.conditions(wanted.also), *scoping.of_host(wanted.within, _agent.c.host)]
    if wanted.lossy:
        lossy = sa.select(_epoch.c.agent).where(_epoch.c.declared_lost + _epoch.c.silently_lost > 0)
        conditions.append(_agent.c.id.in_(lossy))
    return conditions


def _epochs(connection: sa.Connection, agents: Sequence[int]) -> collections.defaultdict[int, list[Epoch]]:
    found = collections.defaultdict[int, list[Epoch]](list)
    query = sa.select(_epoch).where(_epoch.c.agent.in_(agents)).order_by(_epoch.c.id)
    for row in connection.execute(query):
        found[row.agent].append(Epoch(row.epoch, row.committed_upto, row.declared_lost, row.silently_lost))
    return found


def _certificates(connection: sa.Connection, agents: Sequence[int]) -> dict[int, str]:
    bound = (_credential.c.kind == "agent", _credential.c.revoked_at.is_(None), _credential.c.certificate != "")
    query = sa.select(_credential.c.agent, _credential.c.certificate).where(_credential.c.agent.in_(agents), *bound)
    return {int(agent): str(named) for agent, named in connection.execute(query.order_by(_credential.c.id))}


def _revoked(connection: sa.Connection, agents: Sequence[int]) -> dict[int, int]:
    """Return whose credential was revoked and when, but of those that have another one, or are heard by way of Redis."""
    own = sa.and_(_credential.c.revoked_at.is_(None), _credential.c.expires_at.is_(None))
    last = sa.func.max(_credential.c.revoked_at)
    query = sa.select(_credential.c.agent, last).join(_agent, _agent.c.id == _credential.c.agent)
    query = query.where(_credential.c.agent.in_(agents), _credential.c.kind == "agent").group_by(_credential.c.agent)
    put_out = (
        sa.func.sum(sa.case((own, 1), else_=0)) == 0,
        last >= sa.func.coalesce(sa.func.max(_agent.c.last_seen_at), 0),
    )
    return {int(agent): int(at) for agent, at in connection.execute(query.having(*put_out))}


def _read(connection: sa.Connection, row: sa.Row[Any], epochs: list[Epoch], shared_by: list[processes.Sharer]) -> Agent:
    # Only where something was declared is the last word on it looked for: among a host's troubles, newest first.
    declared = any(epoch.declared_lost for epoch in epochs)
    loss_at, cause = _last_loss(connection, row.host) if declared else (None, "")
    fares = health.unpack((row.health or "").encode())
    return Agent(
        row.host,
        row.created_at,
        row.last_seen_at,
        row.skew,
        epochs,
        loss_at,
        cause,
        fares,
        row.health_at,
        row.silent_since,
        row.shared_at,
        shared_by,
    )


def _last_loss(connection: sa.Connection, host: str) -> tuple[int | None, str]:
    query = sa.select(_event.c.time, _event.c.rest).where(_event.c.host == host, _event.c.kind == "loss")
    found = connection.execute(query.order_by(_event.c.id.desc()).limit(1)).one_or_none()
    if found is None:
        return None, ""
    cause = rows.read_rest(found.rest).data.get("cause") if found.rest else None
    return found.time, cause if isinstance(cause, str) else ""
