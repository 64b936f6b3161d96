# SPDX-License-Identifier: MIT
"""Batches of events as hosts would send them, made so fast that the maker is not what is measured.

Each host has some tasks, and each task one run after another: a start, words, numbers, a stop. Events are filled into texts, not
encoded one by one; a test of the shapes is that central takes them and finds no dead letter.
"""

import dataclasses
import secrets
import time
import uuid

from humeops.wire import batch

_EVENT = (
    b'{"v":1,"id":"%b","kind":"%b","time":%d,"boot":"8b1f6b0e-4c7a-4f0b-9d53-0d7a1f0c2f11","mono":%d,"task":"%b","run":"%b",'
    b'%b"origin":{"uid":1000,"line":41,"script":"/usr/local/sbin/%b.sh","chain":[[4711,123456]]}}'
)
_WORD = b'"message":"rsync finished without errors, 12345 files looked at, 17 transferred","tags":["cron","bench"],'
# What a run says, in order.
_SAYS = [
    (b"start", b'"tags":["cron","bench"],'),
    *[(b"log", _WORD)] * 6,
    (b"flag", b'"flag":"copied",'),
    (b"data", b'"data":{"bytes":%d},' % 123_456_789),
    (b"stop", b'"status":0,"outcome":"ok",'),
]
EVENTS_PER_RUN = len(_SAYS)


@dataclasses.dataclass
class Host:
    """One agent, as it goes on: its spool's epoch, and how far it has said."""

    agent: int
    name: str
    token: str = ""
    epoch: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    said: int = 0
    runs: int = 0

    def runs_of_tasks(self, tasks: int, runs: int) -> bytes:
        """Return the batch of so many whole runs, of one task after the other."""
        events = [event for _ in range(runs) for event in self._a_run(tasks)]
        return self.batch_of(events)

    def batch_of(self, events: list[bytes]) -> bytes:
        """Return these as this host's next batch; none: the question how far it is committed."""
        first = self.said + 1
        self.said += len(events)
        return batch.pack_batch(self.epoch, first, time.time_ns(), list(enumerate(events, first)))

    def _a_run(self, tasks: int) -> list[bytes]:
        task = b"task-%d" % (self.runs % tasks)
        self.runs += 1
        run = make_id()
        return [an_event(run if number == 0 else make_id(), task, run, *says) for number, says in enumerate(_SAYS)]


def an_event(event_id: bytes, task: bytes, run: bytes, kind: bytes, more: bytes) -> bytes:
    """Return an event of this run, said now."""
    now = time.time_ns()
    return _EVENT % (event_id, kind, now, time.clock_gettime_ns(time.CLOCK_BOOTTIME), task, run, more, task)


def make_id() -> bytes:
    """Return an id of the moment."""
    digits = b"%012x7%03x8%015x" % (time.time_ns() // 1_000_000, secrets.randbits(12), secrets.randbits(60))
    return b"%b-%b-%b-%b-%b" % (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
