# SPDX-License-Identifier: MIT
"""Saving what a spool holds whose file has lost its name: deleted, renamed or replaced while humed was at work on it.

The open file still has every event, and nobody else can reach it any more. So it is written whole beside the name, where
the next start finds it and goes on from it (humeops.daemon.replacing), and humed ends. What stands under the name by then
is somebody's: it is put aside, not deleted.

*Design.* Until it is saved humed does not end by itself: with no room for it, the process is the only place where the
events are. It takes nothing more (callers drop), and forwarding, a thread of its own, goes on; once central has everything
there is nothing left to be saved.
"""

import logging
import os
import sqlite3
import time
from collections.abc import Callable

from humeops import systemd, wholefile
from humeops.clock import Clock
from humeops.daemon import folders, replacing
from humeops.daemon.spool import Spool
from humeops.errors import HumeError, explain

TRY_AGAIN_SECONDS = 1.0
# SQLite's own steps between two signs of life: a service manager must not take the writing of a large spool for a hang.
_STEPS = 1_000_000

log = logging.getLogger(__name__)


def save(spool: Spool, has_central_all: Callable[[], bool], clock: Clock) -> None:
    """Write the spool where the next start takes it from; try until that is done, or central has every event."""
    said = ""
    while trouble := _try(spool, clock):
        if has_central_all():
            log.warning("%s cannot be saved (%s); central has all its events", spool.path, trouble)
            return
        if trouble != said:
            log.error("%s cannot be saved yet, and nothing more is taken: %s", spool.path, trouble)
        said = trouble
        systemd.notify("WATCHDOG=1")
        time.sleep(TRY_AGAIN_SECONDS)
    log.warning("what %s held is saved, and the next start goes on from it", spool.path)


def _try(spool: Spool, clock: Clock) -> str:
    try:
        _write(spool, clock)
    except OSError as error:
        return explain(error)
    except (HumeError, sqlite3.Error) as error:
        return str(error)
    return ""


def _write(spool: Spool, clock: Clock) -> None:
    path = spool.path
    folders.make_folder(path.parent, 0o700)
    making = replacing.begin(path)
    spool.db.set_progress_handler(_live, _STEPS)
    spool.db.execute("VACUUM INTO ?", (str(making),))
    making.chmod(0o600)
    wholefile.sync(making)
    replacing.call_it_whole(path)
    _put_aside(spool, clock)


def _put_aside(spool: Spool, clock: Clock) -> None:
    path = spool.path
    if spool.has_own_wal():
        # All of it is saved, and SQLite would fold it into whatever file has the name.
        for part in replacing.PARTS[1:]:
            replacing.named(path, part).unlink(missing_ok=True)
    if os.path.lexists(path):
        aside = replacing.free_name(path, "odd", clock)
        log.warning("what lies there now is put aside as %s", aside)
        replacing.put_aside(path, aside)


def _live() -> int:
    systemd.notify("WATCHDOG=1")
    return 0
