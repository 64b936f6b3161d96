# SPDX-License-Identifier: MIT
"""Which of the runs that hang on a sayer's ancestors an event belongs to (docs/protocol.md, section 5).

One pass up the chain, and at most one look at the processes of this host: whether a run's innermost process has ended is
asked only where two runs at one process would be told apart by it; for the moment at which the event was said. Decides from what it is given; changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence

from humeops.daemon.processes import Link
from humeops.daemon.runrows import Run
from humeops.daemon.sayer import Sayer

IsAlive = Callable[[Link], bool]


def find(
    chain: Sequence[Link],
    runs_at: Mapping[Link, Sequence[Run]],
    counts: Callable[[Run], bool],
    sayer: Sayer,
    is_alive: IsAlive,
    *,
    is_start: bool = False,
) -> Run | None:
    """Return the run nearest above. `runs_at`: the runs registered at each process, in the order they were started."""
    for link in chain:
        if link in runs_at and (found := [run for run in runs_at[link] if counts(run)]):
            # Whoever may reach this process may register a run there; it must not catch what others say in their own.
            own = [run for run in found if run.uid == sayer.uid] or found
            if run := _nearest(own, link, sayer, is_alive, is_start):
                return run
    return None


def _nearest(runs: Sequence[Run], link: Link, sayer: Sayer, is_alive: IsAlive, is_start: bool) -> Run | None:
    if len(runs) == 1 and (not is_start or runs[0].place.inner == link):
        return runs[0]
    # A shell lets the last command of a subshell take the subshell's place: then the sayer is the innermost process itself.
    here = [run for run in runs if _is_innermost(sayer, run, is_alive)]
    # Innermost registrations go before outermost ones, and one whose innermost process has ended hangs on this one alone.
    for run in reversed(here or runs):
        if here or run.place.inner == link or not _lives(run, is_alive):
            return run
    # What is left is at work in other forks of this script: beside a start there, and not around it.
    return None if is_start else runs[-1]


def _is_innermost(sayer: Sayer, run: Run, is_alive: IsAlive) -> bool:
    if sayer.claimed:
        return run.place.inner == sayer.claimed
    seen = run.place.inner_seen
    return seen is not None and seen[0] == sayer.pid and is_alive(seen)


def _lives(run: Run, is_alive: IsAlive) -> bool:
    inner = run.place.inner_seen
    return inner is None or is_alive(inner)
