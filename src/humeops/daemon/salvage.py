# SPDX-License-Identifier: MIT
"""What can still be read of a damaged spool.

Two ways, the second for what the first misses: through SQLite, in ranges that are halved wherever it finds damage; and
over the raw bytes of file and WAL, since an event is JSON that begins in one known way and mostly lies in one piece.
The raw way also finds events that were released long ago: they are sent again, and central knows them by their ids.
"""

import contextlib
import json
import pathlib
import re
import sqlite3
from collections.abc import Iterator

from humeops.errors import MalformedEventError
from humeops.event import MAX_EVENT_BYTES
from humeops.wire import codec

_BEGINNING = re.compile(rb'\{"v":1,"id":"')
_json = json.JSONDecoder()


def salvage(path: pathlib.Path, upto: int) -> dict[str, bytes]:
    """Return the events in the spool file `path` and its WAL, by id in the order they were said.

    `upto`: the highest seq to look for, as far as it is known.
    """
    found: dict[str, bytes] = {}
    for body in (*_through_sqlite(path, upto), *_through_bytes(path)):
        with contextlib.suppress(MalformedEventError):
            found.setdefault(codec.decode(body).id, body)
    return dict(sorted(found.items()))


def committed_upto(path: pathlib.Path) -> int:
    """Return how far central had committed, as far as the damaged file still tells; 0 when it does not."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as db:
        row = db.execute("SELECT committed_upto FROM mark").fetchone()
        return int(row[0]) if row else 0
    return 0


def _through_sqlite(path: pathlib.Path, upto: int) -> Iterator[bytes]:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as db:
        with contextlib.suppress(sqlite3.Error):
            upto = max(upto, db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])
        ranges = [(1, upto)]
        while ranges:
            first, last = ranges.pop()
            try:
                rows = db.execute("SELECT body FROM event WHERE seq BETWEEN ? AND ?", (first, last)).fetchall()
            except sqlite3.DatabaseError:
                middle = (first + last) // 2
                if first < last:
                    ranges += [(middle + 1, last), (first, middle)]
                continue
            yield from (body for (body,) in rows if isinstance(body, bytes))


def _through_bytes(path: pathlib.Path) -> Iterator[bytes]:
    for part in (path, path.with_name(path.name + "-wal")):
        with contextlib.suppress(OSError):
            content = part.read_bytes()
            for beginning in _BEGINNING.finditer(content):
                # latin-1 keeps one character a byte, so that the end found in the text is the end in the bytes.
                text = content[beginning.start() : beginning.start() + MAX_EVENT_BYTES].decode("latin-1")
                with contextlib.suppress(ValueError, RecursionError):
                    _, end = _json.raw_decode(text)
                    yield text[:end].encode("latin-1")
