# SPDX-License-Identifier: MIT
"""Reading humed's spool from outside, without leaving a trace: for questions that humed does not answer."""

import contextlib
import os
import pathlib
import sqlite3
from collections.abc import Iterator

PATIENCE_SECONDS = 1.0


@contextlib.contextmanager
def reading(path: pathlib.Path) -> Iterator[sqlite3.Connection]:
    """Open the spool read-only; raises sqlite3.Error, here or at the first question, when it can't be read.

    Without a WAL nobody is at work on it, and SQLite is told so: it would make an empty WAL, which stays.
    """
    at_rest = not os.path.exists(f"{path}-wal")
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if at_rest else ''}"
    db = sqlite3.connect(uri, uri=True, timeout=PATIENCE_SECONDS)
    try:
        yield db
    finally:
        db.close()
