# SPDX-License-Identifier: MIT
"""Keeps the spool within its limits: what is still taken when space runs out, what is given up, and in which order.

Three things can run out: the spool's own cap, the age an event may reach waiting, and the disk. Over the cap or the age,
events are dropped oldest first in the order of humeops.daemon.worth, counted by cause and declared in loss events, one for
each cause, never silently. With nothing left that may be dropped, or a full disk, only starts, stops and failures are still taken, and in
the end nothing: callers are told 75 and go to the drop folder. The ballast is what lets a full disk drain.

*Design.* `tend` is one bounded step, called about once a second from humed's loop, and at once when `is_pressed`. `admit`
is asked for every event and only compares numbers: what was in use when last measured, and what was taken since. So a
burst cannot run past the cap between two looks; what the limit covers is the file's pages in use, not its WAL (2 MiB).
"""

import logging
from collections.abc import Callable

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import ballast as ballast_module
from humeops.daemon import dropping, losses
from humeops.daemon.ballast import Ballast
from humeops.daemon.config import SpoolSettings
from humeops.daemon.spool import Group, Spool, SpoolFullError
from humeops.daemon.worth import DEBUG, NAMES, NEVER_DROPPED
from humeops.errors import UnavailableError

CAUSE_SIZE = "spool over its size"
CAUSE_AGE = "waited too long"
CAUSE_DAMAGED = "damaged on the disk"
# Dropping goes on until this share of the cap, so that it comes in few large steps.
LOW_WATER = 0.9
# While dropping makes room, everything is taken until this share of the cap, starts, stops and failures until the next.
SOFT_CAP = 1.05
HARD_CAP = 1.1
# Beside its bytes an event needs about so many of the file.
ROW_BYTES = 50
DAY_SECONDS = 86_400
# While dropping goes on, what was dropped is declared this often.
DECLARE_AFTER_SECONDS = 10
# A file with much unused inside gives some back, a step at a time; what is left serves what comes next.
SHRINK_PAGES = 256
SHRINK_ABOVE_BYTES = 4 * 1024 * 1024

log = logging.getLogger(__name__)


class NoRoomError(UnavailableError):
    """The spool takes no event of this worth now; the sayer keeps it."""


class Keeper:
    """Judges the room there is and makes some; lives in humed's loop."""

    def __init__(
        self,
        spool: Spool,
        settings: SpoolSettings,
        host: str,
        clock: Clock,
        free_bytes: Callable[[], int] | None = None,
    ) -> None:
        self._spool = spool
        self._settings = settings
        self._host = host
        self._clock = clock
        self._free_bytes = free_bytes or (lambda: ballast_module.free_bytes(spool.path.parent))
        self._ballast = Ballast(spool.path.with_name("spool.ballast"), settings.ballast_bytes)
        self._droppable = dropping.Droppable()
        self._least_worth = DEBUG
        self._disk_is_full = False
        self._dropping = False
        self._nothing_to_drop = False
        self._used = 0
        self._owed_ns = (
            clock.boot_ns()
        )  # since when; 0: nothing is owed. An earlier humed may have died owing something
        self._judge()

    @property
    def room(self) -> str:
        """What is taken now, in words."""
        if self._least_worth == DEBUG:
            return "everything"
        return NAMES[NEVER_DROPPED] if self._least_worth == NEVER_DROPPED else "nothing"

    @property
    def is_pressed(self) -> bool:
        """Whether the spool is above its cap and a step is due without waiting."""
        return self._dropping or (self._used > self._settings.max_bytes and not self._nothing_to_drop)

    def admit(self, worth: int, size: int) -> None:
        """Raise NoRoomError when an event of this worth and size is not taken now; else count it as taken."""
        after = self._used + size + ROW_BYTES
        if worth < self._least_worth or after > self._limit_for(worth):
            raise NoRoomError(f"the spool takes {'only ' * (self._least_worth > 0)}{self.room} now: see hume queue")
        self._used = after

    def _limit_for(self, worth: int) -> float:
        if worth >= NEVER_DROPPED:
            return self._settings.max_bytes * HARD_CAP
        return self._settings.max_bytes * (1 if self._nothing_to_drop else SOFT_CAP)

    def on_full_disk(self, error: SpoolFullError) -> None:
        """SQLite found the disk full: give up the ballast, so that what central has can be let go, and take only what must be."""
        if not self._disk_is_full:
            log.error("%s; callers are told to come again, dropped files wait", error)
        self._disk_is_full = True
        self._least_worth = max(self._least_worth, NEVER_DROPPED)
        if self._ballast.drop():
            log.warning("the ballast is given up, so that what central has can be let go")

    def give_up(self, seq: int) -> None:
        """Drop this event, which the disk has changed; the next `tend` declares it. Raise SpoolFullError when not even that can be written."""
        with self._spool.group() as group:
            self._drop(group, [seq], CAUSE_DAMAGED)

    def tend(self, in_flight_upto: int, committed_upto: int = 0) -> bool:
        """Do one bounded step towards the limits; return whether more is waiting to be done.

        Rows up to `in_flight_upto` are on their way to central and are left alone for now, those up to `committed_upto`,
        which central has, for good.
        """
        self._droppable.leave_out(committed_upto)
        try:
            more = self._make_room(in_flight_upto)
            self._declare(more)
            self._shrink()
        except SpoolFullError as error:
            self.on_full_disk(error)
            more = False
        self._judge()
        return more

    # -- judging ---------------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        free = self._free_bytes()
        has_ballast = self._settings.ballast_bytes == 0 or self._ballast.lay(free)
        is_low = free < self._settings.min_free_bytes
        self._disk_is_full = self._disk_is_full and not (has_ballast and not is_low and self._can_write())
        self._used, cap = self._spool.used_bytes(), self._settings.max_bytes
        if self._used > cap * HARD_CAP:
            least = NEVER_DROPPED + 1
        elif self._disk_is_full or is_low or (self._used > cap and self._nothing_to_drop):
            least = NEVER_DROPPED
        else:
            least = DEBUG
        if least != self._least_worth:
            self._least_worth = least
            log.log(logging.WARNING if least else logging.INFO, "the spool takes %s now", self.room)

    def _can_write(self) -> bool:
        # Free space alone does not tell: the file system may be read-only, or a quota used up.
        try:
            with self._spool.group() as group:
                group.touch()
        except SpoolFullError:
            return False
        return True

    def _shrink(self) -> None:
        unused = self._spool.size_bytes() - self._spool.used_bytes()
        if unused > max(SHRINK_ABOVE_BYTES, self._spool.used_bytes()):
            self._spool.shrink(SHRINK_PAGES)

    # -- dropping --------------------------------------------------------------------------------------------------

    def _make_room(self, in_flight_upto: int) -> bool:
        now, days = self._clock.wall_ns() // NS_PER_SECOND, self._settings.max_age_days
        if days:
            with self._spool.group() as group:
                aged = self._droppable.aged(group.db, in_flight_upto, now - int(days * DAY_SECONDS))
                self._drop(group, aged.seqs, CAUSE_AGE)
            if aged.more:
                return True
        return self._drop_for_size(in_flight_upto)

    def _drop_for_size(self, in_flight_upto: int) -> bool:
        used, cap = self._spool.used_bytes(), self._settings.max_bytes
        self._dropping = used > cap or (self._dropping and used > cap * LOW_WATER)
        if not self._dropping:
            self._nothing_to_drop = False
            return False
        with self._spool.group() as group:
            seqs = self._droppable.cheapest(group.db, in_flight_upto, int(used - cap * LOW_WATER))
            self._drop(group, seqs, CAUSE_SIZE)
        self._dropping = bool(seqs)
        # Rows on their way are no reason to turn anybody away: central has them soon, or they may be dropped soon.
        self._nothing_to_drop = not seqs and not in_flight_upto
        return self._dropping

    def _drop(self, group: Group, seqs: list[int], cause: str) -> None:
        if not seqs:
            return
        group.drop(seqs, cause)
        losses.owe(losses.of_seqs(self._spool.epoch, seqs, cause), group)
        self._owed_ns = self._owed_ns or self._clock.boot_ns()
        log.warning("dropped %d events: %s", len(seqs), cause)

    def _declare(self, more: bool) -> None:
        # While the dropping goes on, what comes next belongs to the same event; but people do not wait for long.
        waited = self._clock.boot_ns() - self._owed_ns
        if self._owed_ns and (not more or waited >= DECLARE_AFTER_SECONDS * NS_PER_SECOND):
            with self._spool.group() as group:
                losses.declare_owed(group, self._host, self._clock)
            self._owed_ns = 0
