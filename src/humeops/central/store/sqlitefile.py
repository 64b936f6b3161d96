# SPDX-License-Identifier: MIT
"""Central's database as a SQLite file: one connection that writes, others that can only read.

*Design.* SQLite in WAL mode. Exactly one connection writes and checkpoints, under a lock of this process (facts: two
writing connections can lose commits in SQLite before 3.51.3); a lock file keeps a second process out. Readers open the
file read-only and see the last commit, never wait for the writer, and give up after READ_SECONDS. `synchronous=FULL`:
a commit is on stable storage when it returns, so after kill -9 or power loss a batch is there as a whole or not at all.
"""

import contextlib
import fcntl
import os
import pathlib
import threading
import typing
from collections.abc import Iterator

import sqlalchemy as sa

from humeops.central.store import identity, sqlite
from humeops.central.store.database import Database, use_of
from humeops.errors import UnavailableError

READERS = 8
WAIT_FOR_READER_SECONDS = 10


class SqliteDatabase(Database):
    """A file of this machine, for one process."""

    def __init__(self, path: pathlib.Path) -> None:
        """Open the file, made when absent; the schema is the matter of `schema.upgrade`.

        Raise DatabaseError for a file that is not hume-central's, which is then left alone.
        """
        self.path = path
        self.name = str(path)
        self.writers = 1
        identity.check(path)
        self._lock_file = hold_lock(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._writer = sqlite.writer_engine(path)
        self._readers = sqlite.reader_engine(path, READERS, WAIT_FOR_READER_SECONDS)
        self._write_lock = threading.Lock()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield the writing connection in a transaction that is committed at the end, or rolled back on any error.

        Waits while another thread writes. On return the transaction is on stable storage.
        """
        with self._write_lock, self._writer.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a read-only connection that sees one moment of the database; a question that takes too long is given up."""
        with sqlite.asking(self._readers) as connection:
            yield connection

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[sa.Connection]:
        """Yield the writing connection outside of any transaction, for migrations, which make their own."""
        with self._write_lock, self._writer.connect() as connection:
            yield connection

    def connections(self) -> dict[str, tuple[int, int]]:
        """See Database.connections. The one that writes is in use while its lock is held."""
        return {"writers": (int(self._write_lock.locked()), 1), "readers": use_of(self._readers.pool)}

    def close(self) -> None:
        """Close everything; waits for the transaction under way."""
        self._readers.dispose()
        with self._write_lock:
            self._writer.dispose()
        self._lock_file.close()


def hold_lock(path: pathlib.Path) -> typing.IO[str]:
    """Return the lock file of this database, locked until it is closed; raise UnavailableError when another has it."""
    # A file beside the database: closing any descriptor of the database itself would drop SQLite's own locks.
    file = open(path.with_name(path.name + ".lock"), "a+", encoding="ascii", errors="replace", opener=_private)  # noqa: SIM115
    file.seek(0)
    pid = file.read(20).strip()
    if pid and not pid.isdecimal():
        raise identity.DatabaseError(f"{file.name} is not hume-central's lock of {path}: move it away")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UnavailableError(f"another hume-central (pid {pid or 'unknown'}) works on {path}") from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def _private(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_CLOEXEC, 0o600)
