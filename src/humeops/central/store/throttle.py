# SPDX-License-Identifier: MIT
"""How often somebody may try to sign in, by the name he gives and by where he comes from; kept in the database, so that many processes count together.

*Design.* An attempt is counted before the password is looked at, in a transaction of its own: a hundred at once are counted
as a hundred. One that succeeds takes back what it counted. Names are kept hashed, whether there is such a user or not. After some free attempts the pauses
double, up to a quarter of an hour; a day without an attempt forgets.
"""

import hashlib
import ipaddress
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.clock import NS_PER_SECOND

_failure = tables.login_failure

FREE_NAME, FREE_ADDRESS = 5, 30
FIRST_SECONDS, LONGEST_SECONDS = 5, 900
_FORGET_NS = 24 * 3_600 * NS_PER_SECOND


class Attempt(NamedTuple):
    """Who tries, as it is counted: the name given, and the address."""

    name: bytes
    address: bytes


def attempt_of(name: str, address: str) -> Attempt:
    """Return what an attempt is counted under; an IPv6 address counts with its /64, all of which one person has."""
    return Attempt(_key("name", name.casefold()), _key("address", _network(address)))


def count(connection: sa.Connection, attempt: Attempt, now_ns: int) -> int:
    """Count an attempt and return 0, or return after how many seconds there may be one."""
    connection.execute(sa.delete(_failure).where(_failure.c.last_at < now_ns - _FORGET_NS))
    keys = sorted(((attempt.name, FREE_NAME), (attempt.address, FREE_ADDRESS)))
    # Before anything is read: from here on nobody else counts under these two.
    for key, _ in keys:
        _lock(connection, key, now_ns)
    known = {key: _known(connection, key) for key, _ in keys}
    wait = max(until for _, until in known.values()) - now_ns
    if wait > 0:
        return -(-wait // NS_PER_SECOND)
    for key, free in keys:
        count = known[key][0] + 1
        pause = min(FIRST_SECONDS * 2 ** min(count - free, 20), LONGEST_SECONDS) * NS_PER_SECOND if count >= free else 0
        values = {"count": count, "last_at": now_ns, "until": now_ns + pause if pause else 0}
        connection.execute(sa.update(_failure).where(_failure.c.who == key).values(values))
    return 0


def succeeded(connection: sa.Connection, attempt: Attempt) -> None:
    """Forget what failed under this name, and one attempt of the address: it was none."""
    connection.execute(sa.delete(_failure).where(_failure.c.who == attempt.name))
    fewer = sa.update(_failure).where(_failure.c.who == attempt.address, _failure.c.count > 0)
    connection.execute(fewer.values(count=_failure.c.count - 1, until=0))


def _lock(connection: sa.Connection, key: bytes, now_ns: int) -> None:
    here = sa.update(_failure).where(_failure.c.who == key)
    if connection.execute(here.values(count=_failure.c.count)).rowcount == 0:
        # Two at once for the same new row: the later one starts anew (Database.write).
        connection.execute(sa.insert(_failure).values(who=key, count=0, last_at=now_ns, until=0))


def _known(connection: sa.Connection, key: bytes) -> tuple[int, int]:
    found = connection.execute(sa.select(_failure.c.count, _failure.c.until).where(_failure.c.who == key)).one()
    return int(found[0]), int(found[1])


def _key(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\0{text}".encode("utf-8", "surrogatepass")).digest()


def _network(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)
