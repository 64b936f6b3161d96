# SPDX-License-Identifier: MIT
"""When rows that central has are deleted: together with the next group, or alone after a while; never before central has them.

A transaction of their own costs a sync, and deleting with every group would make each ack wait for more pages than its own.
"""

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.forwarder import Forwarder
from humeops.daemon.intake import Intake
from humeops.daemon.spool import Spool

RELEASE_AFTER_SECONDS = 0.5


class Releasing:
    """Lives in humed's loop."""

    def __init__(self, spool: Spool, intake: Intake, forwarder: Forwarder, clock: Clock) -> None:
        self._spool = spool
        self._intake = intake
        self._forwarder = forwarder
        self._clock = clock
        self._due_ns: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether central has more than was released."""
        return self._forwarder.committed_upto > self._spool.committed_upto

    def due(self) -> int:
        """Return up to where the next group may release; 0: nothing yet."""
        is_due = self._due_ns is not None and self._clock.boot_ns() >= self._due_ns
        return self._forwarder.committed_upto if is_due else 0

    def release_if_due(self) -> None:
        """Release alone what no group has carried in time."""
        now = self._clock.boot_ns()
        if not self.is_waiting:
            self._due_ns = None
        elif self._due_ns is None:
            self._due_ns = now + int(RELEASE_AFTER_SECONDS * NS_PER_SECOND)
        elif now >= self._due_ns:
            self.release()
            self._due_ns = None

    def release(self) -> None:
        """Release all that central has, at once."""
        if self.is_waiting:
            self._intake.release(self._forwarder.committed_upto)
