# SPDX-License-Identifier: MIT
"""The loop of a worker: steps until it is told to stop, patient with a Redis or a database that is away.

Told to stop, it commits what it has in hand and reads nothing more; told again, only the transaction under way. Either way
nothing is lost: what is not committed goes to whoever takes the partitions over.
"""

import contextlib
import logging
import threading

import redis
import redis.exceptions

from humeops.central import looking, metrics
from humeops.central.store import partitions
from humeops.central.store.database import Database
from humeops.central.stream.worker import Worker
from humeops.clock import NS_PER_SECOND, Clock
from humeops.errors import in_one_line

# Weeks are made long before they are needed.
PARTITIONS_EVERY_NS = 3_600 * NS_PER_SECOND
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
# A step waits half a second for work; the longest transaction takes some seconds.
STALE_SECONDS = 15
_TROUBLE = (redis.exceptions.RedisError, *looking.TROUBLE)

log = logging.getLogger(__name__)


class Loop:
    """`run` ends after `stop`, which may be called from a signal handler or another thread."""

    def __init__(self, url: str, streams: int, database: Database, clock: Clock, name: str) -> None:
        self._url = url
        self._streams = streams
        self._database = database
        self._clock = clock
        self._name = name
        self._stopping = threading.Event()
        self._hurrying = threading.Event()
        self._stepped_ns: int | None = None
        self._trouble = "it has only begun"
        self._provide_ns = 0
        self._worker: Worker | None = None

    def stop(self) -> None:
        """Ask it to end when it has committed what is in hand; a second time: after the transaction under way."""
        if self._stopping.is_set():
            self._hurrying.set()
        self._stopping.set()

    def trouble(self) -> str:
        """Return why it cannot be relied on now; nothing when it beats, holds its leases and gets on."""
        stepped = self._stepped_ns
        if stepped is not None and self._clock.boot_ns() - stepped <= STALE_SECONDS * NS_PER_SECOND:
            return ""
        return self._trouble or f"no step has ended for {STALE_SECONDS} s"

    def leads(self) -> bool:
        """Tell whether it is for this worker to do what one of them has to: it holds the first partition."""
        return self._worker is not None and self._worker.holds(0)

    def run(self) -> None:
        """Fold what waits until told to stop; then give the partitions back. Nothing else ends it but a fault of ours."""
        with redis.Redis.from_url(self._url, socket_timeout=30, socket_connect_timeout=5) as client:
            self._worker = worker = Worker(client, self._database, self._clock, self._name, self._streams)
            log.info("works", extra={"worker": self._name})
            self._work(worker)
            with contextlib.suppress(*_TROUBLE):
                while not self._hurrying.is_set() and worker.finish_one():
                    pass
            with contextlib.suppress(redis.exceptions.RedisError):
                worker.stop()
            log.info("stopped", extra={"worker": self._name})

    def _work(self, worker: Worker) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                self._provide()
                worker.step()
                self._stepped_ns, self._trouble, pause = self._clock.boot_ns(), "", FIRST_PAUSE_SECONDS
            except _TROUBLE as error:
                # The batches stay in hand, or in the stream: nothing is lost, and agents keep what is not committed.
                self._trouble = in_one_line(error) or type(error).__name__
                log.warning("waits: %s", self._trouble, extra={"worker": self._name})
                metrics.WAITS.inc()
                self._stopping.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _provide(self) -> None:
        if self._clock.boot_ns() >= self._provide_ns:
            self._database.write(lambda connection: partitions.provide(connection, self._clock.wall_ns()))
            self._provide_ns = self._clock.boot_ns() + PARTITIONS_EVERY_NS
