# SPDX-License-Identifier: MIT
"""Spools whose files something became of: a kill, a flipped bit, a ruined head; and what is accounted for after it."""

import pathlib

from humeops.daemon.spool import Spool
from humeops.wire import codec
from tests.unit.daemon.spooling import body, crash, put, started


def live(folder: pathlib.Path, *, folded: bool, count: int = 24) -> list[bytes]:
    """Let a spool take events in commits of three, and leave in `crashed` what a kill, or a clean end, leaves behind."""
    (folder / "live").mkdir()
    bodies = [body(message="m" * (number * 7 % 300)) for number in range(count)]
    with started(folder / "live") as spool:
        for first in range(0, count, 3):
            put(spool, *bodies[first : first + 3])
            if first == count // 9 * 3:
                spool.db.execute("PRAGMA wal_checkpoint(RESTART)")
        if not folded:
            crash(folder / "live", folder / "crashed")
    if folded:
        crash(folder / "live", folder / "crashed")
    return bodies


def spoil(folder: pathlib.Path, name: str, at: int) -> None:
    """Flip one bit of a byte."""
    with (folder / name).open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << at % 8]))


def ruin(folder: pathlib.Path) -> dict[str, bytes]:
    """Damage the head of the file; return what the files then hold."""
    with (folder / "spool.db").open("r+b") as file:
        file.write(b"no database, for sure")
    return contents(folder)


def contents(folder: pathlib.Path) -> dict[str, bytes]:
    return {
        part: (folder / f"spool.db{part}").read_bytes()
        for part in ("", "-wal")
        if (folder / f"spool.db{part}").exists()
    }


def counted(spool: Spool) -> int:
    """Return how many events the loss events of this spool say were lost."""
    bodies = [one for (one,) in spool.db.execute("SELECT body FROM event") if b'"kind":"loss"' in one]
    return sum(int(str(codec.decode(one).data["count"])) for one in bodies)
