# SPDX-License-Identifier: MIT
"""Events that were in the spool before, put into it again with all they had changed: the open runs, the shared data."""

import sqlite3

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import Sayer
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Group
from humeops.daemon.worth import NEVER_DROPPED, worth_of
from humeops.errors import MalformedEventError
from humeops.wire import codec


class Replay:
    """Puts events into one spool."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self.runs = OpenRuns(db)
        self._shared = SharedData(db)
        self._clock = clock

    def put(self, body: bytes, group: Group) -> None:
        """Add the event under a new seq."""
        group.put(body, self._worth(body, group), self._clock.wall_ns() // NS_PER_SECOND)

    def put_back(self, seq: int, body: bytes, group: Group) -> None:
        """Add the event under the seq it had."""
        group.put_back(seq, body, self._worth(body, group), self._clock.wall_ns() // NS_PER_SECOND)

    def _worth(self, body: bytes, group: Group) -> int:
        try:
            event = codec.decode(body)
        except MalformedEventError:
            return NEVER_DROPPED  # of another humed, whose rules were wider: central decides
        sayer = Sayer(event.origin.uid, None, "drop")  # whoever it was has long gone
        self.runs.apply(event, sayer, group, self._clock.wall_ns())
        self._shared.apply(event, group)
        return worth_of(event)
