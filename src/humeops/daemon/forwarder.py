# SPDX-License-Identifier: MIT
"""From the spool to central: oldest first, one batch in flight, again and again until central has committed it.

*Design.* A thread of its own with a read-only view of the spool, so that no network ever waits in the receiving loop.
What it learns, how far central has committed, it leaves in `committed_upto` and rings the loop, which alone deletes.
It holds no state that matters: after a crash it starts again from the oldest row, and central knows the copies by their
ids. Refused credentials, an unreachable central, nonsense for an answer: rows stay, it tries again with back-off.
"""

import pathlib
import threading
from collections.abc import Callable
from typing import Protocol

from humeops import crash
from humeops.clock import Clock
from humeops.daemon.backoff import Backoff
from humeops.daemon.spool import SpoolReader
from humeops.errors import HumeError
from humeops.wire import batch

# A batch's frame beside its events: version, epoch, oldest, sent_at.
_BATCH_OVERHEAD_BYTES = 200


class TooLargeError(HumeError):
    """Central takes only smaller batches."""


class Intake(Protocol):
    """Where batches go: HTTP in humed, a list in tests."""

    def send(self, body: bytes) -> batch.Receipt:
        """Send one batch and return central's receipt; raise HumeError, or TooLargeError to be asked for less."""
        ...


class Forwarder:
    """Sends what the spool holds; `forward_one` is one unit, `run` the thread."""

    def __init__(
        self, spool: pathlib.Path, epoch: str, intake: Intake, clock: Clock, batch_events: int, backoff: Backoff
    ) -> None:
        self.committed_upto = 0
        self.last_ack_at: int | None = None
        self.last_error = ""
        self.forwarded = 0
        self._spool_path = spool
        self._epoch = epoch
        self._intake = intake
        self._clock = clock
        self._batch_events = batch_events
        self._limit = batch_events
        self._backoff = backoff
        self._more = threading.Event()
        self._stopping = threading.Event()
        self._ring: Callable[[], None] = lambda: None

    def start(self, ring: Callable[[], None]) -> threading.Thread:
        """Begin; `ring` is called from the thread whenever central has committed more."""
        self._ring = ring
        thread = threading.Thread(target=self.run, name="forwarder", daemon=True)
        thread.start()
        return thread

    def wake(self) -> None:
        """Say that the spool has more."""
        self._more.set()

    def stop(self) -> None:
        """Ask the thread to end; a request under way is abandoned at exit, which loses nothing."""
        self._stopping.set()
        self._more.set()

    def run(self) -> None:
        """Forward until stopped."""
        reader = SpoolReader(self._spool_path)
        while not self._stopping.is_set():
            self._more.clear()
            try:
                while self.forward_one(reader) and not self._stopping.is_set():
                    pass
            except (HumeError, OSError) as error:
                # The operator sees it in `hume queue`; nothing is lost, the rows are still there.
                self.last_error = str(error)
                self._stopping.wait(self._backoff.next_seconds())
                continue
            self._more.wait()
        reader.close()

    def forward_one(self, reader: SpoolReader) -> bool:
        """Send the oldest rows that central has not; return whether there may be more."""
        rows = reader.oldest_after(self.committed_upto, self._limit, batch.MAX_BATCH_BYTES - _BATCH_OVERHEAD_BYTES)
        if not rows:
            return False
        body = batch.pack_batch(self._epoch, rows[0][0], self._clock.wall_ns(), rows)
        crash.point("humed-before-send")
        try:
            receipt = self._intake.send(body)
        except TooLargeError:
            if self._limit == 1:
                raise
            self._limit = max(1, len(rows) // 2)
            return True
        crash.point("humed-after-send")
        self._note(receipt, rows[-1][0], len(rows))
        return True

    def _note(self, receipt: batch.Receipt, last_seq: int, count: int) -> None:
        if receipt.committed_upto < last_seq:
            # Not everything sent is committed (a stream in between, or an older central): ask again, later.
            raise HumeError(f"central has committed up to {receipt.committed_upto}, sent was {last_seq}")
        self._backoff.reset()
        self.last_error = ""
        self.last_ack_at = self._clock.wall_ns()
        self.forwarded += count
        self._limit = self._batch_events
        # Never beyond what was sent: a central gone mad must not make humed delete what it has not forwarded.
        self.committed_upto = max(self.committed_upto, min(receipt.committed_upto, last_seq))
        self._ring()
