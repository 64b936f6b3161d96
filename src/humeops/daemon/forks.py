# SPDX-License-Identifier: MIT
"""Runs that were begun in a fork of a script, until it is known whether they are the fork's alone.

A command substitution that begins the script's run ends at once; a subshell at work lives on. So a run whose fork still
lives a while after its start is left to the fork, as one in which more is said is (humeops.daemon.runs). A fork that ended
while humed was away leaves nothing to tell by: its run hangs on the script.
"""

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.keeper import Keeper
from humeops.daemon.runrows import Run
from humeops.daemon.runs import OpenRuns
from humeops.daemon.spool import Spool, SpoolFullError

# Longer than any command substitution that only begins a run, on a machine that is busy too.
LIVED_ON_NS = 2 * NS_PER_SECOND


class Forks:
    """Which runs are to be looked at once more, and when."""

    def __init__(self, runs: OpenRuns, spool: Spool, keeper: Keeper, clock: Clock) -> None:
        self._runs = runs
        self._spool = spool
        self._keeper = keeper
        self._clock = clock
        self._due: dict[str, int] = {}  # those first that are due first

    def note(self, run: Run) -> None:
        """Look at this run again in a while, if a fork began it."""
        if run.place.is_open_to_both and run.id not in self._due:
            self._due[run.id] = self._clock.boot_ns() + LIVED_ON_NS

    def forget(self, run_id: str) -> None:
        """It has ended, or is a fork's already."""
        self._due.pop(run_id, None)

    def next_due_ns(self) -> int | None:
        """Return when `leave` has something to do."""
        return next(iter(self._due.values()), None)

    def leave(self) -> None:
        """Leave the runs to their forks that are due and whose forks live; durable when this returns."""
        now = self._clock.boot_ns()
        if (first := self.next_due_ns()) is None or first > now:
            return
        due = [run_id for run_id, due_ns in self._due.items() if due_ns <= now]
        for run_id in due:
            del self._due[run_id]
        if living := [run for run_id in due if (run := self._runs.open_one(run_id)) and self._lives(run)]:
            self._commit(living)

    def _lives(self, run: Run) -> bool:
        inner = run.place.inner_seen
        return run.place.is_open_to_both and inner is not None and self._runs.processes.is_alive(inner)

    def _commit(self, runs: list[Run]) -> None:
        try:
            with self._spool.group() as group:
                for run in runs:
                    self._runs.leave_to_fork(run, group)
        except SpoolFullError as error:
            # The registry is as on disk again, and all of it is news: they are noted anew.
            self._runs.reload()
            self._keeper.on_full_disk(error)
