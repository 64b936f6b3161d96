# SPDX-License-Identifier: MIT
"""Opening the spool so that nothing that went wrong with it stays unsaid.

A sound spool is opened as it is. One whose numbering is behind its witness (humeops.daemon.highwater) lost commits without
any error: what their bytes still hold is put back where it was, and the rest is declared lost. A damaged one is put aside
whole, what can be read goes into a new spool with a new epoch, and the rest is declared.

*Design.* Nothing is changed before the decision is made, and a death at any moment leaves either what was there, so that
the next start finds the same again, or the finished new spool (humeops.daemon.replacing).
"""

import bisect
import contextlib
import logging
import pathlib
import sqlite3
from collections.abc import Iterable

from humeops.clock import Clock
from humeops.daemon import inspection, losses, replacing, salvage, schema
from humeops.daemon.highwater import HighWater, Mark
from humeops.daemon.losses import Loss
from humeops.daemon.replaying import Replay
from humeops.daemon.salvage import Found, Remains
from humeops.daemon.spool import Spool, SpoolDamagedError
from humeops.wire.seqs import runs_of

CAUSE_WENT_BACK = "the spool lost commits without an error"
CAUSE_DAMAGED = "the spool was damaged"
CAUSE_GONE = "the spool was gone"
_PUT_AT_ONCE = 1_000

log = logging.getLogger(__name__)


def open_spool(path: pathlib.Path, high_water: HighWater, host: str, clock: Clock) -> Spool:
    """Return the spool, ready for what comes; raise SpoolBrokenError when the disk lets none be opened or made."""
    if replacing.named(path, replacing.NEW).exists():
        replacing.change(
            path, clock
        )  # an earlier start was killed in the middle of it, or a humed saved it as it ended
    seen = high_water.read()
    try:
        if was_found_damaged(path):
            raise SpoolDamagedError(f"{path}: the spool was found damaged while it was in use")
        found = inspection.inspect(path)
    except SpoolDamagedError as error:
        log.warning("%s: it is put aside", error)
        _begin_anew(path, seen, CAUSE_DAMAGED, host, clock)
    else:
        if found is None and seen is not None and seen.seq > seen.committed_upto:
            log.warning("%s: %s", path, CAUSE_GONE)
            _begin_anew(path, seen, CAUSE_GONE, host, clock)
        elif found is not None and seen is not None and seen.epoch == found.epoch and seen.seq > found.last_seq:
            return _mend(path, found.last_seq, high_water, seen, host, clock)
    spool = Spool(path, high_water.note)
    high_water.note(spool.epoch, spool.last_seq, spool.committed_upto)
    return spool


def was_found_damaged(path: pathlib.Path) -> bool:
    """Tell whether `note_damage` was called since the last start."""
    return replacing.named(path, replacing.FOUND_DAMAGED).exists()


def note_damage(path: pathlib.Path) -> None:
    """Remember that this spool is damaged, for the next start, whose look at it may pass over what its use ran into."""
    with contextlib.suppress(OSError):
        replacing.named(path, replacing.FOUND_DAMAGED).touch()


# -- commits that vanished ---------------------------------------------------------------------------------------------


def _mend(path: pathlib.Path, last_seq: int, high_water: HighWater, seen: Mark, host: str, clock: Clock) -> Spool:
    behind = max(last_seq, seen.committed_upto)
    # Read before the first write to the spool, which would begin to overwrite what lies behind the damage.
    found = [one for one in dict.fromkeys(salvage.in_bytes(path, ("-wal",))) if one[0] > behind]
    back = {seq: body for seq, body in sorted(found) if seq <= seen.seq}
    # What failed commits, or such that the witness missed, left behind. It was said, too.
    others = [body for seq, body in found if body != back.get(seq)]
    missing = runs_of(seq for seq in range(behind + 1, seen.seq + 1) if seq not in back)
    count = sum(last - first + 1 for first, last in missing)
    log.error("%s: %d events put back, %d lost", CAUSE_WENT_BACK, len(back), count)
    spool = Spool(path, high_water.note)
    try:
        replay = Replay(spool.db, clock)
        with spool.group() as group:
            group.skip_to(seen.seq)
            for seq, body in back.items():
                replay.put_back(seq, body, group)
            for body in others:
                replay.put(body, group)
            group.release(max(seen.committed_upto, spool.committed_upto))
            group.note_lost(missing, CAUSE_WENT_BACK, count)
            losses.declare(Loss(spool.epoch, behind + 1, seen.seq, count, CAUSE_WENT_BACK), group, host, clock)
    except BaseException:
        spool.close()  # damaged where the look did not reach: the next start puts it aside
        raise
    return spool


# -- a new spool -------------------------------------------------------------------------------------------------------


def _begin_anew(path: pathlib.Path, seen: Mark | None, cause: str, host: str, clock: Clock) -> None:
    remains = salvage.read_remains(path)
    epoch = (remains.mark.epoch if remains.mark else "") or (seen.epoch if seen else "")
    seen = seen if seen is not None and seen.epoch == epoch else None
    committed = max(remains.mark.committed_upto if remains.mark else 0, seen.committed_upto if seen else 0)
    numbered = max(remains.mark.last_seq if remains.mark else 0, seen.seq if seen else 0, committed)
    with contextlib.closing(Spool(replacing.begin(path))) as spool:
        numbered, saved, count = _move(spool, path, remains, committed, numbered, clock)
        with spool.group() as group:
            group.note_lost([], cause, count)
            first = min(committed + 1, max(numbered, 1))
            losses.declare(Loss(epoch, first, max(numbered, 1), count, cause), group, host, clock)
    replacing.call_it_whole(path)
    aside = replacing.change(path, clock)
    log.error("%d events saved, %d lost; %s", saved, count, _what_is_kept(aside))


def _move(
    spool: Spool, path: pathlib.Path, remains: Remains, committed: int, numbered: int, clock: Clock
) -> tuple[int, int, int]:
    """Put what can be read of `path` into the new spool; return how far it was numbered, how many are saved and lost."""
    replay = Replay(spool.db, clock)
    with spool.group() as group:
        _copy(group.db, remains)
        replay.runs.reload()
    declared = sorted(one for one in remains.lost if one[1] > committed)
    seqs: set[int] = set()
    saved: list[Found] = []
    count = 0
    for seq, body in salvage.salvage(path, committed, numbered):
        if not _is_within(seq, declared):
            saved.append((seq, body))
        if len(saved) == _PUT_AT_ONCE:
            seqs.update(_put(spool, replay, saved))
            count, saved = count + len(saved), []
    seqs.update(_put(spool, replay, saved))
    numbered = max(numbered, max(seqs, default=0))
    dropped = sum(min(last, numbered) - max(first, committed + 1) + 1 for first, last in declared if first <= numbered)
    return numbered, count + len(saved), max(0, numbered - committed - dropped - len(seqs))


def _put(spool: Spool, replay: Replay, saved: list[Found]) -> Iterable[int]:
    with spool.group() as group:
        for _, body in saved:
            replay.put(body, group)
    return (seq for seq, _ in saved)


def _copy(db: sqlite3.Connection, remains: Remains) -> None:
    tables = {"run": remains.runs, "datum": remains.data, "dropped": remains.dropped, "undeclared": remains.undeclared}
    tables["owner"] = remains.owners
    for table, rows in tables.items():
        for row in rows:
            # What no longer fits its column is damage too; the rest goes on.
            with contextlib.suppress(sqlite3.Error, UnicodeError):
                if schema.is_early_run(table, row):
                    schema.add_early_run(db, row)
                    continue
                places = ", ".join("?" * len(row))
                db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row)  # noqa: S608 - names from above


def _is_within(seq: int, ranges: list[tuple[int, int]]) -> bool:
    at = bisect.bisect_right(ranges, (seq, 2**63)) - 1
    return at >= 0 and ranges[at][0] <= seq <= ranges[at][1]


def _what_is_kept(aside: pathlib.Path) -> str:
    kept = [str(one) for part in replacing.PARTS if (one := replacing.named(aside, part)).exists()]
    return f"of the old spool is kept: {', '.join(kept)}" if kept else "of the old spool nothing is left to be kept"
