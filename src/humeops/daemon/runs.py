# SPDX-License-Identifier: MIT
"""The runs of this host in memory, by id and by the processes they hang on; rows beside the spool's events are the truth.

Rows change in the transaction that stores the event, so a run is registered exactly when its start is stored. Runs that
ended lately are kept too: what was said in them before may come later, through the drop folder. Which run an event belongs
to is decided in humeops.daemon.finding and attaching, what becomes of a run whose process ended in watcher.
"""

import bisect
import collections
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from humeops.daemon import oom, registering, runrows
from humeops.daemon.processes import Link, Processes
from humeops.daemon.runrows import Run
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Group, SpoolBrokenError
from humeops.event import Event

# Of the runs that ended so many are kept in memory; of an earlier one only its id tells.
MAX_ENDED = 2_000
PRUNE_EVERY = 1_000

_NO_RUNS: Mapping[Link, Sequence[Run]] = {}


class News(NamedTuple):
    """What changed since somebody asked last; `opened`: or hang on another process now; `is_all`: everything may have."""

    opened: list[str]
    ended: list[str]
    is_all: bool


class OpenRuns:
    """The registry, read from the spool when it opens and after a commit that failed."""

    def __init__(self, db: sqlite3.Connection, processes: Processes | None = None) -> None:
        self._db = db
        self.processes = processes or Processes()
        self._ends_since_prune = 0
        self.reload()

    def reload(self) -> None:
        """Take the picture from disk again."""
        self._open: dict[str, Run] = {}
        self._ended: dict[str, Run] = {}
        self._by_boot: dict[str, dict[Link, list[Run]]] = {}
        self._opened: list[str] = []
        self._newly_ended: list[str] = []
        self._is_all_news = True
        try:
            for run in runrows.read_ended(self._db, MAX_ENDED):
                self._keep(run, self._ended)
            for run in runrows.read_open(self._db):
                self._keep(run, self._open)
        except sqlite3.Error as error:
            raise SpoolBrokenError(f"the runs of this host cannot be read from the spool: {error}") from error

    # -- asking ----------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._open)

    def at(self, boot: str) -> Mapping[Link, Sequence[Run]]:
        """Return the runs of this boot by the processes they are registered at, in the order they were started."""
        return self._by_boot.get(boot, _NO_RUNS)

    def find(self, run_id: str) -> Run | None:
        """Return this run, open or ended; None when this host does not know it (any more)."""
        return self._open.get(run_id) or self._ended.get(run_id) or runrows.find(self._db, run_id)

    def open_one(self, run_id: str) -> Run | None:
        """Return this run if it is open."""
        return self._open.get(run_id)

    def all_open(self) -> Iterator[Run]:
        """Yield the open runs, those first that came first."""
        return iter(self._open.values())

    def excess(self, most: int) -> list[Run]:
        """Return the open runs to give up so that this many are left: one by one the oldest of whoever has most of them."""
        shares = collections.Counter(run.uid for run in self._open.values()) if len(self) > most else {}
        oldest = {uid: self._open_of(uid) for uid in shares}
        given_up: list[Run] = []
        while len(self) - len(given_up) > most:
            uid = max(shares, key=shares.__getitem__)
            shares[uid] -= 1
            given_up.append(next(oldest[uid]))
        return given_up

    def _open_of(self, uid: int | None) -> Iterator[Run]:
        return (run for run in self._open.values() if run.uid == uid)

    def take_news(self) -> News:
        """Return which runs were opened and ended since the last call."""
        news = News(self._opened, self._newly_ended, self._is_all_news)
        self._opened, self._newly_ended, self._is_all_news = [], [], False
        return news

    # -- changing --------------------------------------------------------------------------------------------------

    def apply(self, event: Event, sayer: Sayer, group: Group, wall_ns: int) -> None:
        """Register what a start opens, end what a stop or a `gone` ends; durable with the group.

        A run is its fork's own once more than its start is said in the fork.
        """
        if event.kind == "start":
            self._register(event, sayer, group)
        elif event.kind in ("stop", "gone") and event.run is not None and (run := self.find(event.run)):
            self._end(run, event, group, wall_ns)
        surrounding = self._open.get((event.parent if event.kind == "start" else event.run) or "")
        if surrounding and self._is_said_in_fork(event, surrounding, sayer):
            self.leave_to_fork(surrounding, group)

    def _is_said_in_fork(self, event: Event, run: Run, sayer: Sayer) -> bool:
        place = run.place
        if event.boot != run.boot or not place.is_open_to_both:
            return False
        return place.inner in event.origin.chain or place.is_taken_by(sayer, self.processes.is_alive)

    def leave_to_fork(self, run: Run, group: Group) -> None:
        """Let this open run be that of its fork alone; durable with the group."""
        run.place = run.place.left_to_fork()
        runrows.move(group.db, run)
        self._opened.append(run.id)

    def _register(self, event: Event, sayer: Sayer, group: Group) -> None:
        place = registering.place_of(event, sayer, self.processes)
        pid = place.outer_seen[0] if place.outer_seen else 0
        toll = oom.count(self.processes.groups_of(pid)) if pid else oom.NOTHING
        run = Run(event.id, event.task, event.origin.uid, event.parent, event.boot, event.mono, place)
        if runrows.insert(
            group.db, run, toll
        ):  # else a copy of a start that is known: it may even have ended meanwhile
            self._keep(run, self._open)
            self._opened.append(run.id)

    def _end(self, run: Run, event: Event, group: Group, wall_ns: int) -> None:
        self._drop(run)
        if event.kind == "gone":
            runrows.mark_gone(group.db, run.id, str(event.data.get("cause", "")), wall_ns)
        else:
            run.stop_mono = runrows.moment_of_stop(event, run)
            runrows.stop(group.db, run, wall_ns)
        run.is_open = False
        self._keep(run, self._ended)
        self._newly_ended.append(run.id)
        self._ends_since_prune += 1
        if self._ends_since_prune >= PRUNE_EVERY:
            self._ends_since_prune = 0
            runrows.prune(group.db, wall_ns)

    # -- the picture in memory ---------------------------------------------------------------------------------------

    def _keep(self, run: Run, runs: dict[str, Run]) -> None:
        runs[run.id] = run
        at = self._by_boot.setdefault(run.boot, {})
        for link in _links(run):
            # In the order they were started, which is not always the order their starts came in.
            bisect.insort(at.setdefault(link, []), run, key=lambda one: (one.mono, one.id))
        if len(self._ended) > MAX_ENDED:
            self._drop(next(iter(self._ended.values())))

    def _drop(self, run: Run) -> None:
        runs = self._open if run.id in self._open else self._ended
        if runs.pop(run.id, None) is None:
            return  # it ended long ago: only its row was left
        at = self._by_boot[run.boot]
        for link in _links(run):
            at[link].remove(run)
            if not at[link]:
                del at[link]
        if not at:
            del self._by_boot[run.boot]


def _links(run: Run) -> set[Link]:
    return {link for link in (run.place.inner, run.place.outer) if link is not None}
