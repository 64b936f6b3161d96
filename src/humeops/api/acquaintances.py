# SPDX-License-Identifier: MIT
"""Agents that came in a moment ago, so that intake through the stream need not wait for the database.

Promise: a credential that was revoked opens nothing a second later, as long as the database answers. While it does not, agents
that were let in within the last ten minutes may go on queueing batches, and nobody may do anything else on this word. What is
kept is the hash of the token, in this process alone.
"""

from typing import NamedTuple

from humeops.clock import NS_PER_SECOND
from humeops.security.roles import Actor

FRESH_NS = 1 * NS_PER_SECOND
STALE_NS = 600 * NS_PER_SECOND
# Of an installation five times the largest that was tried: some 15 MB.
MOST = 50_000


class _Met(NamedTuple):
    actor: Actor
    at_ns: int


class Acquaintances:
    """Hash of a token → who it was, and when the database said so. Times are of the clock that never steps."""

    def __init__(self) -> None:
        self._met: dict[bytes, _Met] = {}

    def remember(self, key: bytes, actor: Actor | None, now_ns: int) -> None:
        """Note what the database said; None: that this token opens nothing (any more)."""
        self._met.pop(key, None)
        if actor is None or actor.role != "agent":
            return
        self._met[key] = _Met(actor, now_ns)
        if len(self._met) > MOST:
            # The oldest word: whoever comes again was put to the end.
            del self._met[next(iter(self._met))]

    def replace(self, actor: Actor, now_ns: int) -> None:
        """Note what has become of one that is known."""
        if actor.credential in self._met:
            self.remember(actor.credential, actor, now_ns)

    def fresh(self, key: bytes, now_ns: int, wall_ns: int) -> Actor | None:
        """Return who this is when the database said so just now."""
        return self._within(FRESH_NS, key, now_ns, wall_ns)

    def stale(self, key: bytes, now_ns: int, wall_ns: int) -> Actor | None:
        """Return who this was; for when the database cannot be asked."""
        return self._within(STALE_NS, key, now_ns, wall_ns)

    def _within(self, span_ns: int, key: bytes, now_ns: int, wall_ns: int) -> Actor | None:
        met = self._met.get(key)
        if met is None or now_ns - met.at_ns > span_ns:
            return None
        ends_at = met.actor.expires_at
        return met.actor if ends_at is None or ends_at > wall_ns else None
