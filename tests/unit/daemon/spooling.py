# SPDX-License-Identifier: MIT
"""Spools for tests: a place without a disk under it, events as humed keeps them, and what a spool holds."""

import contextlib
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from humeops.clock import FakeClock
from humeops.daemon.highwater import HighWater
from humeops.daemon.opening import open_spool
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Spool, SpoolReader
from humeops.daemon.worth import worth_of
from humeops.event import Event
from humeops.wire import codec
from tests.unit.daemon.sayings import say

_MEMORY = pathlib.Path("/dev/shm")
HOST = "web1"
NOBODY = Sayer(None, None, "drop")


@contextlib.contextmanager
def quick_folder() -> Iterator[pathlib.Path]:
    """Give a folder where a sync costs nothing, for tests that open hundreds of spools."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hume-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def body(kind: str = "log", **members: object) -> bytes:
    """Return an event as the spool holds it."""
    return codec.encode(codec.decode(say(kind, **members)))


def put(spool: Spool, *bodies: bytes, taken: int = 0) -> None:
    """Commit these events, each with its worth."""
    with spool.group() as group:
        for one in bodies:
            group.put(one, worth_of(codec.decode(one)), taken)


@contextlib.contextmanager
def started(folder: pathlib.Path, clock: FakeClock | None = None) -> Iterator[Spool]:
    """Open the spool of this folder as humed does when it starts."""
    high_water = HighWater(folder / "spool.high")
    try:
        with contextlib.closing(open_spool(folder / "spool.db", high_water, HOST, clock or FakeClock())) as spool:
            yield spool
    finally:
        high_water.close()


def rows(spool: Spool) -> list[tuple[int, bytes]]:
    """Return what a reader sees, in order."""
    with contextlib.closing(SpoolReader(spool.path)) as reader:
        return reader.oldest_after(0, 1_000_000, 1_000_000_000)


def said(spool: Spool) -> list[bytes]:
    """Return what was said and is held."""
    return [one for _, one in rows(spool) if codec.decode(one).kind != "loss"]


def losses(spool: Spool) -> list[Event]:
    """Return the loss events that are held."""
    return [event for event in (codec.decode(one) for _, one in rows(spool)) if event.kind == "loss"]


def lost_ranges(spool: Spool) -> list[tuple[int, int]]:
    """Return the ranges of seqs that were dropped."""
    return spool.db.execute("SELECT first, last FROM lost ORDER BY first").fetchall()


def crash(folder: pathlib.Path, to: pathlib.Path) -> pathlib.Path:
    """Leave in another folder what a kill at this moment would leave here."""
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*-shm", "*.ballast"))
    return to
