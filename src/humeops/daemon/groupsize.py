# SPDX-License-Identifier: MIT
"""How many events one turn of humed's loop takes, at the sockets and of dropped files: as many as take about 15 ms here, with these rules. Pure.

Whoever says something now waits for the rest of one turn and for his own. A fixed number would be 20 ms on a machine and 200 ms on
another, or under rules that look at much: then one user who floods would hold up the acks of all others.
"""

from humeops.clock import NS_PER_SECOND

# Twice this and the commits stay under the 50 ms within which another user's ack is to come, whoever floods.
TURN_NS = int(0.015 * NS_PER_SECOND)
# Fewer would cost more for the commit than for the events.
FEWEST = 50
# A larger group is no cheaper.
MOST = 1_000
# So much of what an event costs is believed of the last group alone: one that met a busy moment does not decide.
_WEIGHT = 0.25


class GroupSize:
    """Learns from each group; begins with the largest, unless told."""

    def __init__(self, begin: int = MOST) -> None:
        self._each_ns = TURN_NS / begin

    @property
    def most(self) -> int:
        """How many events the next turn may take."""
        return max(FEWEST, min(MOST, int(TURN_NS / self._each_ns)))

    def note(self, count: int, took_ns: int) -> None:
        """Heed that so many events took so long, without their commit, which takes as long for one as for many."""
        if count and took_ns > 0:
            share = _WEIGHT * min(1.0, count / FEWEST)
            self._each_ns += share * (took_ns / count - self._each_ns)
