# SPDX-License-Identifier: MIT
"""Who folds which partition: leases in Redis, fenced in the database.

Each worker beats, and holds its share of the partitions: all divided by the workers that live, rounded up. A lease that is not
renewed runs out and goes to another. A worker that was held up (stopped, swapped out, a slow database) may believe in a lease
it has lost; so each lease has a number, its *fence*, that only the database gives out, and the transaction in which a worker
commits asks there whether its own is still the highest. A Redis that forgets everything can thus not give two workers the
same partition: the later one makes the earlier one's commits fail.
"""

import logging
from typing import Any

import redis
import sqlalchemy as sa

from humeops.central import metrics
from humeops.central.store import fences
from humeops.central.store.database import Database
from humeops.central.stream import keyspace, standing
from humeops.errors import HumeError

_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0"
_GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

log = logging.getLogger(__name__)


class LeaseLostError(HumeError):
    """Another worker has this partition now; nothing was committed, and nothing is lost."""


class Leases:
    """The partitions of one worker: partition → fence."""

    def __init__(self, client: redis.Redis, database: Database, name: str, partitions: int) -> None:
        self._redis: Any = client
        self._database = database
        self._name = name
        self._partitions = partitions
        self._renew = client.register_script(_RENEW)
        self._give_back = client.register_script(_GIVE_BACK)
        self.held: dict[int, int] = {}

    def tend(self, now_ms: int, takes: bool = True) -> list[int]:
        """Beat, renew what is held, take what is free up to this worker's share; return the partitions that are new.

        With `takes` unset, which is how a worker ends, it takes none, and gives none back either: it still works on them.
        """
        for partition in list(self.held):
            if not self._renew(keys=[keyspace.lease(partition)], args=[self._value(partition), standing.LEASE_MS]):
                log.warning("lost the lease of partition %d", partition)
                metrics.LEASES_LOST.inc()
                del self.held[partition]
        share = self._share(now_ms)
        if not takes:
            return []
        for partition in sorted(self.held)[share:]:
            self.release(partition)
        return self._take_free(share)

    def beat(self, now_ms: int) -> None:
        """Count as a worker that lives."""
        self._redis.zadd(keyspace.WORKERS, {self._name: now_ms})

    def release(self, partition: int) -> None:
        """Give a partition back at once."""
        self._give_back(keys=[keyspace.lease(partition)], args=[self._value(partition)])
        del self.held[partition]

    def release_all(self) -> None:
        """Give back everything, and no longer count as a worker."""
        for partition in list(self.held):
            self.release(partition)
        self._redis.zrem(keyspace.WORKERS, self._name)

    def check(self, connection: sa.Connection, partitions: set[int]) -> None:
        """Raise LeaseLostError unless these are still this worker's, for as long as the transaction lasts."""
        highest = fences.of(connection, partitions)
        for partition in sorted(partitions):
            if partition not in self.held or highest.get(partition) != self.held[partition]:
                self.held.pop(partition, None)
                metrics.LEASES_LOST.inc()
                raise LeaseLostError(f"another worker has partition {partition} now")

    def _share(self, now_ms: int) -> int:
        self.beat(now_ms)
        # What was its own is shared by the others.
        self._redis.zremrangebyscore(keyspace.WORKERS, "-inf", now_ms - standing.GONE_MS)
        workers = max(1, int(self._redis.zcard(keyspace.WORKERS)))
        return -(-self._partitions // workers)

    def _take_free(self, share: int) -> list[int]:
        taken = []
        # Each begins at another place, so that several that start at once do not all ask for the same ones.
        begin = hash(self._name) % self._partitions
        for offset in range(self._partitions):
            partition = (begin + offset) % self._partitions
            if len(self.held) >= share:
                break
            if partition not in self.held and self._take(partition):
                taken.append(partition)
        return taken

    def _take(self, partition: int) -> bool:
        key = keyspace.lease(partition)
        if not self._redis.set(key, f"{self._name} taking", nx=True, px=standing.LEASE_MS):
            return False
        self.held[partition] = self._database.write(lambda connection: fences.raise_fence(connection, partition))
        self._redis.set(key, self._value(partition), px=standing.LEASE_MS)
        return True

    def _value(self, partition: int) -> str:
        return f"{self._name} {self.held[partition]}"
