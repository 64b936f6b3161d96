# SPDX-License-Identifier: MIT
"""Agents that put their batches straight into Redis: each has a user there, who may add to its own stream and read its own mark.

Who they are is asked of Redis' list of users and not of its keys: it outlives FLUSHALL, and whoever is not on it can add nothing.
What an agent writes is hostile: which host it speaks for is told by the agent's row in the database, never by the entry.
"""

import logging
import re
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple

import redis
import redis.exceptions

from humeops.central import intake
from humeops.central.store import agents
from humeops.central.store.database import Database
from humeops.central.stream import keyspace

_USER = re.compile(rb"hume-agent-(\d{1,18})")

log = logging.getLogger(__name__)


class Made(NamedTuple):
    """A user of Redis for an agent; the password is kept by nobody but the agent."""

    user: str
    password: str
    lasts: bool  # written to Redis' ACL file; otherwise it is gone when Redis starts anew


def make_user(client: redis.Redis, agent: int) -> Made:
    """Make the user of this agent, or give it another password: the one before opens nothing any more."""
    connection: Any = client
    user, password = keyspace.user(agent), secrets.token_urlsafe(32)
    keys = [f"%W~{keyspace.agent_stream(agent)}", f"%R~{keyspace.mark(agent)}"]
    commands = ["-@all", "+xadd", "+hget", "+ping"]
    connection.execute_command("ACL", "SETUSER", user, "reset", "on", f">{password}", *keys, *commands)
    return Made(user, password, _save(connection))


def remove_user(client: redis.Redis, agent: int) -> bool:
    """Take the user away, with what it has in its stream: its humed has all that is not committed. False: there was none."""
    connection: Any = client
    found = int(connection.execute_command("ACL", "DELUSER", keyspace.user(agent)))
    connection.unlink(keyspace.agent_stream(agent))
    _save(connection)
    return bool(found)


class DirectAgents:
    """Who may add to a stream of its own, by partition; as it was when it was last asked."""

    def __init__(self, client: redis.Redis, database: Database, partitions: int) -> None:
        self._redis: Any = client
        self._database = database
        self._partitions = partitions
        self._is_refused = False
        self._agents: list[intake.Agent] = []

    def ask(self) -> None:
        """Ask Redis who they are, and the database which hosts they speak for."""
        ids = self._ids()
        self._agents = []
        if ids:
            with self._database.reading() as connection:
                self._agents = [intake.Agent(*one) for one in agents.all_hosts(connection) if one[0] in ids]

    def of(self, partition: int) -> list[intake.Agent]:
        """Return those whose batches are folded with this partition."""
        return [agent for agent in self._agents if keyspace.partition_of(agent.id, self._partitions) == partition]

    def _ids(self) -> set[int]:
        try:
            users = self._redis.execute_command("ACL", "USERS")
        except redis.exceptions.ResponseError as error:
            if not self._is_refused:
                log.warning("Redis does not tell its users (%s): agents that speak to it directly are not heard", error)
            self._is_refused = True
            return set()
        return agents_among(users)


def agents_among(users: Iterable[bytes]) -> set[int]:
    """Return the agents that these users of Redis are of."""
    return {int(found[1]) for user in users if (found := _USER.fullmatch(user))}


def _save(connection: Any) -> bool:
    try:
        connection.execute_command("ACL", "SAVE")
    except redis.exceptions.ResponseError:
        return False
    return True
