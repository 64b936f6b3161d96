# SPDX-License-Identifier: MIT
"""Opening the spool so that nothing that went wrong with it stays unsaid.

A sound spool is opened as it is. One whose numbering is behind its witness (humeops.daemon.highwater) lost commits without
any error: numbering goes on behind the witness, and the hole is declared. A damaged one is put aside whole, what can be
read goes into a new spool with a new epoch, and the rest is declared. What is declared is in the spool, as a loss event,
when `open_spool` returns; were humed to die before, the next start would find the same again.
"""

import contextlib
import logging
import pathlib

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import losses, salvage
from humeops.daemon.highwater import HighWater, Mark
from humeops.daemon.losses import Loss
from humeops.daemon.spool import Spool, SpoolDamagedError
from humeops.daemon.worth import worth_of
from humeops.wire import codec

CAUSE_WENT_BACK = "the spool lost commits without an error"
CAUSE_DAMAGED = "the spool was damaged"
_PARTS = ("", "-wal", "-shm")
_PUT_AT_ONCE = 1_000

log = logging.getLogger(__name__)


def open_spool(path: pathlib.Path, high_water: HighWater, host: str, clock: Clock) -> Spool:
    """Return the spool, ready for what comes; raise SpoolBrokenError when the disk lets none be opened or made."""
    seen = high_water.read()
    try:
        spool = _checked(path)
    except SpoolDamagedError as error:
        log.warning("%s: it is put aside", error)
        return _begin_anew(path, seen, host, clock)
    if seen is not None and seen.epoch == spool.epoch and seen.seq > spool.last_seq:
        _skip_the_hole(spool, seen.seq, host, clock)
    return spool


def _checked(path: pathlib.Path) -> Spool:
    spool = Spool(path)
    try:
        spool.check()
    except SpoolDamagedError:
        spool.close()
        raise
    return spool


def _skip_the_hole(spool: Spool, upto: int, host: str, clock: Clock) -> None:
    first, count = spool.last_seq + 1, upto - spool.last_seq
    loss = Loss(spool.epoch, first, upto, count, CAUSE_WENT_BACK)
    log.error("%d events are lost: %s", count, CAUSE_WENT_BACK)
    with spool.group() as group:
        group.skip_to(upto)
        group.note_lost([(first, upto)], CAUSE_WENT_BACK, count)
        losses.declare(loss, group, host, clock)


def _begin_anew(path: pathlib.Path, seen: Mark | None, host: str, clock: Clock) -> Spool:
    aside = _put_aside(path, clock)
    numbered = seen.seq if seen else 0
    saved = list(salvage.salvage(aside, numbered).values())
    # At least so many: among what was saved may be what central has had for long, left over in free pages.
    count = max(0, numbered - salvage.committed_upto(aside) - len(saved))
    loss = Loss(seen.epoch if seen else "", 1, max(numbered, 1), count, CAUSE_DAMAGED)
    spool = Spool(path)
    _put_all(spool, saved, clock.wall_ns() // NS_PER_SECOND)
    with spool.group() as group:
        group.note_lost([], CAUSE_DAMAGED, count)
        losses.declare(loss, group, host, clock)
    log.error("%d events saved, at least %d lost; the damaged spool is kept as %s", len(saved), count, aside)
    return spool


def _put_all(spool: Spool, bodies: list[bytes], taken: int) -> None:
    for start in range(0, len(bodies), _PUT_AT_ONCE):
        with spool.group() as group:
            for body in bodies[start : start + _PUT_AT_ONCE]:
                group.put(body, worth_of(codec.decode(body)), taken)


def _put_aside(path: pathlib.Path, clock: Clock) -> pathlib.Path:
    aside = path.with_name(f"{path.name}.bad-{clock.wall_ns() // NS_PER_SECOND}")
    for part in _PARTS:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + part).rename(aside.with_name(aside.name + part))
    return aside
