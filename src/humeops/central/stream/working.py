# SPDX-License-Identifier: MIT
"""The loop of a worker: steps until it is told to stop, patient with a Redis or a database that is away."""

import contextlib
import logging
import threading

import redis
import redis.exceptions
import sqlalchemy as sa

from humeops.central.store import partitions
from humeops.central.store.database import Database
from humeops.central.stream.worker import Worker
from humeops.clock import NS_PER_SECOND, Clock
from humeops.errors import UnavailableError

# Weeks are made long before they are needed.
PARTITIONS_EVERY_NS = 3_600 * NS_PER_SECOND
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0

log = logging.getLogger(__name__)


def run(url: str, streams: int, database: Database, clock: Clock, name: str, stopping: threading.Event) -> None:
    """Fold what waits until `stopping` is set; then give the partitions back. Nothing ends it but that, or a fault of ours."""
    with redis.Redis.from_url(url, socket_timeout=30, socket_connect_timeout=5) as client:
        worker = Worker(client, database, clock, name, streams)
        pause, provide_ns = FIRST_PAUSE_SECONDS, 0
        while not stopping.is_set():
            try:
                if clock.boot_ns() >= provide_ns:
                    database.write(lambda connection: partitions.provide(connection, clock.wall_ns()))
                    provide_ns = clock.boot_ns() + PARTITIONS_EVERY_NS
                worker.step()
                pause = FIRST_PAUSE_SECONDS
            except (redis.exceptions.RedisError, UnavailableError, sa.exc.DBAPIError) as error:
                # The batches stay in hand, or in the stream: nothing is lost, and agents keep what is not committed.
                log.warning("waits: %s", " ".join(str(error).split())[:300] or type(error).__name__)
                stopping.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        with contextlib.suppress(redis.exceptions.RedisError):
            worker.stop()
