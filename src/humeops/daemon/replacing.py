# SPDX-License-Identifier: MIT
"""One spool's file in the place of another: the names on the way, and an order in which a death at any step loses nothing.

A new spool is made beside the old (`.making`) and gets another name when it is whole (`.new`), then the old is renamed
away, then the new takes its name; whoever finds a `.new` goes on from there.
"""

import contextlib
import pathlib

from humeops import wholefile
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.spool import SpoolFullError

PARTS = ("", "-wal", "-shm")
MAKING, NEW, FOUND_DAMAGED = ".making", ".new", ".damaged"


def named(path: pathlib.Path, ending: str) -> pathlib.Path:
    """Return the name beside the spool's that ends so."""
    return path.with_name(path.name + ending)


def begin(path: pathlib.Path) -> pathlib.Path:
    """Return where a new spool is to be made, with nothing left there of an earlier attempt."""
    making = named(path, MAKING)
    for part in PARTS:
        named(making, part).unlink(missing_ok=True)
    return making


def call_it_whole(path: pathlib.Path) -> None:
    """Let the next start take what was made for the spool; raise SpoolFullError when it is not all in its file."""
    if named(path, f"{MAKING}-wal").exists():
        raise SpoolFullError(f"{path}: there is no room to make a new spool from what can be read of this one")
    sync_folder(path)
    named(path, MAKING).rename(named(path, NEW))
    sync_folder(path)


def put_aside(path: pathlib.Path, aside: pathlib.Path) -> None:
    """Rename the spool, and what SQLite keeps beside it, as far as they are there."""
    # The file before its WAL: with its name gone the new one is the spool, whatever happens to the rest.
    for part in PARTS:
        with contextlib.suppress(FileNotFoundError):
            named(path, part).rename(named(aside, part))


def change(path: pathlib.Path, clock: Clock) -> pathlib.Path:
    """Put the spool aside and the new one in its place; return where it went."""
    aside = free_name(path, "bad", clock)
    put_aside(path, aside)
    named(path, FOUND_DAMAGED).unlink(missing_ok=True)
    sync_folder(path)
    named(path, NEW).rename(path)
    sync_folder(path)
    return aside


def free_name(path: pathlib.Path, why: str, clock: Clock) -> pathlib.Path:
    """Return a name that says why and when it was put aside, and that no other has."""
    at = clock.wall_ns() // NS_PER_SECOND
    while any(path.parent.glob(f"{path.name}.{why}-{at}*")):
        at += 1
    return path.with_name(f"{path.name}.{why}-{at}")


def sync_folder(path: pathlib.Path) -> None:
    """Make the names beside the spool last."""
    wholefile.sync(path.parent)
