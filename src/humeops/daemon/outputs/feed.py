# SPDX-License-Identifier: MIT
"""One output and the thread that feeds it: from the spool, oldest first, at least once, in its own time.

*Design.* How far it has come is in its cursor. A receiver that is slow or dead holds up this thread alone: it tries again
with growing pauses. What was let go before the output had it, since the receiver was away for too long, is counted as missed.
"""

import logging
import pathlib
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from humeops import crash
from humeops.clock import Clock
from humeops.daemon.backoff import Backoff
from humeops.daemon.follower import Follower
from humeops.daemon.outputs.cursor import Cursor
from humeops.daemon.outputs.settings import FileOutput, SyslogOutput
from humeops.daemon.spool import RowDamagedError, SpoolReader
from humeops.errors import MalformedEventError, explain
from humeops.event import SEVERITY, Event
from humeops.wire import codec

BATCH_EVENTS = 500
BATCH_BYTES = 1_048_576
GATHER_SECONDS = 0.05
RETRY_FIRST_SECONDS = 0.5
RETRY_LONGEST_SECONDS = 30.0

log = logging.getLogger(__name__)


class Told(NamedTuple):
    """One event for an output: its bytes as the spool holds them, and what they mean."""

    body: bytes
    event: Event


class Output(Protocol):
    """What takes events: a syslog, a file."""

    def write(self, told: Sequence[Told]) -> None:
        """Hand all of these on; raise OSError or HumeError when that is not certain: they are said again then."""
        ...

    def close(self) -> None:
        """Let go of whatever is open."""
        ...


class Feed(Follower):
    """Feeds one output; `feed_one` is one unit, `run` the thread."""

    def __init__(
        self,
        chosen: SyslogOutput | FileOutput,
        to: str,
        output: Output,
        cursor: Cursor,
        spool: pathlib.Path,
        clock: Clock,
    ) -> None:
        super().__init__(f"output {chosen.name}", spool)
        self.chosen = chosen
        self.name = chosen.name
        self.to = to
        self.sent = 0
        self.missed = 0
        self.last_error = ""
        self.last_sent_at: int | None = None
        self.damaged: deque[int] = deque()  # events that are not what was stored: the loop has to give them up
        self._output = output
        self._cursor = cursor
        self._least = SEVERITY[chosen.level]
        self._clock = clock
        self._backoff = Backoff(RETRY_FIRST_SECONDS, RETRY_LONGEST_SECONDS)
        self._gathers = True  # the last batch was not full: a little patience makes the next one larger

    @property
    def upto(self) -> int:
        """How far the output has everything."""
        return self._cursor.seq

    def _catch_up(self, reader: SpoolReader) -> None:
        while not self._stopping.is_set() and self.feed_one(reader):
            self._stopping.wait(GATHER_SECONDS if self._gathers else 0)

    def run(self) -> None:
        """Feed until stopped."""
        super().run()
        self._output.close()
        self._cursor.close()

    def feed_one(self, reader: SpoolReader) -> bool:
        """Hand on the oldest events that the output has not; return whether there may be more."""
        try:
            rows = reader.oldest_after(self.upto, BATCH_EVENTS, BATCH_BYTES)
        except RowDamagedError as error:
            self._pass_over(error.seq)
            return True
        if not rows:
            return False
        told = [one for _, body in rows if (one := self._read(body))]
        if told:
            self._output.write(told)
            crash.point("output-after-write")
        self.sent += len(told)
        self._gathers = len(rows) < BATCH_EVENTS
        self._note(rows[-1][0], len(rows))
        return True

    def _read(self, body: bytes) -> Told | None:
        try:
            event = codec.decode(body)
        except MalformedEventError:
            return None  # of another humed, whose rules were wider
        return Told(body, event) if SEVERITY[event.level] >= self._least else None

    def _note(self, upto: int, read: int) -> None:
        # At the very beginning nothing was missed: what was there before this output was never its own.
        self.missed += upto - self.upto - read if self.upto else 0
        self.last_sent_at = self._clock.wall_ns()
        self._cursor.move(upto)
        self._backoff.reset()
        if self.last_error:
            log.info("output %s takes events again", self.name)
        self.last_error = ""
        self._ring()

    def _pass_over(self, seq: int) -> None:
        self.missed += 1
        self.damaged.append(seq)
        self._cursor.move(seq)
        self._ring()

    def _put_off(self, error: Exception) -> None:
        # The operator sees it in `hume queue`; the events are still in the spool.
        text = explain(error) if isinstance(error, OSError) else str(error) or type(error).__name__
        if text != self.last_error:
            log.warning("output %s: %s; it tries again", self.name, text)
        self.last_error = text
        self._stopping.wait(self._backoff.next_seconds())
