# SPDX-License-Identifier: MIT
"""From the spool to central: oldest first, one batch in flight, again and again until central has committed it.

*Design.* What it learns, how far central has committed, it leaves in `committed_upto` and rings the loop, which alone deletes.
It holds no state that matters: after a crash it starts again from the oldest row that the spool does not know to be
committed, and central knows the copies by their ids. Refused credentials, an unreachable central, nonsense for an answer: rows stay, it tries again with back-off.
"""

import logging
import pathlib
import random
import threading
from typing import Protocol

import msgspec

from humeops import crash
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.backoff import Backoff
from humeops.daemon.follower import Follower
from humeops.daemon.pace import Pace
from humeops.daemon.spool import RowDamagedError, SpoolReader
from humeops.errors import HumeError, UnavailableError
from humeops.wire import batch, health

# A batch's frame beside its events: version, epoch, oldest, sent_at; and the ranges of what was dropped among them.
_MAX_LOST_RANGES = 1_000
_BATCH_OVERHEAD_BYTES = 2_200 + _MAX_LOST_RANGES * 41 + health.MAX_BYTES

# After the first event, what comes within this goes along with it. Sending each at once would cost a request and a commit
# of central's for every word of a script, on a small machine from the same disk and cores that its ack is waiting for.
GATHER_SECONDS = 0.05

# A large central queues batches before it commits them. One that is not committed after so long may be lost there (a Redis
# that was emptied), and is sent again. Between two questions whether it is, humed lets some time pass; ever more while the
# answer stays the same, or the questions of ten thousand hosts are what keeps a central from what they ask for.
RESEND_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.25
ASK_AGAIN_AT_MOST_SECONDS = 8.0

# Central is told so often that this host is there and how its humed fares: with a batch, or, with nothing to send, alone.
HEARTBEAT_SECONDS = 30.0
CATCH_UP_PER_SECOND = 10_000.0
# Hosts that central sends away at the same moment with the same `Retry-After` come back within half as long again.
_RETRY_JITTER = 0.5

log = logging.getLogger(__name__)


class TooLargeError(HumeError):
    """Central takes only smaller batches."""


class SlowDownError(UnavailableError):
    """Central asks not to be spoken to for a while."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class Intake(Protocol):
    """Where batches go: HTTP in humed, a list in tests."""

    def forget(self) -> None:
        """Find central and this host's credential anew before the next batch."""
        ...

    def send(self, body: bytes) -> batch.Receipt:
        """Send one batch and return central's receipt; raise HumeError, or TooLargeError to be asked for less."""
        ...


class Forwarder(Follower):
    """Sends what the spool holds; `forward_one` is one unit, `run` the thread."""

    def __init__(
        self,
        spool: pathlib.Path,
        epoch: str,
        intake: Intake,
        clock: Clock,
        batch_events: int,
        backoff: Backoff,
        resend_seconds: float = RESEND_SECONDS,
        committed_upto: int = 0,
        pace: Pace | None = None,
        by: batch.By | None = None,
    ) -> None:
        super().__init__("forwarding", spool)
        self.committed_upto = committed_upto
        self.in_flight_upto = 0  # rows up to here are on their way just now: not to be dropped for want of space
        self.damaged_seq = 0  # an event that is not what was stored: the loop has to give it up
        self.last_ack_at: int | None = None
        self.last_error = ""
        self.copied = False  # central says that another humed uses this host's credential, too
        self.forwarded = 0
        self._epoch = epoch
        self._intake = intake
        self._clock = clock
        self._by = by
        self._batch_events = batch_events
        self._limit = batch_events
        self._queued_upto = 0  # sent and taken in by central, but not committed when it answered
        self._asking = Backoff(ASK_AGAIN_SECONDS, ASK_AGAIN_AT_MOST_SECONDS)
        self._resend_after_ns = int(resend_seconds * NS_PER_SECOND)
        self._resend_ns = 0
        self._gathers = True  # the last batch was not full: a little patience makes the next one larger
        self._backoff = backoff
        self._pace = pace or Pace(CATCH_UP_PER_SECOND)
        self.health = b""  # how this humed fares, packed; the loop keeps it fresh
        self._told_health_ns = -int(HEARTBEAT_SECONDS * NS_PER_SECOND)
        self._hurry = threading.Event()

    def hurry(self) -> None:
        """Try central again at once, with its address and this host's credential read anew."""
        self._intake.forget()
        self._backoff.reset()
        self._hurry.set()
        self._more.set()

    def _rouse(self) -> None:
        self._hurry.set()
        super()._rouse()

    def _catch_up(self, reader: SpoolReader) -> None:
        try:
            while not self._stopping.is_set() and self._forward_in_pace(reader):
                self._gather()
        except RowDamagedError as error:
            self.damaged_seq = error.seq
            self._ring()

    def _rest(self) -> None:
        if self._more.wait(HEARTBEAT_SECONDS):
            self._gather()
        else:
            self._say_alive()

    def _say_alive(self) -> None:
        """Send a batch of no events: nothing to tell and nobody there look the same to central otherwise."""
        body = batch.pack_alive(
            self._epoch, self.committed_upto + 1, self._clock.wall_ns(), self._due_health(), self._by
        )
        try:
            self.copied = self._intake.send(body).copied is True
        except HumeError as error:
            # Nothing waits here because of it, so nobody is told: the next event, or the next minute, tries again.
            log.debug("central did not hear that this host is there: %s", error)

    def _due_health(self) -> bytes:
        if not self.health:
            return b""
        now = self._clock.boot_ns()
        # A little early rather than half a minute late: the loop wakes when it may.
        if now - self._told_health_ns < (HEARTBEAT_SECONDS - 1) * NS_PER_SECOND:
            return b""
        self._told_health_ns = now
        return self.health

    def _forward_in_pace(self, reader: SpoolReader) -> bool:
        before, began = self.forwarded, self._clock.boot_ns()
        has_more = self.forward_one(reader)
        if not self._gathers:
            took = (self._clock.boot_ns() - began) / NS_PER_SECOND
            self._stopping.wait(self._pace.pause_seconds(self.forwarded - before, took))
        return has_more

    def _gather(self) -> None:
        if self._gathers:
            self._stopping.wait(GATHER_SECONDS)

    def _put_off(self, error: Exception) -> None:
        # The operator sees it in `hume queue`; nothing is lost, the rows are still there.
        text = str(error) or type(error).__name__
        if text != self.last_error:
            log.warning("%s; events wait here", text)
        self.last_error = text
        wait = self._backoff.next_seconds()
        if isinstance(error, SlowDownError):
            wait += error.wait_seconds * random.uniform(1, 1 + _RETRY_JITTER)  # noqa: S311 - no secret
        self._hurry.wait(wait)
        self._hurry.clear()

    def forward_one(self, reader: SpoolReader) -> bool:
        """Send the oldest rows that central has not, or ask after those it queued; return whether there may be more."""
        if self._queued_upto > self.committed_upto and self._clock.boot_ns() < self._resend_ns:
            self._ask_again()
            return True
        rows = reader.oldest_after(self.committed_upto, self._limit, batch.MAX_BATCH_BYTES - _BATCH_OVERHEAD_BYTES)
        if not rows:
            return False
        rows, lost = self._with_lost(reader, rows)
        self._gathers = len(rows) < self._limit
        body = batch.pack_batch(
            self._epoch, rows[0][0], self._clock.wall_ns(), rows, lost, self._due_health(), self._by
        )
        crash.point("humed-before-send")
        try:
            receipt = self._send(body, rows[-1][0])
        except TooLargeError:
            if self._limit == 1:
                raise
            self._limit = max(1, len(rows) // 2)
            return True
        crash.point("humed-after-send")
        if receipt.queued and receipt.committed_upto < rows[-1][0]:
            self._queued_upto = rows[-1][0]
            self._resend_ns = self._clock.boot_ns() + self._resend_after_ns
        self._note(receipt, [seq for seq, _ in rows])
        return True

    def _ask_again(self) -> None:
        # A batch of no events: central answers how far it is, and waits a little for progress by itself.
        self._stopping.wait(self._asking.next_seconds())
        body = batch.pack_batch(self._epoch, self.committed_upto + 1, self._clock.wall_ns(), [], by=self._by)
        receipt = self._send(body, self._queued_upto)
        self._note(
            msgspec.structs.replace(receipt, queued=True), list(range(self.committed_upto + 1, self._queued_upto + 1))
        )

    def _send(self, body: bytes, upto: int) -> batch.Receipt:
        self.in_flight_upto = upto
        try:
            receipt = self._intake.send(body)
        except BaseException:
            self.in_flight_upto = self._queued_upto if self._queued_upto > self.committed_upto else 0
            raise
        self.in_flight_upto = upto if receipt.queued else 0
        return receipt

    def _with_lost(
        self, reader: SpoolReader, rows: list[tuple[int, bytes]]
    ) -> tuple[list[tuple[int, bytes]], list[tuple[int, int]]]:
        """Return rows and the dropped ranges before and among them; fewer rows when the ranges are too many for one batch."""
        lost = reader.lost_between(self.committed_upto + 1, rows[-1][0], _MAX_LOST_RANGES + 1)
        if len(lost) > _MAX_LOST_RANGES:
            end = lost.pop()[0]
            rows = [row for row in rows if row[0] < end] or rows[:1]
        return rows, lost

    def _note(self, receipt: batch.Receipt, sent: list[int]) -> None:
        # Never beyond what was sent: a central gone mad must not make humed delete what it has not forwarded.
        committed_upto = min(receipt.committed_upto, sent[-1])
        if committed_upto > self.committed_upto:
            self.committed_upto = committed_upto
            self._asking.reset()
        self.forwarded += sum(seq <= self.committed_upto for seq in sent)
        self.last_ack_at = self._clock.wall_ns()
        self.copied = receipt.copied is True
        self._limit = self._batch_events
        self._ring()
        if receipt.committed_upto < sent[-1] and not receipt.queued:
            # Central took the batch and committed less than all of it, which it should not: ask again, later.
            raise UnavailableError(f"central has committed up to {receipt.committed_upto}, sent was {sent[-1]}")
        self._backoff.reset()
        if self.last_error:
            log.info("central takes events again")
        self.last_error = ""
