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
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from humeops import crash
from humeops.daemon import schema, spooldb
from humeops.daemon.naming import Name
from humeops.daemon.seal import make_seal
from humeops.daemon.spooldb import (
    RowDamagedError,
    SpoolBrokenError,
    SpoolDamagedError,
    SpoolFullError,
    SpoolNamelessError,
)
from humeops.daemon.worth import NEVER_DROPPED
from humeops.wire.seqs import runs_of

__all__ = [
    "Group",
    "Letting",
    "RowDamagedError",
    "Spool",
    "SpoolBrokenError",
    "SpoolDamagedError",
    "SpoolFullError",
    "SpoolNamelessError",
    "SpoolReader",
]


def _note_nothing(_epoch: str, _last_seq: int, _committed_upto: int) -> None:
    """Stand where no witness is kept."""


class Letting(NamedTuple):
    """What may be let go: how far central has committed, and how far rows are deleted."""

    committed_upto: int
    delete_upto: int


class Spool:
    """The writing side. Everything it does happens in one transaction at a time, in the thread that opened it.

    `note` hears of the state after each commit, before anybody else does (humeops.daemon.highwater).
    """

    def __init__(self, path: pathlib.Path, note: Callable[[str, int, int], None] = _note_nothing) -> None:
        self.path = path
        self._note = note
        with spooldb.plain_errors(path):
            self.db = sqlite3.connect(path, isolation_level=None, cached_statements=64)
        try:
            self._mark = self._open()
            with spooldb.plain_errors(path):
                highest = self.db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        except BaseException:
            self.db.close()
            raise
        self._names = [Name(path), Name(path.with_name(f"{path.name}-wal"))]
        self.epoch = self._mark.epoch
        self.last_seq: int = max(self._mark.last_seq, highest, self._mark.committed_upto)
        self.deleted_upto = self.oldest_seq() - 1

    @property
    def committed_upto(self) -> int:
        """How far central has committed, as this file says."""
        return self._mark.committed_upto

    @property
    def let_go_upto(self) -> int:
        """Up to where central has everything, or, where there is none, everybody else."""
        return max(self.committed_upto, self.deleted_upto)

    def _open(self) -> spooldb.Mark:
        with spooldb.plain_errors(self.path):
            spooldb.configure(self.db)
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
        schema.check_version(version, self.path)
        if version == 0:
            with spooldb.transaction(self.db):
                schema.create(self.db)
                spooldb.write_mark(self.db, spooldb.Mark(str(uuid.uuid4()), 0, 0))
        elif version != schema.VERSION:
            with spooldb.transaction(self.db):
                schema.upgrade(self.db)
                crash.point("humed-upgrading-spool")
        return spooldb.read_mark(self.db, self.path)

    @contextlib.contextmanager
    def group(self) -> Iterator["Group"]:
        """Open a group commit. It is durable when the block is left; an exception in the block undoes all of it.

        Raises SpoolFullError (nothing stored, try later) or SpoolBrokenError (stop at once) from the commit, of the latter
        SpoolNamelessError where the file does not have its name any more: then nobody may be answered.
        """
        group = Group(self.db, self._mark, self.last_seq, self.deleted_upto)
        with spooldb.transaction(self.db):
            yield group
            group.flush()
        self.last_seq, self._mark, self.deleted_upto = group.last_seq, group.mark, group.deleted_upto
        self._note(self.epoch, self.last_seq, self.committed_upto)
        self.check_name()

    def check_name(self) -> None:
        """Raise SpoolNamelessError when the file, or its WAL, was deleted or replaced since it was opened."""
        if any(name.is_lost() for name in self._names):
            raise SpoolNamelessError(f"{self.path} was deleted or replaced while humed was at work on it")

    def has_own_wal(self) -> bool:
        """Tell whether the WAL that has its name is this file's."""
        return not self._names[1].is_lost()

    def oldest_beyond(self, seq: int) -> bytes | None:
        """Return the oldest event beyond `seq`, or None when there is none."""
        with spooldb.plain_errors(self.path):
            row = self.db.execute("SELECT body FROM event WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)).fetchone()
        return None if row is None else row[0]

    def oldest_seq(self) -> int:
        """Return the number of the oldest event that is held; of none, the one that the next will get."""
        with spooldb.plain_errors(self.path):
            found = self.db.execute("SELECT min(seq) FROM event").fetchone()[0]
        return self.last_seq + 1 if found is None else int(found)

    def newest(self, limit: int) -> Iterator[bytes]:
        """Yield the sound ones of so many events that are held, the newest first."""
        query = "SELECT seq, body, seal FROM event ORDER BY seq DESC LIMIT ?"
        with spooldb.plain_errors(self.path):
            for seq, body, seal in self.db.execute(query, (limit,)):
                if seal == make_seal(seq, body):
                    yield body

    def newest_with_seq(self, limit: int) -> list[tuple[int, bytes]]:
        """Return so many events that are held, ascending, unchecked: for counting alone."""
        query = "SELECT seq, body FROM event ORDER BY seq DESC LIMIT ?"
        with spooldb.plain_errors(self.path):
            return self.db.execute(query, (limit,)).fetchall()[::-1]

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

    def lost_beyond(self, seq: int) -> int:
        """Return how many seqs beyond this one are of events that were dropped."""
        query = "SELECT coalesce(sum(last - max(first - 1, ?1)), 0) FROM lost WHERE last > ?1"
        with spooldb.plain_errors(self.path):
            return int(self.db.execute(query, (seq,)).fetchone()[0])

    def shrink(self, pages: int) -> None:
        """Give so many unused pages back to the disk."""
        with spooldb.transaction(self.db):
            self.db.execute(f"PRAGMA incremental_vacuum({pages})").fetchall()

    def _pages(self, pragma: str) -> int:
        with spooldb.plain_errors(self.path):
            pages = self.db.execute(f"PRAGMA {pragma}").fetchone()[0]
            return int(pages * self.db.execute("PRAGMA page_size").fetchone()[0])

    def close(self) -> None:
        """Close; leaves the WAL folded into the file."""
        self.db.close()


class Group:
    """Events and changes of runs that become durable together."""

    def __init__(self, db: sqlite3.Connection, mark: spooldb.Mark, last_seq: int, deleted_upto: int) -> None:
        self.db = db
        self.deleted_upto = deleted_upto
        self.mark = mark
        self.last_seq = last_seq
        self._marked = mark
        self._rows: list[tuple[int, bytes, bytes, int, int]] = []

    def put(self, body: bytes, worth: int = NEVER_DROPPED, taken: int = 0) -> None:
        """Add one event; it gets the next seq of this epoch. `taken`: now, in s since 1970."""
        self.last_seq = seq = self.last_seq + 1
        self._rows.append((seq, make_seal(seq, body), body, worth, taken))

    def put_back(self, seq: int, body: bytes, worth: int, taken: int) -> None:
        """Add an event under the seq that it had before it was lost."""
        self._rows.append((seq, make_seal(seq, body), body, worth, taken))

    def release(self, committed_upto: int, delete_upto: int | None = None) -> None:
        """Note how far central has committed, and let go of those rows, and of no other.

        `delete_upto`: of these only so many now; or, where no central is to have them, more than it has: their seqs will
        never come to it then, and no loss is declared.
        """
        upto = committed_upto if delete_upto is None else delete_upto
        self.db.execute("DELETE FROM event WHERE seq <= ?", (upto,))
        self.db.execute("DELETE FROM lost WHERE last <= ?", (committed_upto,))
        self.mark = self.mark._replace(committed_upto=max(self.mark.committed_upto, committed_upto))
        if upto > self.mark.committed_upto:
            self._pass_by(upto)
        self._raise_floor(max(committed_upto, upto))
        self.deleted_upto = max(self.deleted_upto, upto)

    @property
    def let_go_upto(self) -> int:
        """Up to where central has everything, or, where there is none, everybody else."""
        return max(self.mark.committed_upto, self.deleted_upto)

    def _pass_by(self, upto: int) -> None:
        first = self.mark.committed_upto + 1
        self.db.execute("DELETE FROM lost WHERE first >= ? AND last <= ?", (first, upto))
        self._widen_lost(first, upto)

    def drop(self, seqs: list[int], cause: str) -> None:
        """Give up these rows, in ascending order, for good: counted by cause, their seqs kept for central's numbering."""
        self.db.executemany("DELETE FROM event WHERE seq = ?", ((seq,) for seq in seqs))
        self.note_lost(runs_of(seqs), cause, len(seqs))
        self._raise_floor(seqs[-1])

    def note_lost(self, ranges: Iterable[tuple[int, int]], cause: str, count: int) -> None:
        """Write down that what had these seqs is gone."""
        for first, last in ranges:
            self._widen_lost(first, last)
        self.db.execute(
            "INSERT INTO dropped VALUES (?1, ?2) ON CONFLICT (cause) DO UPDATE SET count = count + ?2", (cause, count)
        )

    def _widen_lost(self, first: int, last: int) -> None:
        # Ranges that touch become one: a long drought drops one kind after the other out of the same seqs.
        before = self.db.execute(
            "SELECT first, last FROM lost WHERE first < ? ORDER BY first DESC", (first,)
        ).fetchone()
        after = self.db.execute("DELETE FROM lost WHERE first = ? RETURNING last", (last + 1,)).fetchone()
        begins = before[0] if before and before[1] == first - 1 else first
        self.db.execute("INSERT OR REPLACE INTO lost VALUES (?, ?)", (begins, after[0] if after else last))

    def skip_to(self, seq: int) -> None:
        """Go on numbering behind `seq`: nothing is ever given a number that may have been used before."""
        self.last_seq = max(self.last_seq, seq)
        self._raise_floor(self.last_seq)

    def touch(self) -> None:
        """Write something, though nothing changes: to see whether the disk takes it."""
        spooldb.write_mark(self.db, self.mark)

    def _raise_floor(self, seq: int) -> None:
        # Rows that are gone no longer tell how far the numbering had come.
        self.mark = self.mark._replace(last_seq=max(self.mark.last_seq, seq))

    def flush(self) -> None:
        """Hand what was collected to SQLite; `Spool.group` calls it just before the commit."""
        if self._rows:
            self.db.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", self._rows)
            self._rows = []
        if self.mark != self._marked:
            spooldb.write_mark(self.db, self.mark)
            self._marked = self.mark


class SpoolReader:
    """The forwarding thread's view: read-only, sees whole groups as they are committed."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        with spooldb.plain_errors(path):
            self._db = spooldb.open_read_only(path)
            self._db.execute(f"PRAGMA busy_timeout = {spooldb.BUSY_TIMEOUT_MS}")

    def oldest_after(self, seq: int, limit: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """Return the oldest rows beyond `seq`: at most `limit` of them and `max_bytes` together, but at least one.

        They end before a damaged one; RowDamagedError when that is the first.
        """
        rows: list[tuple[int, bytes]] = []
        size = 0
        query = "SELECT seq, body, seal FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
        with spooldb.plain_errors(self._path):
            for found, body, seal in self._db.execute(query, (seq, limit)):
                size += len(body) + 24  # brackets, comma and up to 19 digits of seq
                is_sound = seal == make_seal(found, body)
                if rows and (size > max_bytes or not is_sound):
                    break
                if not is_sound:
                    raise RowDamagedError(found)
                rows.append((found, body))
        return rows

    def lost_between(self, first: int, last: int, limit: int) -> list[tuple[int, int]]:
        """Return the ranges of dropped seqs that reach into this one, oldest first."""
        query = (
            "SELECT first, last FROM lost WHERE first >= coalesce((SELECT max(first) FROM lost WHERE first <= ?1), ?1)"
            " AND first <= ?2 AND last >= ?1 ORDER BY first LIMIT ?3"
        )
        with spooldb.plain_errors(self._path):
            return self._db.execute(query, (first, last, limit)).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
