# SPDX-License-Identifier: MIT
"""Reading humed's spool from outside, without leaving a trace: for questions that humed does not answer.

Nothing is made, written or locked for long, neither the file nor its WAL nor the index that SQLite keeps beside it. What
is wrong with a spool is judged by humed's own look at it (humeops.daemon.inspection) and by its witness.
"""

import contextlib
import os
import pathlib
import shlex
import sqlite3
import threading
import typing
from collections.abc import Iterator

from humeops.daemon import highwater, inspection, opening, spooldb
from humeops.errors import HumeError, UnavailableError

PATIENCE_SECONDS = 1.0
# A spool of a gigabyte that is not in memory may take long to look through; then what was seen so far is all.
LOOK_SECONDS = 5.0


class Trouble(typing.NamedTuple):
    """What is wrong with a spool that nobody serves, as a sentence; what mends it, empty where humed's next start does."""

    text: str
    mend: str = ""

    @property
    def starting_mends(self) -> bool:
        """Whether humed sees to it when it starts."""
        return not self.mend


@contextlib.contextmanager
def reading(path: pathlib.Path) -> Iterator[sqlite3.Connection]:
    """Open the spool read-only; raises sqlite3.Error, here or at the first question, when it can't be read.

    Without a WAL nobody is at work on it, and SQLite is told so: it would make an empty WAL, which stays. With one, the
    index beside it is only read; where that is missing SQLite would have to make it, and gives up instead.
    """
    try:
        inspection.is_there(path)  # SQLite would wait for ever at a FIFO of that name
    except HumeError as error:
        raise sqlite3.OperationalError(str(error)) from error
    at_rest = not os.path.exists(f"{path}-wal")
    uri = f"{path.absolute().as_uri()}?mode=ro&{'immutable=1' if at_rest else 'readonly_shm=1'}"
    db = sqlite3.connect(uri, uri=True, timeout=PATIENCE_SECONDS)
    db.text_factory = spooldb.as_text
    try:
        yield db
    finally:
        db.close()


def find_trouble(path: pathlib.Path) -> Trouble | None:
    """Return what is wrong with a spool that nobody serves; None where that is nothing, or it is not ours to read."""
    if opening.was_found_damaged(path):
        return Trouble(f"{path}: the spool was found damaged while it was in use")
    witness = path.with_name(highwater.NAME)
    try:
        highwater.check_place(witness)
    except HumeError as error:
        return Trouble(str(error), mend=_move_away(witness))
    except OSError:
        return None  # not ours to look at
    seen = highwater.peek(witness)
    try:
        found = _look(path)
    except spooldb.SpoolDamagedError as error:
        return Trouble(str(error))
    except inspection.SpoolOddError as error:
        # humed makes a new one, and declares what its witness knows of and the new one has not.
        return Trouble(str(error), mend=_move_away(path))
    except (spooldb.SpoolBrokenError, UnavailableError) as error:
        # Not ours to read, too long to read, another at work: only a disk that fails tells something of the spool.
        return Trouble(str(error), mend="dmesg | tail") if spooldb.is_failing_disk(error.__cause__) else None
    except HumeError as error:
        return Trouble(str(error), mend="humed --version")  # made by another version
    return _against_witness(path, found, seen)


def _move_away(path: pathlib.Path) -> str:
    return f"mv {shlex.quote(str(path))} {shlex.quote(f'{path}.odd')}"


def find_put_aside(path: pathlib.Path) -> tuple[str, ...]:
    """Return the damaged spools that humed put aside here, oldest first."""
    try:
        found = sorted(path.parent.glob(f"{path.name}.bad-*"))
    except OSError:
        return ()
    return tuple(str(one) for one in found if not one.name.endswith(("-wal", "-shm")))


def _look(path: pathlib.Path) -> spooldb.Mark | None:
    if not inspection.is_there(path):
        return None
    with spooldb.plain_errors(path), reading(path) as db, _bounded(db):
        return inspection.examine(db, path)


@contextlib.contextmanager
def _bounded(db: sqlite3.Connection) -> Iterator[None]:
    timer = threading.Timer(LOOK_SECONDS, db.interrupt)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # before the connection is closed under it


def _against_witness(path: pathlib.Path, found: spooldb.Mark | None, seen: highwater.Mark | None) -> Trouble | None:
    if seen is None:
        return None
    if found is None:
        is_gone = seen.seq > seen.committed_upto
        return Trouble(f"{path}: the spool is gone, with events that central has not") if is_gone else None
    if seen.epoch == found.epoch and seen.seq > found.last_seq:
        lacks = f"up to number {seen.seq}, it ends with {found.last_seq}"
        return Trouble(f"{path}: the spool has lost commits without an error: events were stored {lacks}")
    return None
