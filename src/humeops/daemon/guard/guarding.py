# SPDX-License-Identifier: MIT
"""The guards of humed's pipeline, together: who may report to a task, how much of the spool one user may hold, how many names.

Called for every event inside an open group. What it refuses it raises; `settle` and `forget` follow the group. What it counts
`hume queue` tells.
"""

import sqlite3

import msgspec

from humeops.clock import NS_PER_SECOND
from humeops.daemon.config import GuardSettings
from humeops.daemon.guard.holdings import Holdings
from humeops.daemon.guard.members import Members
from humeops.daemon.guard.owners import Owners
from humeops.daemon.guard.variety import Variety
from humeops.daemon.keeper import NoRoomError
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Group
from humeops.errors import MalformedEventError
from humeops.event import Event


class OverQuotaError(NoRoomError):
    """This user holds as much of the spool as one user may; the others are not concerned."""


class GuardCounts(msgspec.Struct):
    """Counted since this humed started."""

    over_rate: int = 0  # acks that had to wait for the user's rate
    pushed_over_rate: int = 0  # pushed beyond the user's rate, and lost
    sent_away: int = 0  # told 75, since the user's line was full
    over_quota: int = 0  # told 75, since the user holds his share of the spool
    too_many_names: int = 0  # events out of which names were left, or that were refused for them


class Guard:
    """One instance lives in humed's loop."""

    def __init__(
        self,
        db: sqlite3.Connection,
        settings: GuardSettings,
        spool_bytes: int,
        own_uid: int,
        members: Members | None = None,
    ) -> None:
        self.counts = GuardCounts()
        self.holdings = Holdings()
        self._owners = Owners(db, settings, own_uid, members or Members())
        self._tags, self._keys = Variety("tags"), Variety("data")
        self._spool_bytes = spool_bytes
        self._settings = settings

    def adopt(self, settings: GuardSettings) -> None:
        """Go by these settings from now on."""
        self._owners.adopt(settings)
        self._settings = settings

    def check(self, event: Event, sayer: Sayer, runs: OpenRuns, group: Group, wall_ns: int) -> None:
        """Raise NotAllowedError when the event's task is somebody else's; within a run that it was let into, it is not asked."""
        of = event.run if event.kind != "start" else None
        run = runs.find(of or event.link or "") if of or (event.link and sayer.via == "drop") else None
        if event.task and (run is None or run.task != event.task):
            self._owners.check(event.task, sayer.uid, group, wall_ns // NS_PER_SECOND)

    def limit_names(self, event: Event, sayer: Sayer) -> None:
        """Leave out names that are too many; raise MalformedEventError for shared data under one."""
        settings = self._settings
        if not (event.tags or event.data):
            return
        try:
            if self._tags.limit(event, sayer.uid, settings.max_tags) | self._keys.limit(
                event, sayer.uid, settings.max_keys
            ):
                self.counts.too_many_names += 1
        except MalformedEventError:
            self.counts.too_many_names += 1
            raise

    def check_size(self, size: int, sayer: Sayer, group: Group) -> None:
        """Raise MalformedEventError for an event that is too large here, OverQuotaError when the user's share is used up."""
        settings = self._settings
        if size > settings.max_event_bytes:
            raise MalformedEventError(f"event of {size} bytes; the limit is {settings.max_event_bytes} on this host")
        share = settings.spool_share * self._spool_bytes
        if share and self.holdings.bytes_of(sayer.uid) + size > share and not self._owners.is_admin(sayer.uid):
            self.holdings.release(group.let_go_upto)
            if self.holdings.bytes_of(sayer.uid) + size > share:
                self.counts.over_quota += 1
                raise OverQuotaError(f"user {sayer.uid} has his share of the spool, {int(share)} bytes: see hume queue")

    def note(self, sayer: Sayer, seq: int, size: int) -> None:
        """Count an event that was put into the open group."""
        self.holdings.note(sayer.uid, seq, size)

    def is_limited(self, uid: int | None) -> bool:
        """Tell whether the user's rate counts."""
        return not self._owners.is_admin(uid)

    def settle(self, let_go_upto: int) -> None:
        """Heed that the group is durable, and that nothing up to here is held any more."""
        self.holdings.settle()
        self.holdings.release(let_go_upto)

    def forget(self) -> None:
        """Heed that the group came to nothing."""
        self.holdings.forget()
        self._owners.reload()
