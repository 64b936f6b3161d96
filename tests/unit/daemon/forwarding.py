# SPDX-License-Identifier: MIT
"""A line for tests: a spool, a forwarder, and a central that gives the answers a test wants."""

import contextlib
import threading

from humeops.clock import FakeClock
from humeops.daemon.backoff import Backoff
from humeops.daemon.forwarder import Forwarder
from humeops.daemon.spool import Spool, SpoolReader
from humeops.wire import batch

PATIENCE = 10.0


class Central:
    """Commits what it gets, unless it is given answers to give first; at most one thread speaks to it."""

    def __init__(self):
        self.batches = []
        self.answers = []
        self.committed = 0
        self.forgotten = 0
        self.came = threading.Condition()

    def forget(self):
        self.forgotten += 1

    def send(self, body):
        with self.came:
            self.batches.append(batch.unpack_batch(body))
            self.came.notify_all()
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, batch.Receipt):
            return answer
        if answer is None:
            self.committed = answer = self.batches[-1].events[-1][0]
        return batch.Receipt(answer)

    def seqs(self):
        return [[seq for seq, _ in one.events] for one in self.batches]

    def wait_for(self, count):
        with self.came:
            assert self.came.wait_for(lambda: len(self.batches) >= count, PATIENCE)


class Line:
    """A spool, a forwarder and a central."""

    def __init__(self, path, batch_events=100):
        self.spool = Spool(path)
        self.central = Central()
        self.waits = []
        self.backoff = Backoff(0.001, 0.004, self._draw)
        self.clock = FakeClock()
        self.rang = 0
        self.forwarder = Forwarder(path, self.spool.epoch, self.central, self.clock, batch_events, self.backoff)
        self.reader = SpoolReader(path)

    def _draw(self, _, bound):
        self.waits.append(bound)
        return bound

    def put(self, count, body=b"{}"):
        with self.spool.group() as group:
            for _ in range(count):
                group.put(body)

    def forward(self):
        return self.forwarder.forward_one(self.reader)

    @contextlib.contextmanager
    def running(self):
        self.forwarder.start(self._ring)
        try:
            yield self.forwarder
        finally:
            self.forwarder.stop(PATIENCE)
            assert self.forwarder._thread is None or not self.forwarder._thread.is_alive()

    def _ring(self):
        self.rang += 1
