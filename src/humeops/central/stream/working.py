# SPDX-License-Identifier: MIT
"""The loop of a worker: steps until it is told to stop, patient with a Redis or a database that is away.

*Design.* A worker process has several hands: threads that each are a worker of their own, with partitions, leases and transactions
of their own, as if they were processes. While PostgreSQL works for one of them, Python works for another; one alone would wait
half of its time.

Told to stop, each commits what it has in hand and reads nothing more; told again, only the transaction under way. Either way
nothing is lost: what is not committed goes to whoever takes the partitions over.
"""

import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Callable

import redis
import redis.exceptions

from humeops.central import looking, metrics
from humeops.central.store import partitions
from humeops.central.store.database import Database
from humeops.central.stream.worker import Worker
from humeops.clock import NS_PER_SECOND, Clock
from humeops.errors import in_one_line

# More than two would want Python at the same time.
HANDS = 2
# Weeks are made long before they are needed.
PARTITIONS_EVERY_NS = 3_600 * NS_PER_SECOND
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
# A hand that holds nothing looks so often whether it is time for its next beat, at which it may take something.
STAND_BY_SECONDS = 0.5
# A step waits half a second for work; the longest transaction takes some seconds.
STALE_SECONDS = 15
_BEGUN = "it has only begun"
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
        self._stop = _Stop()
        self._hands: list[_Hand] = []

    def stop(self) -> None:
        """Ask it to end when it has committed what is in hand; a second time: after the transactions under way."""
        self._stop.ask()

    def trouble(self) -> str:
        """Return why it cannot be relied on now; nothing when it beats, holds its leases and gets on."""
        troubles = [hand.trouble() for hand in self._hands]
        # A hand that has only begun says nothing against one that gets on.
        return next((one for one in troubles if one not in ("", _BEGUN)), "" if "" in troubles else _BEGUN)

    def leads(self) -> bool:
        """Tell whether it is for this worker to do what one of them has to: it holds the first partition."""
        return any(hand.worker.holds(0) for hand in self._hands)

    def run(self) -> None:
        """Fold what waits until told to stop; then give the partitions back. Nothing else ends it but a fault of ours."""
        with redis.Redis.from_url(self._url, socket_timeout=30, socket_connect_timeout=5) as client:
            names = [self._name, *(f"{self._name}+{number}" for number in range(1, min(HANDS, self._database.writers)))]
            workers = [Worker(client, self._database, self._clock, name, self._streams) for name in names]
            self._hands = [_Hand(worker, self._provide, self._clock, self._stop) for worker in workers]
            with contextlib.suppress(*_TROUBLE):
                # Each then knows of the others before it takes its share.
                for worker in workers:
                    worker.announce()
            log.info("works", extra={"worker": self._name})
            with concurrent.futures.ThreadPoolExecutor(len(self._hands), "hand") as threads:
                for done in [threads.submit(hand.run) for hand in self._hands]:
                    done.result()
            log.info("stopped", extra={"worker": self._name})

    def _provide(self) -> None:
        self._database.write(lambda connection: partitions.provide(connection, self._clock.wall_ns()))


class _Stop:
    """Whether to end."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.hurried = threading.Event()

    def ask(self) -> None:
        if self.asked.is_set():
            self.hurried.set()
        self.asked.set()


class _Hand:
    """One thread's worker; a fault of ours that ends one ends them all, as a process would end."""

    def __init__(self, worker: Worker, provide: Callable[[], None], clock: Clock, stop: _Stop) -> None:
        self.worker = worker
        self._provide_weeks = provide
        self._clock = clock
        self._stop = stop
        self._began_ns = clock.boot_ns()
        self._stepped_ns: int | None = None
        self._trouble = _BEGUN
        self._provide_ns = 0

    def trouble(self) -> str:
        """Return why it cannot be relied on now."""
        stale_ns = self._clock.boot_ns() - STALE_SECONDS * NS_PER_SECOND
        if self._stepped_ns is not None and self._stepped_ns >= stale_ns:
            return ""
        if self._trouble and (self._trouble != _BEGUN or self._began_ns >= stale_ns):
            return self._trouble
        return f"no step has ended for {STALE_SECONDS} s"

    def run(self) -> None:
        """Step until told to stop, then end as told."""
        try:
            self._work()
            with contextlib.suppress(*_TROUBLE):
                while not self._stop.hurried.is_set() and self.worker.finish_one():
                    pass
            with contextlib.suppress(redis.exceptions.RedisError):
                self.worker.stop()
        except BaseException:
            self._stop.ask()
            raise

    def _work(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stop.asked.is_set():
            try:
                self._provide()
                self.worker.step()
                self._stepped_ns, self._trouble, pause = self._clock.boot_ns(), "", FIRST_PAUSE_SECONDS
                if self.worker.stands_by():
                    self._stop.asked.wait(STAND_BY_SECONDS)
            except _TROUBLE as error:
                # The batches stay in hand, or in the stream: nothing is lost, and agents keep what is not committed.
                self._trouble = in_one_line(error) or type(error).__name__
                log.warning("waits: %s", self._trouble, extra={"worker": self.worker.name})
                metrics.WAITS.inc()
                self._stop.asked.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _provide(self) -> None:
        if self._clock.boot_ns() >= self._provide_ns:
            self._provide_weeks()
            self._provide_ns = self._clock.boot_ns() + PARTITIONS_EVERY_NS
