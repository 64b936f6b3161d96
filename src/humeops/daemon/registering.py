# SPDX-License-Identifier: MIT
"""Under which processes a start registers its run, and how far that is proven (docs/protocol.md, section 5).

Anybody may write anything into a chain, and a run registered under somebody else's script would catch what that script
says. So humed goes up from the process that the kernel names and notes what it meets; what it does not meet is a claim, and
a claim counts for nobody but the user who made it.

*Other namespaces.* In a container processes are counted anew. humed's own way up passes the same ancestors, so the place
in the chain says which process it is here.
"""

import enum
from collections.abc import Callable
from typing import NamedTuple

from humeops.daemon.processes import Link, Processes
from humeops.daemon.sayer import ROOT, Sayer
from humeops.event import Event


class Proof(enum.IntEnum):
    """What humed knows of a run's registered processes; the numbers stand in the spool."""

    CLAIMED = 0  # nothing: found only by the same user
    TRANSLATED = 1  # met, under other numbers: found only where humed's own way up meets it again
    PROVEN = 2  # met, or the word of root


class Place(NamedTuple):
    """A run's two registered processes, as the sayer counts them and as humed does (None: not seen from here)."""

    inner: Link | None
    outer: Link | None
    inner_seen: Link | None
    outer_seen: Link | None
    pidns: int | None  # the namespace in which humed counts
    proof: Proof

    @property
    def is_the_forks(self) -> bool:
        """Tell whether the run is that of a fork alone: it ends with the fork, and the script has no part in it."""
        return self.inner != self.outer and self.inner_seen is not None and self.inner_seen == self.outer_seen

    @property
    def is_open_to_both(self) -> bool:
        """Tell whether a fork began the run, and it may yet be the fork's or the script's."""
        return self.inner_seen is not None and self.inner != self.outer and self.inner_seen != self.outer_seen

    def left_to_fork(self) -> "Place":
        """Return the place of this run when it is the fork's alone. The script is still named: a fork's last command is below it."""
        return self._replace(outer_seen=self.inner_seen) if self.inner_seen else self

    def is_taken_by(self, sayer: Sayer, is_alive: Callable[[Link], bool]) -> bool:
        """Tell whether the sayer is the innermost process: a shell lets a subshell's last command take the subshell's place."""
        if sayer.claimed:
            return self.inner == sayer.claimed
        seen = self.inner_seen
        return seen is not None and seen[0] == sayer.pid and is_alive(seen)


def place_of(event: Event, sayer: Sayer, processes: Processes) -> Place:
    """Return where this start registers."""
    inner, outer = _named(event)
    if event.origin.pidns not in (None, processes.pidns):
        inner_seen, outer_seen = _translate(event, sayer, processes)
        proof = Proof.TRANSLATED if outer_seen else Proof.CLAIMED
        if inner_seen is None and outer_seen is not None:
            inner, inner_seen = outer, outer_seen
        return Place(inner, outer, inner_seen, outer_seen, processes.pidns, proof)
    if outer is None or sayer.uid == ROOT:
        proof = Proof.PROVEN if outer else Proof.CLAIMED
    else:
        inner, proof = _prove(inner, outer, sayer, processes)
    return Place(inner, outer, inner, outer, processes.pidns, proof)


def _named(event: Event) -> tuple[Link | None, Link | None]:
    chain = event.origin.chain
    # Places beyond the chain name nothing; a process number 0 is one that the sayer could not see.
    links = [chain[at] if at < len(chain) else None for at in event.origin.own or (0, 0)]
    inner, outer = (link if link and link[0] else None for link in links)
    return (inner, outer) if inner and outer else (outer, outer)


def _prove(inner: Link | None, outer: Link, sayer: Sayer, processes: Processes) -> tuple[Link | None, Proof]:
    if sayer.pid is None:
        # A dropped file: what is known is its owner, and whose the process is, if it still lives.
        his = [link for link in (inner, outer) if link and _is_of(link, sayer.uid, processes)]
    else:
        his = list(processes.above(sayer.pid))
    if outer not in his:
        return inner, Proof.CLAIMED
    if sayer.pid is None and inner and not processes.is_alive(inner):
        # The fork has ended, and whose it was nobody knows any more: found for the same user alone, who may tell his forks apart.
        return inner, Proof.CLAIMED
    # An innermost process that is somebody else's: the run hangs on its outermost alone.
    return inner if inner in his else outer, Proof.PROVEN


def _is_of(link: Link, uid: int | None, processes: Processes) -> bool:
    return uid is not None and processes.is_alive(link) and processes.user_of(link[0]) == uid


def _translate(event: Event, sayer: Sayer, processes: Processes) -> tuple[Link | None, Link | None]:
    if sayer.pid is None:
        return None, None
    way = list(processes.above(sayer.pid))
    inner, outer = (_met(event.origin.chain, at, way) for at in event.origin.own or (0, 0))
    return inner, outer


def _met(chain: list[Link], at: int, way: list[Link]) -> Link | None:
    # The chain begins above the sayer, the way up with the sayer; a sayer that speaks for itself is in both.
    for here in (at + 1, at):
        if at < len(chain) and here < len(way) and way[here][1] == chain[at][1]:
            return way[here]
    return None
