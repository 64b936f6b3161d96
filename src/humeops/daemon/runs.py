# SPDX-License-Identifier: MIT
"""Which run an event belongs to, with nothing to pass along: the open runs of this host and the processes they hang on.

An event names its run, or the processes above the caller do: the run registered nearest above wins, and with several at
one process the one started last (docs/protocol.md, section 5). Rows beside the spool's events keep this over restarts;
they change in the same transaction, so a run is registered exactly when its start is stored.

For now a start registers under its parent process only.
"""

import bisect
import sqlite3
from typing import NamedTuple

from humeops.daemon.spool import Group, SpoolBrokenError
from humeops.event import Event

Process = tuple[str, int, int]  # boot id, pid, start time in ticks: one process for ever, whatever pids are reused

# Beyond this the oldest open run is forgotten here: its later events then belong to its task alone. Memory: about 1 kB each.
MAX_OPEN_RUNS = 10_000
# An ended run is remembered for a day, so that a late copy of its start does not open it again.
ENDED_KEPT_NS = 86_400 * 1_000_000_000
PRUNE_EVERY = 1_000


class OpenRun(NamedTuple):
    """A run that has started here and not ended."""

    id: str
    task: str
    process: Process | None
    mono: int


class OpenRuns:
    """The open runs in memory, read from the spool when it opens and after a commit that failed."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._stops_since_prune = 0
        self.reload()

    def reload(self) -> None:
        """Take the picture from disk again."""
        self._by_id: dict[str, OpenRun] = {}
        self._by_process: dict[Process, list[OpenRun]] = {}
        try:
            rows = self._db.execute(
                "SELECT id, task, boot, pid, start, mono FROM run WHERE ended_wall IS NULL ORDER BY mono, id"
            ).fetchall()
        except sqlite3.Error as error:
            raise SpoolBrokenError(f"the open runs cannot be read from the spool: {error}") from error
        for run_id, task, boot, pid, start, mono in rows:
            self._remember(OpenRun(run_id, task, (boot, pid, start) if pid else None, mono))

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, event: Event) -> OpenRun | None:
        """Return the open run this event belongs to."""
        if event.run is not None:
            return self._by_id.get(event.run)
        for pid, start in event.origin.chain:
            for run in reversed(self._by_process.get((event.boot, pid, start), ())):
                if not event.task or run.task == event.task:
                    return run
        return None

    def task_of(self, run_id: str) -> str:
        """Return the task of this run, open or ended; empty when this host does not know the run."""
        row = self._db.execute("SELECT task FROM run WHERE id = ?", (run_id,)).fetchone()
        return row[0] if row else ""

    def apply(self, event: Event, group: Group, wall_ns: int) -> None:
        """Register what a start opens, close what a stop ends; durable with the group."""
        if event.kind == "start":
            self._open(event, group)
        elif event.kind == "stop" and event.run is not None:
            self._end(event.run, group, wall_ns)

    def _open(self, event: Event, group: Group) -> None:
        pid, start = event.origin.chain[0] if event.origin.chain else (0, 0)
        inserted = group.db.execute(
            "INSERT OR IGNORE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            (event.id, event.task, event.origin.uid, event.boot, pid, start, event.mono),
        ).rowcount
        if not inserted:
            return  # a copy of a start that is known: the run may even have ended meanwhile
        self._remember(OpenRun(event.id, event.task, (event.boot, pid, start) if pid else None, event.mono))
        if len(self._by_id) > MAX_OPEN_RUNS:
            oldest = next(iter(self._by_id.values()))
            self._forget(oldest)
            group.db.execute("DELETE FROM run WHERE id = ?", (oldest.id,))

    def _end(self, run_id: str, group: Group, wall_ns: int) -> None:
        group.db.execute("UPDATE run SET ended_wall = ? WHERE id = ? AND ended_wall IS NULL", (wall_ns, run_id))
        if run := self._by_id.get(run_id):
            self._forget(run)
        self._stops_since_prune += 1
        if self._stops_since_prune >= PRUNE_EVERY:
            self._stops_since_prune = 0
            group.db.execute("DELETE FROM run WHERE ended_wall < ?", (wall_ns - ENDED_KEPT_NS,))

    def _remember(self, run: OpenRun) -> None:
        self._by_id[run.id] = run
        if run.process is not None:
            # In the order they were started, which is not always the order their starts came in.
            bisect.insort(self._by_process.setdefault(run.process, []), run, key=lambda one: (one.mono, one.id))

    def _forget(self, run: OpenRun) -> None:
        del self._by_id[run.id]
        if run.process is not None and (siblings := self._by_process.get(run.process)):
            siblings.remove(run)
            if not siblings:
                del self._by_process[run.process]
