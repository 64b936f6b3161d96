# SPDX-License-Identifier: MIT
"""What can still be read of a damaged spool, without changing a byte of it.

Two ways, the second for what the first misses: through SQLite, in ranges that are halved wherever it finds damage; and
over the raw bytes of file and WAL, since an event begins in one known way, mostly lies in one piece, and has its seal right
before it. Nothing is believed without its seal, so nothing is made up.
"""

import contextlib
import os
import pathlib
import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from humeops.daemon import seal, spooldb
from humeops.event import MAX_EVENT_BYTES

_BEGINNING = re.compile(rb'\{"v":1,"id":"')
_CHUNK_BYTES = 4 * 1024 * 1024
_BLOCK_BYTES = 4096
# With a page of the tree's upper part gone every range fails: then the raw way finds more, and sooner.
_MAX_FAILURES = 1_000

# SQLite's own words about damage may be damaged, too.
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)

Found = tuple[int, bytes]  # seq and body


class Remains(NamedTuple):
    """What a damaged file still tells beside its events."""

    mark: spooldb.Mark | None
    lost: list[tuple[int, int]]
    runs: list[tuple[object, ...]]
    data: list[tuple[object, ...]]
    dropped: list[tuple[object, ...]]
    undeclared: list[tuple[object, ...]]
    owners: list[tuple[object, ...]]


def read_remains(path: pathlib.Path) -> Remains:
    """Return what can be read of the small tables."""
    mark = None
    with contextlib.suppress(spooldb.SpoolBrokenError, *_UNREADABLE), _opened(path) as db:
        mark = spooldb.read_mark(db, path)
    lost = [
        (first, last)
        for first, last in _rows(path, "SELECT first, last FROM lost")
        if isinstance(first, int) and isinstance(last, int) and 1 <= first <= last
    ]
    names = ("run", "datum", "dropped", "undeclared", "owner")
    return Remains(mark, lost, *(_rows(path, f"SELECT * FROM {table}") for table in names))  # noqa: S608


def salvage(path: pathlib.Path, beyond: int, upto: int) -> Iterator[Found]:
    """Yield the sound events beyond a seq in spool file and WAL, each once. `upto`: the highest seq, as far as known.

    A seq may come twice with two bodies: what a failed commit left behind looks like what was committed.
    """
    seen: set[tuple[int, bytes]] = set()
    for seq, body in (found for way in (_through_sqlite(path, beyond, upto), in_bytes(path)) for found in way):
        once = (seq, seal.make_seal(seq, body)[-4:])
        if seq > beyond and once not in seen:
            seen.add(once)
            yield seq, body


def in_bytes(path: pathlib.Path, parts: tuple[str, ...] = ("", "-wal")) -> Iterator[Found]:
    """Yield the sealed events in the raw bytes of these parts of the spool, wherever they lie, copies too."""
    for part in parts:
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):
            for piece in _pieces(path.with_name(path.name + part)):
                for beginning in _BEGINNING.finditer(piece, seal.SIZE):
                    if found := seal.find_sealed(piece, beginning.start()):
                        yield found


def _through_sqlite(path: pathlib.Path, beyond: int, upto: int) -> Iterator[Found]:
    with contextlib.suppress(*_UNREADABLE), _opened(path) as db:
        with contextlib.suppress(*_UNREADABLE):
            upto = max(upto, db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])
        failures = 0
        ranges = [(beyond + 1, upto)]
        while ranges and failures < _MAX_FAILURES:
            first, last = ranges.pop()
            try:
                for seq, body, sealed in _range(db, first, last):
                    first = seq + 1
                    if isinstance(body, bytes) and sealed == seal.make_seal(seq, body):
                        yield seq, body
            except _UNREADABLE:
                failures += 1
                middle = (first + last) // 2
                if first < last:
                    ranges += [(middle + 1, last), (first, middle)]


def _range(db: sqlite3.Connection, first: int, last: int) -> Iterator[tuple[int, object, object]]:
    yield from db.execute("SELECT seq, body, seal FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq", (first, last))


def _pieces(path: pathlib.Path) -> Iterator[bytes]:
    """Yield the file in pieces that overlap by the longest event; blocks that the disk does not give are left out."""
    overlap = seal.SIZE + MAX_EVENT_BYTES
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for start in range(0, os.fstat(fd).st_size, _CHUNK_BYTES):
            yield _read(fd, start, _CHUNK_BYTES + overlap)
    finally:
        os.close(fd)


def _read(fd: int, start: int, length: int) -> bytes:
    try:
        return os.pread(fd, length, start)
    except IsADirectoryError:
        raise
    except OSError:
        if length <= _BLOCK_BYTES:
            return bytes(length)
        return b"".join(
            _read(fd, block, min(_BLOCK_BYTES, start + length - block))
            for block in range(start, start + length, _BLOCK_BYTES)
        )


def _rows(path: pathlib.Path, query: str) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    with contextlib.suppress(*_UNREADABLE), _opened(path) as db:
        for row in db.execute(query):
            rows.append(row)  # noqa: PERF402 - what came before the damage is kept
    return rows


@contextlib.contextmanager
def _opened(path: pathlib.Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(spooldb.open_read_only(path)) as db:
        yield db
