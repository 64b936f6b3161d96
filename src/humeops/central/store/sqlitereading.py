# SPDX-License-Identifier: MIT
"""A SQLite file that another process may be working on, to be read only: no lock is taken and nothing is written.

SQLite lets readers of the WAL see the last commit beside the one writer; what would need the writer is refused.
"""

import contextlib
import pathlib
from collections.abc import Iterator

import sqlalchemy as sa

from humeops.central.store import identity, sqlite
from humeops.central.store.database import Database, use_of
from humeops.errors import ConfigError, UnavailableError


class SqliteReading(Database):
    """A file of this machine, read beside the process that writes it."""

    def __init__(self, path: pathlib.Path) -> None:
        """Raise ConfigError when it is not there, DatabaseError when it is not hume-central's."""
        self.path = path
        self.name = str(path)
        self.writers = 0
        if not path.is_file():
            raise ConfigError(f"there is no database {path}")
        identity.check(path)
        self._readers = sqlite.reader_engine(path, 1, 10)

    def writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """Refused."""
        raise self._refusal()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """See Database.reading."""
        with sqlite.asking(self._readers) as connection:
            yield connection

    def exclusively(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """Refused."""
        raise self._refusal()

    def connections(self) -> dict[str, tuple[int, int]]:
        """See Database.connections."""
        return {"readers": use_of(self._readers.pool)}

    def close(self) -> None:
        """Close everything."""
        self._readers.dispose()

    def _refusal(self) -> UnavailableError:
        return UnavailableError(f"{self.name} is open for reading only")
