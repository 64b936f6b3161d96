# SPDX-License-Identifier: MIT
"""The runs of this host as rows of the spool: written and read here only, in the transaction of the event that changes them.

A run is open until a stop or a `gone` ends it (`ended_wall`). `stop_mono` is when its stop was said, `gone` why humed ended
it; with both, the stop came late and counts. A row outlives its run by a day.
"""

import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from humeops.daemon.oom import Toll
from humeops.daemon.processes import Link
from humeops.daemon.registering import Place, Proof
from humeops.event import MAX_INT64, Event

# An ended run is remembered for a day, so that a late copy of its start does not open it again.
ENDED_KEPT_NS = 86_400 * 1_000_000_000

_COLUMNS = (
    "id, task, uid, parent, boot, mono, inner_pid, inner_start, outer_pid, outer_start,"
    " pidns, inner_seen_pid, inner_seen_start, outer_seen_pid, outer_seen_start, proof, stop_mono, ended_wall"
)
_NOBODY = (0, 0)


class Run(msgspec.Struct, gc=False):
    """One run of this host. `is_open`: neither a stop nor a `gone` has ended it."""

    id: str
    task: str
    uid: int | None
    parent: str | None
    boot: str
    mono: int
    place: Place
    stop_mono: int | None = None
    is_open: bool = True

    def had_stopped(self, boot: str, mono: int) -> bool:
        """Tell whether its stop was said before this moment of this boot."""
        return self.stop_mono is not None and boot == self.boot and mono > self.stop_mono


def insert(db: sqlite3.Connection, run: Run, toll: Toll) -> bool:
    """Add a run; return False when it is known already."""
    place = run.place
    values = (
        *(run.id, run.task, run.uid, run.parent, run.boot, run.mono),
        *(place.inner or _NOBODY),
        *(place.outer or _NOBODY),
        place.pidns,
        *(place.inner_seen or _NOBODY),
        *(place.outer_seen or _NOBODY),
        place.proof.value,
        *toll,
    )
    statement = f"INSERT OR IGNORE INTO run VALUES ({'?, ' * len(values)}NULL, NULL, NULL)"  # noqa: S608
    return db.execute(statement, values).rowcount > 0


def find(db: sqlite3.Connection, run_id: str) -> Run | None:
    """Return this run, open or ended; None when this host does not know it."""
    row = db.execute(f"SELECT {_COLUMNS} FROM run WHERE id = ?", (run_id,)).fetchone()  # noqa: S608
    return _run_of(row) if row else None


def read_open(db: sqlite3.Connection) -> Iterator[Run]:
    """Yield the open runs in the order they were started."""
    return map(_run_of, db.execute(f"SELECT {_COLUMNS} FROM run WHERE ended_wall IS NULL ORDER BY mono, id"))  # noqa: S608


def read_ended(db: sqlite3.Connection, limit: int) -> list[Run]:
    """Return the runs that ended last, oldest end first, of those whose end is known well enough to find them."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM run WHERE ended_wall IS NOT NULL AND (stop_mono IS NOT NULL OR gone IS NOT NULL)"  # noqa: S608
        " ORDER BY ended_wall DESC, id DESC LIMIT ?",
        (limit,),
    )
    return [_run_of(row) for row in rows][::-1]


def stop(db: sqlite3.Connection, run: Run, wall_ns: int) -> None:
    """Write down when the run's stop was said."""
    db.execute("UPDATE run SET stop_mono = ?, ended_wall = ? WHERE id = ?", (run.stop_mono, wall_ns, run.id))


def move(db: sqlite3.Connection, run: Run) -> None:
    """Write down with which process it ends now."""
    statement = "UPDATE run SET outer_seen_pid = ?, outer_seen_start = ? WHERE id = ?"
    db.execute(statement, (*(run.place.outer_seen or _NOBODY), run.id))


def mark_gone(db: sqlite3.Connection, run_id: str, cause: str, wall_ns: int) -> None:
    """Write down that humed ended it."""
    db.execute("UPDATE run SET gone = ?, ended_wall = ? WHERE id = ? AND ended_wall IS NULL", (cause, wall_ns, run_id))


def toll_of(db: sqlite3.Connection, run_id: str) -> Toll:
    """Return what was counted in the run's control group when it was registered."""
    row = db.execute("SELECT cgroup, oom_kills, oom_kills_above FROM run WHERE id = ?", (run_id,)).fetchone()
    return Toll(*row) if row else Toll("", None, None)


def prune(db: sqlite3.Connection, wall_ns: int) -> None:
    """Forget the runs that ended long ago."""
    db.execute("DELETE FROM run WHERE ended_wall < ?", (wall_ns - ENDED_KEPT_NS,))


def moment_of_stop(event: Event, run: Run) -> int:
    """Return the moment of the run's boot at which this stop was said: the first of several."""
    # A stop of a later boot, or one whose sayer knew no time, stands behind everything said in the run's own.
    said = event.mono if event.boot == run.boot and event.mono else MAX_INT64
    return said if run.stop_mono is None else min(said, run.stop_mono)


def _run_of(row: tuple[Any, ...]) -> Run:
    run_id, task, uid, parent, boot, mono = row[:6]
    numbers, pidns, seen, proof = row[6:10], row[10], row[11:15], row[15]
    stop_mono, ended_wall = row[16:]
    place = Place(_link(*numbers[:2]), _link(*numbers[2:]), _link(*seen[:2]), _link(*seen[2:]), pidns, Proof(proof))
    return Run(run_id, sys.intern(task), uid, parent, sys.intern(boot), mono, place, stop_mono, ended_wall is None)


def _link(pid: int, start: int) -> Link | None:
    return (pid, start) if pid else None
