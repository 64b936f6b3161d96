# SPDX-License-Identifier: MIT
"""When rows that central has are deleted: together with the next group, or alone after a while; never before central has them.

An output that is behind keeps them for a while longer (humeops.daemon.outputs.feeds). Where nothing is forwarded, the outputs
alone decide: what all of them have is let go.

A transaction of their own costs a sync, and deleting with every group would make each ack wait for more pages than its own.
"""

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.intake import Intake
from humeops.daemon.readers import Readers
from humeops.daemon.spool import Letting, Spool

RELEASE_AFTER_SECONDS = 0.5


class Releasing:
    """Lives in humed's loop."""

    def __init__(self, spool: Spool, intake: Intake, readers: Readers, clock: Clock) -> None:
        self._spool = spool
        self._intake = intake
        self._readers = readers
        self._clock = clock
        self._due_ns: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether more may be let go than was."""
        letting = self._letting()
        return letting.committed_upto > self._spool.committed_upto or letting.delete_upto > self._spool.deleted_upto

    def _letting(self) -> Letting:
        committed = max(self._readers.forwarder.committed_upto, self._spool.committed_upto)
        feeds = self._readers.feeds
        return Letting(committed, feeds.releasable(committed) if self._readers.forwards else feeds.upto())

    def due(self) -> Letting | None:
        """Return what the next group may let go; None: nothing yet."""
        if self._due_ns is None or self._clock.boot_ns() < self._due_ns or not self.is_waiting:
            return None
        return self._letting()

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
        """Release all that may be, at once."""
        if self.is_waiting:
            self._intake.release(self._letting())
