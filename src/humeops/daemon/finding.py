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
    forked_from: Link | None = None,
) -> Run | None:
    """Return the run nearest above. `runs_at`: the runs registered at each process, in the order they were started.

    `forked_from`: the script, where its fork is the one that speaks.
    """
    for link in chain:
        if link in runs_at and (found := [run for run in runs_at[link] if counts(run)]):
            # Whoever may reach this process may register a run there; it must not catch what others say in their own.
            own = [run for run in found if run.uid == sayer.uid] or found
            if run := _nearest(own, link, sayer, is_alive):
                return run
            if run := _left_over(own, is_alive, is_start, is_start and link == forked_from):
                return run
    return None


def _nearest(runs: Sequence[Run], link: Link, sayer: Sayer, is_alive: IsAlive) -> Run | None:
    # Innermost registrations go before outermost ones: a script's own run before one that a fork of it left behind.
    own = [run for run in runs if run.place.inner == link]
    if len(runs) == len(own) == 1:
        return own[0]
    here = [run for run in runs if run.place.is_taken_by(sayer, is_alive)]
    best = here or own
    return best[-1] if best else None


def _left_over(runs: Sequence[Run], is_alive: IsAlive, is_start: bool, is_fork: bool) -> Run | None:
    """Return which of the runs that other forks of this script began counts at the script."""
    runs = [run for run in runs if not run.place.is_the_forks]
    if not runs or (len(runs) == 1 and not is_start):
        return runs[0] if runs else None
    # One whose fork has ended with nothing more said: so does a command substitution in which the script begins its run.
    # To a start in a fork, it is one that began there before.
    ended = [] if is_fork else [run for run in runs if not _lives(run, is_alive)]
    # What is left is at work in other forks: beside a start there, and not around it.
    return ended[-1] if ended else None if is_start else runs[-1]


def _lives(run: Run, is_alive: IsAlive) -> bool:
    inner = run.place.inner_seen
    return inner is None or is_alive(inner)
