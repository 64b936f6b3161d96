# SPDX-License-Identifier: MIT
"""Sees to it that the owner of this folder and this host's humed can come in: their tokens lie in files of mode 0600.

At every start: a file that is there stays and is made valid (the database may be new); a file that is missing is made
anew, and what was valid before for the same owner is revoked, since nobody may hold it any more.
"""

import pathlib
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import agents
from humeops.central.store.database import Database
from humeops.errors import ConfigError
from humeops.security import credentials

OWNER = "owner"
OWNER_STAYS = "the owner's token is in a file of central's folder: move that away, and the next start makes another one"


class Key(NamedTuple):
    """A token in a file: whose it is."""

    path: pathlib.Path
    kind: credentials.Kind
    name: str
    host: str = ""


def provide(database: Database, keys: list[Key], now_ns: int) -> None:
    """Make each of these files hold a token that opens the door; raise ConfigError for a file that holds something else."""
    for key in keys:
        with database.writing() as connection:
            _provide(connection, key, now_ns)


def _provide(connection: sa.Connection, key: Key, now_ns: int) -> None:
    token = credentials.read_token(key.path, key.kind)
    if token is None:
        if key.path.exists():
            raise ConfigError(f"{key.path} does not hold a token; move it away, and a new one is made")
        agents.revoke(connection, key.kind, key.name, now_ns)
        token = credentials.make_token(key.kind)
        # Written before the commit: a crash between the two leaves a file that the next start makes valid.
        credentials.write_token(key.path, token)
    if key.host:
        agents.follow_host(connection, token, key.host, now_ns)
    agent = agents.find_or_make_agent(connection, key.host, now_ns) if key.host else None
    if not agents.register(connection, token, key.kind, key.name, agent, now_ns):
        raise ConfigError(f"the token in {key.path} was revoked; move it away, and a new one is made")
