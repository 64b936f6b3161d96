# SPDX-License-Identifier: MIT
"""`hume-central agent-redis`: lets the humed of one host put its batches straight into Redis, or no longer.

The password is printed once and kept nowhere but in Redis, as a hash.
"""

import contextlib
import sys
import typing
import urllib.parse
from collections.abc import Iterator

import sqlalchemy as sa

from humeops.central.config import Config
from humeops.central.store import agents, processes
from humeops.cli import centralhere
from humeops.clock import SystemClock
from humeops.errors import ConfigError, Exit, UnavailableError
from humeops.wire import hostname

if typing.TYPE_CHECKING:
    import redis


def agent_redis(chosen: Config, host: str, revoke: bool) -> int:
    """Make or remove the user of Redis for this host's agent."""
    from humeops.central.stream import agents as direct

    if not chosen.redis:
        raise ConfigError(
            "`redis`: there is no Redis in front of this central; name it, such as redis://127.0.0.1:6379/0"
        )
    hostname.check(host, "HOST")
    agent = _agent(chosen, host, "revoke user of Redis" if revoke else "make user of Redis")
    if revoke:
        there = remove_user(chosen, agent)
        print(f"{host} may no longer report through Redis" if there else f"{host} had no user of Redis")
        return Exit.OK
    with _redis(chosen) as client:
        made = direct.make_user(client, agent)
    print(f'url = "{address_for(chosen.redis, made.user)}"\npassword: {made.password}')
    if not made.lasts:
        print(
            "hume-central: this user is gone when Redis starts anew: give Redis an `aclfile`, and do this again",
            file=sys.stderr,
        )
    return Exit.OK


def remove_user(chosen: Config, agent: int) -> bool:
    """Take away the user of Redis of this agent; False: it had none."""
    from humeops.central.stream import agents as direct

    with _redis(chosen) as client:
        return direct.remove_user(client, agent)


@contextlib.contextmanager
def _redis(chosen: Config) -> "Iterator[redis.Redis]":
    import redis.exceptions

    try:
        with redis.Redis.from_url(chosen.redis, socket_timeout=10, socket_connect_timeout=5) as client:
            yield client
    except redis.exceptions.RedisError as error:
        raise UnavailableError(f"Redis does not do this: {' '.join(str(error).split())[:300]}") from error


def address_for(central: str, user: str) -> str:
    """Return central's own address of Redis as this user would write it, without a password."""
    parts = urllib.parse.urlsplit(central)
    return urllib.parse.urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))


def _agent(chosen: Config, host: str, act: str) -> int:
    now_ns = SystemClock().wall_ns()

    def find(connection: sa.Connection) -> int:
        agent = agents.find_or_make_agent(connection, host, now_ns)
        # Either way nobody comes in any more by what was copied.
        processes.forget(connection, agent, now_ns)
        return agent

    return centralhere.write(chosen, find, (act, host))
