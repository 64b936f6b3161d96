# SPDX-License-Identifier: MIT
"""Keeps the spool within its limits: what is still taken when space runs out, what is given up, and in which order.

Three things can run out: the spool's own cap, the age an event may reach waiting, and the disk. Over the cap or the age,
events are dropped oldest first in the order of humeops.daemon.worth, counted by cause and declared in loss events, never
silently. With nothing left that may be dropped, or a full disk, only starts, stops and failures are still taken, and in
the end nothing: callers are told 75 and go to the drop folder. The ballast is what lets a full disk drain.

*Design.* `tend` is one bounded step, called about once a second from humed's loop; `admits` is asked for every event and
only compares two numbers. The room may be judged a second late: the cap is a limit for a disk's sake, not a promise.
"""

import logging
import sqlite3

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import ballast as ballast_module
from humeops.daemon import losses
from humeops.daemon.ballast import Ballast
from humeops.daemon.config import SpoolSettings
from humeops.daemon.losses import Loss
from humeops.daemon.spool import Group, Spool, SpoolFullError
from humeops.daemon.worth import DEBUG, NAMES, NEVER_DROPPED, REST
from humeops.errors import UnavailableError

CAUSE_SIZE = "spool over its size"
CAUSE_AGE = "waited too long"
# One step gives up this many rows: a transaction of some ten milliseconds, so that acks hardly wait for it.
STEP_ROWS = 2_000
# Dropping goes on until this share of the cap, so that it comes in few large steps.
LOW_WATER = 0.9
# Starts, stops and failures are taken until this share of the cap.
HARD_CAP = 1.1
DAY_SECONDS = 86_400

log = logging.getLogger(__name__)


class NoRoomError(UnavailableError):
    """The spool takes no event of this worth now; the sayer keeps it."""


class Keeper:
    """Judges the room there is and makes some; lives in humed's loop."""

    def __init__(self, spool: Spool, settings: SpoolSettings, host: str, clock: Clock) -> None:
        self._spool = spool
        self._settings = settings
        self._host = host
        self._clock = clock
        self._ballast = Ballast(spool.path.with_name("spool.ballast"), settings.ballast_bytes)
        self._least_worth = DEBUG
        self._disk_is_full = False
        self._dropping = False
        # How far the search for what may be dropped has come: rows behind it are passed once, not at every step.
        self._rest_after = 0
        self._aged_upto = 0
        self._judge()

    @property
    def room(self) -> str:
        """What is taken now, in words."""
        if self._least_worth == DEBUG:
            return "everything"
        return NAMES[NEVER_DROPPED] if self._least_worth == NEVER_DROPPED else "nothing"

    @property
    def is_dropping(self) -> bool:
        """Whether the spool is above its cap and steps are due without waiting."""
        return self._dropping

    def admit(self, worth: int) -> None:
        """Raise NoRoomError when an event of this worth is not taken now."""
        if worth < self._least_worth:
            raise NoRoomError(f"the spool takes only {self.room} now: see hume queue")

    def on_full_disk(self, error: SpoolFullError) -> None:
        """SQLite found the disk full: give up the ballast, so that what central has can be let go, and take only what must be."""
        if not self._disk_is_full:
            log.error("%s; callers are told to come again, dropped files wait", error)
        self._disk_is_full = True
        self._least_worth = max(self._least_worth, NEVER_DROPPED)
        if self._ballast.drop():
            log.warning("the ballast is given up, so that what central has can be let go")

    def tend(self, in_flight_upto: int) -> bool:
        """Do one bounded step towards the limits; return whether more is waiting to be done.

        Rows up to `in_flight_upto` are on their way to central and are left alone.
        """
        more = self._drop_some(in_flight_upto)
        self._judge()
        return more

    def _judge(self) -> None:
        free = ballast_module.free_bytes(self._spool.path.parent)
        has_ballast = self._settings.ballast_bytes == 0 or self._ballast.lay(free)
        self._disk_is_full = self._disk_is_full and not (has_ballast and free > self._settings.min_free_bytes)
        used, cap = self._spool.used_bytes(), self._settings.max_bytes
        if used > cap * HARD_CAP:
            least = NEVER_DROPPED + 1
        elif self._disk_is_full or free < self._settings.min_free_bytes or used > cap:
            least = NEVER_DROPPED
        else:
            least = DEBUG
        if least != self._least_worth:
            self._least_worth = least
            log.log(logging.WARNING if least else logging.INFO, "the spool takes %s now", self.room)

    def _drop_some(self, in_flight_upto: int) -> bool:
        if self._settings.max_age_days and self._drop(CAUSE_AGE, in_flight_upto):
            return True
        used, cap = self._spool.used_bytes(), self._settings.max_bytes
        self._dropping = used > cap or (self._dropping and used > cap * LOW_WATER)
        return self._dropping and self._drop(CAUSE_SIZE, in_flight_upto)

    def _drop(self, cause: str, beyond: int) -> bool:
        try:
            with self._spool.group() as group:
                seqs = self._cheapest(group.db, beyond) if cause == CAUSE_SIZE else self._aged(group.db, beyond)
                if seqs:
                    self._give_up(group, sorted(seqs), cause)
        except SpoolFullError as error:
            self.on_full_disk(error)
            return False
        return len(seqs) >= STEP_ROWS

    def _give_up(self, group: Group, seqs: list[int], cause: str) -> None:
        group.drop(seqs, cause)
        loss = Loss(self._spool.epoch, seqs[0], seqs[-1], len(seqs), cause)
        losses.declare(loss, group, self._host, self._clock)
        log.warning("dropped %d events: %s", len(seqs), cause)

    def _cheapest(self, db: sqlite3.Connection, beyond: int) -> list[int]:
        cheap = "SELECT seq FROM event WHERE worth = ? AND seq > ? ORDER BY seq LIMIT ?"
        for worth in range(REST):
            if rows := db.execute(cheap, (worth, beyond, STEP_ROWS)).fetchall():
                return [seq for (seq,) in rows]
        # The unary plus keeps SQLite on the table's own order, since most rows are of this class.
        rest = "SELECT seq FROM event WHERE +worth = ? AND seq > ? ORDER BY seq LIMIT ?"
        seqs = [seq for (seq,) in db.execute(rest, (REST, max(beyond, self._rest_after), STEP_ROWS))]
        self._rest_after = seqs[-1] if seqs else self._spool.last_seq
        return seqs

    def _aged(self, db: sqlite3.Connection, beyond: int) -> list[int]:
        limit = self._clock.wall_ns() // NS_PER_SECOND - int(self._settings.max_age_days * DAY_SECONDS)
        after = max(beyond, self._aged_upto)
        window = "SELECT seq, taken, worth FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = [row for row in db.execute(window, (after, STEP_ROWS)) if row[1] < limit]
        self._aged_upto = rows[-1][0] if rows else after
        return [seq for seq, _, worth in rows if worth < NEVER_DROPPED]
