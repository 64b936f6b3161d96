# SPDX-License-Identifier: MIT
"""The durable queue on this host: SQLite, WAL, synchronous=FULL, one writer.

Promise: when a group's block is left, every event put into it survives kill -9 and power loss. Rows leave when
central has committed them, or, counted and declared, when a limit forces it; after a crash an event may be sent twice,
and central drops the copy by its id.

*Design.* `Spool` is the only writer and lives in humed's receiving loop, which also deletes what is released: a second
writing connection could lose commits with the SQLite that many systems carry (the WAL-reset bug fixed in 3.51.3), so
there is none, and it also makes the only checkpoints. `SpoolReader` is a read-only connection for the forwarding thread.
Seqs count without holes from 1 within an `epoch`, one life of one spool file, and serve only to notice loss. A commit of
events writes no other page than theirs: the last seq is the highest row's, and `mark` keeps only a floor under it. Open
runs and shared data are rows beside the events and change in the same transaction.
"""

import contextlib
import pathlib
import sqlite3
import uuid
from collections.abc import Iterable, Iterator

from humeops.daemon import spooldb
from humeops.daemon.spooldb import SpoolBrokenError, SpoolDamagedError, SpoolFullError
from humeops.daemon.worth import NEVER_DROPPED
from humeops.errors import HumeError

__all__ = ["Group", "Spool", "SpoolBrokenError", "SpoolDamagedError", "SpoolFullError", "SpoolReader"]


class Spool:
    """The writing side. Everything it does happens in one transaction at a time, in the thread that opened it."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        with spooldb.plain_errors(path):
            self.db = sqlite3.connect(path, isolation_level=None, cached_statements=64)
            spooldb.configure(self.db)
            self._create_or_check()
            marks = self.db.execute("SELECT epoch, last_seq, committed_upto FROM mark").fetchall()
            highest = self.db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        if len(marks) != 1:
            raise SpoolDamagedError(f"{path}: not a spool of humed: its mark is missing")
        self.epoch: str
        self.committed_upto: int
        self.epoch, floor, self.committed_upto = marks[0]
        self.last_seq: int = max(floor, highest, self.committed_upto)

    def _create_or_check(self) -> None:
        version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version == spooldb.SCHEMA_VERSION:
            return
        if version != 0:
            raise HumeError(
                f"{self.path}: made by another version of humed (schema {version}, this one {spooldb.SCHEMA_VERSION})"
            )
        with spooldb.transaction(self.db):
            for statement in filter(str.strip, spooldb.SCHEMA.split(";")):
                self.db.execute(statement)
            self.db.execute("INSERT INTO mark VALUES (1, ?, 0, 0)", (str(uuid.uuid4()),))
            self.db.execute(f"PRAGMA user_version = {spooldb.SCHEMA_VERSION}")

    def check(self) -> None:
        """Raise SpoolDamagedError when the file's structure is not sound; reads all of it."""
        with spooldb.plain_errors(self.path):
            found = self.db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise SpoolDamagedError(f"{self.path}: the spool is damaged: {found}")

    @contextlib.contextmanager
    def group(self) -> Iterator["Group"]:
        """Open a group commit. It is durable when the block is left; an exception in the block undoes all of it.

        Raises SpoolFullError (nothing stored, try later) or SpoolBrokenError (stop at once) from the commit.
        """
        group = Group(self.db, self.last_seq)
        with spooldb.transaction(self.db):
            yield group
            group.flush()
        self.last_seq = group.last_seq
        self.committed_upto = max(self.committed_upto, group.released_upto)

    def oldest_beyond(self, seq: int) -> bytes | None:
        """Return the oldest event beyond `seq`, or None when there is none."""
        with spooldb.plain_errors(self.path):
            row = self.db.execute("SELECT body FROM event WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)).fetchone()
        return None if row is None else row[0]

    def size_bytes(self) -> int:
        """Return the size of the database file, without its WAL."""
        return self._pages("page_count")

    def used_bytes(self) -> int:
        """Return how much of the file is in use; the rest serves what comes next."""
        return self._pages("page_count") - self._pages("freelist_count")

    def dropped(self) -> dict[str, int]:
        """Return how many events were dropped in the life of this file, by cause."""
        with spooldb.plain_errors(self.path):
            return dict(self.db.execute("SELECT cause, count FROM dropped ORDER BY cause"))

    def _pages(self, pragma: str) -> int:
        with spooldb.plain_errors(self.path):
            pages = self.db.execute(f"PRAGMA {pragma}").fetchone()[0]
            return int(pages * self.db.execute("PRAGMA page_size").fetchone()[0])

    def close(self) -> None:
        """Close; leaves the WAL folded into the file."""
        self.db.close()


class Group:
    """Events and changes of runs that become durable together."""

    def __init__(self, db: sqlite3.Connection, last_seq: int) -> None:
        self.db = db
        self.last_seq = last_seq
        self.released_upto = 0
        self._rows: list[tuple[int, bytes, int, int]] = []

    def put(self, body: bytes, worth: int = NEVER_DROPPED, taken: int = 0) -> None:
        """Add one event; it gets the next seq of this epoch. `taken`: now, in s since 1970."""
        self.last_seq += 1
        self._rows.append((self.last_seq, body, worth, taken))

    def release(self, committed_upto: int) -> None:
        """Let go of the rows that central has committed, and of no other."""
        self.db.execute("DELETE FROM event WHERE seq <= ?", (committed_upto,))
        self.db.execute("DELETE FROM lost WHERE last <= ?", (committed_upto,))
        self.db.execute("UPDATE mark SET committed_upto = max(committed_upto, ?)", (committed_upto,))
        self._raise_floor(committed_upto)
        self.released_upto = committed_upto

    def drop(self, seqs: list[int], cause: str) -> None:
        """Give up these rows, in ascending order, for good: counted by cause, their seqs kept for central's numbering."""
        self.db.executemany("DELETE FROM event WHERE seq = ?", ((seq,) for seq in seqs))
        self.note_lost(_runs_of(seqs), cause, len(seqs))
        self._raise_floor(seqs[-1])

    def note_lost(self, ranges: Iterable[tuple[int, int]], cause: str, count: int) -> None:
        """Write down that what had these seqs is gone."""
        for first, last in ranges:
            # Ranges that touch become one: a long drought drops one kind after the other out of the same seqs.
            before = self.db.execute(
                "SELECT first, last FROM lost WHERE first < ? ORDER BY first DESC", (first,)
            ).fetchone()
            after = self.db.execute("DELETE FROM lost WHERE first = ? RETURNING last", (last + 1,)).fetchone()
            begins = before[0] if before and before[1] == first - 1 else first
            self.db.execute("INSERT OR REPLACE INTO lost VALUES (?, ?)", (begins, after[0] if after else last))
        self.db.execute(
            "INSERT INTO dropped VALUES (?1, ?2) ON CONFLICT (cause) DO UPDATE SET count = count + ?2", (cause, count)
        )

    def skip_to(self, seq: int) -> None:
        """Go on numbering behind `seq`: nothing is ever given a number that may have been used before."""
        self.last_seq = max(self.last_seq, seq)
        self._raise_floor(self.last_seq)

    def _raise_floor(self, seq: int) -> None:
        # Rows that are gone no longer tell how far the numbering had come.
        self.db.execute("UPDATE mark SET last_seq = max(last_seq, ?)", (seq,))

    def flush(self) -> None:
        """Hand the collected rows to SQLite; `Spool.group` calls it just before the commit."""
        if self._rows:
            self.db.executemany("INSERT INTO event VALUES (?, ?, ?, ?)", self._rows)
            self._rows = []


class SpoolReader:
    """The forwarding thread's view: read-only, sees whole groups as they are committed."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        with spooldb.plain_errors(path):
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            self._db.execute(f"PRAGMA busy_timeout = {spooldb.BUSY_TIMEOUT_MS}")

    def oldest_after(self, seq: int, limit: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """Return the oldest rows beyond `seq`: at most `limit` of them and `max_bytes` together, but at least one."""
        rows: list[tuple[int, bytes]] = []
        size = 0
        with spooldb.plain_errors(self._path):
            for row in self._db.execute("SELECT seq, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)):
                size += len(row[1]) + 24  # brackets, comma and up to 19 digits of seq
                if rows and size > max_bytes:
                    break
                rows.append(row)
        return rows

    def lost_between(self, first: int, last: int, limit: int) -> list[tuple[int, int]]:
        """Return the ranges of dropped seqs that begin here, oldest first."""
        query = "SELECT first, last FROM lost WHERE first BETWEEN ? AND ? ORDER BY first LIMIT ?"
        with spooldb.plain_errors(self._path):
            return self._db.execute(query, (first, last, limit)).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()


def _runs_of(seqs: list[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for seq in seqs:
        if ranges and seq == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return ranges
