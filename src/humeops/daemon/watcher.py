# SPDX-License-Identifier: MIT
"""Watches the processes of all open runs, and notices those that ended without a stop, within a second of their death.

*Design.* Which runs there are to watch is learnt from the registry after each commit, never before; after a commit that
failed, and at humed's start, everything is compared anew, so a restart goes on where the last humed was. A death is noticed
at once and said a moment later (humeops.daemon.deaths). Runs of an earlier boot ended with it. Of more runs than the bound,
some are given up, which is said as well. Each turn does a bounded amount of all this, and nothing here waits.
"""

import logging

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import gone
from humeops.daemon.deaths import Deaths
from humeops.daemon.forks import Forks
from humeops.daemon.processes import Link
from humeops.daemon.runrows import Run
from humeops.daemon.runs import OpenRuns
from humeops.daemon.watch import Watch

# Beyond this, runs are given up. Memory: about 1 kB each.
MAX_OPEN_RUNS = 20_000

log = logging.getLogger(__name__)


class Watcher:
    """One instance lives in humed's loop: `step` at each turn, `fileno` among what the loop waits for."""

    def __init__(self, runs: OpenRuns, watch: Watch, deaths: Deaths, forks: Forks, clock: Clock) -> None:
        self.gone = 0
        self.given_up = 0
        self._runs = runs
        self._watch = watch
        self._deaths = deaths
        self._forks = forks
        self._clock = clock
        self._runs_of: dict[Link, set[str]] = {}
        self._link_of: dict[str, Link] = {}
        self._unseen: set[str] = set()
        if runs.processes.is_hidden(1):
            log.warning(
                "the processes of other users are hidden from humed (proc's hidepid): see docs/guide/delivery.md"
            )

    @property
    def watched(self) -> int:
        """How many processes of open runs are watched by a descriptor."""
        return self._watch.held

    @property
    def looked_at(self) -> int:
        """How many are looked at in rounds."""
        return self._watch.looked_at

    @property
    def unseen(self) -> int:
        """How many open runs name no process that humed can see: only a stop ends them."""
        return len(self._unseen)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when a process ends."""
        return self._watch.fileno()

    def patience_seconds(self) -> float | None:
        """Return how long the loop may wait before the next step; None: until the descriptor says so."""
        now = self._clock.boot_ns()
        dues = [due for due in (self._deaths.next_due_ns(), self._forks.next_due_ns()) if due is not None]
        waits = [self._watch.patience_seconds(now), max(0, min(dues) - now) / NS_PER_SECOND if dues else None]
        return min((seconds for seconds in waits if seconds is not None), default=None)

    def step(self, *, is_behind: bool) -> bool:
        """Notice deaths and say those whose moment has come; return whether something was said.

        `is_behind`: dropped files wait that could not be taken in.
        """
        self._heed_news()
        self._forks.leave()
        for link in self._watch.ended(self._clock.boot_ns()):
            for run_id in self._runs_of.pop(link, ()):
                del self._link_of[run_id]
                self._deaths.note(run_id, gone.ENDED)
        for run in self._runs.excess(MAX_OPEN_RUNS):
            self._deaths.note(run.id, gone.UNWATCHED)
        said = self._deaths.say(is_behind=is_behind)
        self._count(list(said.values()))
        return bool(said)

    def close(self) -> None:
        """Let go of all processes."""
        self._watch.close()

    def _count(self, causes: list[str]) -> None:
        self.gone += len(causes)
        given_up = causes.count(gone.UNWATCHED)
        self.given_up += given_up
        if given_up:
            log.warning("%d open runs given up: more than %d are too many to watch", given_up, MAX_OPEN_RUNS)

    # -- which processes ---------------------------------------------------------------------------------------------

    def _heed_news(self) -> None:
        news = self._runs.take_news()
        if news.is_all:
            self._compare()
            return
        for run_id in news.ended:
            self._leave(run_id)
        for run_id in news.opened:
            if run := self._runs.open_one(run_id):
                self._deaths.forget(run_id)  # of the script, which the run has left to its fork
                self._follow(run)

    def _compare(self) -> None:
        followed = self._deaths.ids() | self._unseen | self._link_of.keys()
        for run_id in followed:
            if self._runs.open_one(run_id) is None:
                self._leave(run_id)
        for run in self._runs.all_open():
            self._follow(run)

    def _follow(self, run: Run) -> None:
        processes, link = self._runs.processes, run.place.outer_seen
        if self._link_of.get(run.id) not in (None, link):
            self._leave(run.id)  # it hangs on another process now
        if run.boot and run.boot != processes.boot:
            self._deaths.note(run.id, gone.REBOOT)
        elif link is None or run.place.pidns not in (None, processes.pidns):
            self._unseen.add(run.id)
        elif run.id not in self._deaths:
            self._link_of[run.id] = link
            self._runs_of.setdefault(link, set()).add(run.id)
            self._watch.add(link)
            self._forks.note(run)

    def _leave(self, run_id: str) -> None:
        self._unseen.discard(run_id)
        self._deaths.forget(run_id)
        self._forks.forget(run_id)
        link = self._link_of.pop(run_id, None)
        if link is not None and (ids := self._runs_of.get(link)) is not None:
            ids.discard(run_id)
            if not ids:
                del self._runs_of[link]
                self._watch.remove(link)
