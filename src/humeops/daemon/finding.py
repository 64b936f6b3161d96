# SPDX-License-Identifier: MIT
"""Which of the runs that hang on a sayer's ancestors an event belongs to (docs/protocol.md, section 5).

One pass up the chain, and at most one look at the processes of this host: whether a run's innermost process has ended is
asked only where two runs at one process would be told apart by it. Decides from what it is given; changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence

from humeops.daemon.processes import Link
from humeops.daemon.runrows import Run

IsAlive = Callable[[Link], bool]


def find(
    chain: Sequence[Link],
    runs_at: Mapping[Link, Sequence[Run]],
    counts: Callable[[Run], bool],
    uid: int | None,
    is_alive: IsAlive,
) -> Run | None:
    """Return the run nearest above. `runs_at`: the runs registered at each process, in the order they were started."""
    for link in chain:
        if link in runs_at and (found := [run for run in runs_at[link] if counts(run)]):
            # Whoever may reach this process may register a run there; it must not catch what others say in their own.
            own = [run for run in found if run.uid == uid]
            return _nearest(own or found, link, is_alive)
    return None


def _nearest(runs: Sequence[Run], link: Link, is_alive: IsAlive) -> Run:
    # Innermost registrations go before outermost ones, and one whose innermost process has ended hangs on this one alone.
    for run in reversed(runs):
        if len(runs) == 1 or run.place.inner == link or not _lives(run, is_alive):
            return run
    return runs[-1]


def _lives(run: Run, is_alive: IsAlive) -> bool:
    inner = run.place.inner_seen
    return inner is None or is_alive(inner)
