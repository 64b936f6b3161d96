# SPDX-License-Identifier: MIT
"""The entries of the stream as a worker sees them: read in order, taken over from the dead, let go when they are committed.

A batch that ends the worker itself (the process, not an error) would go from worker to worker. So whatever was in hand when
one ended is tried by itself, and that it was begun is noted before and taken back after; one that was begun TRIES times and
never finished is buried: its events go to the dead letters unread.
"""

import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import redis
import redis.exceptions

from humeops.central import intake
from humeops.central.stream import keyspace

# A transaction takes about so much: enough that its fixed cost is small, not so much that the first of it waits long.
MOST_BYTES = 8 * 1024 * 1024
MOST_ENTRIES = 256
WAIT_MS = 500
TRIES = 3

log = logging.getLogger(__name__)


class Entry(NamedTuple):
    """One batch as it lies in a stream."""

    partition: int
    id: bytes
    agent: intake.Agent
    received_at: int
    body: bytes
    is_inherited: bool = False  # somebody had it in hand and did not finish


class Inbox:
    """The partitions' streams, read as one consumer of the group."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._redis: Any = client
        self._name = name

    def read(self, partitions: Iterable[int]) -> list[Entry]:
        """Return what has come into these partitions, each in its order; wait a little while there is nothing."""
        streams = {keyspace.stream(partition): ">" for partition in partitions}
        if not streams:
            return []
        try:
            found = self._redis.xreadgroup(keyspace.GROUP, self._name, streams, count=MOST_ENTRIES, block=WAIT_MS)
        except redis.exceptions.ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            # Redis was emptied. The groups are made anew; what was in the streams its agents send again.
            for partition in partitions:
                self._make_group(partition)
            return []
        return [entry for key, items in found or () for entry in _entries(_partition(key), items)]

    def take_over(self, partition: int) -> list[Entry]:
        """Return what whoever had this partition read and did not finish, in order."""
        self._make_group(partition)
        key, cursor = keyspace.stream(partition), b"0-0"
        entries: list[Entry] = []
        while True:
            cursor, items, *_ = self._redis.xautoclaim(key, keyspace.GROUP, self._name, 0, cursor, count=MOST_ENTRIES)
            entries += _entries(partition, items)
            if cursor == b"0-0":
                return [entry._replace(is_inherited=True) for entry in entries]

    @contextlib.contextmanager
    def suspecting(self, group: Sequence[Entry]) -> Iterator[bool]:
        """Note that an inherited entry is begun, until it is done or fails as it may; yield whether to bury it."""
        (first, *_) = group
        if not first.is_inherited:
            yield False
            return
        key = keyspace.tried(first.partition)
        tries = int(self._redis.hincrby(key, first.id, 1))
        try:
            yield tries > TRIES
        finally:
            self._redis.hdel(key, first.id)

    def let_go(self, group: Sequence[Entry]) -> None:
        """Forget these; all before the last one of a partition is committed, since entries are taken in order by one worker."""
        last = {entry.partition: entry.id for entry in group}
        pipeline = self._redis.pipeline(transaction=False)
        for entry in group:
            pipeline.xack(keyspace.stream(entry.partition), keyspace.GROUP, entry.id)
        for partition, entry_id in last.items():
            pipeline.xtrim(keyspace.stream(partition), minid=_after(entry_id), approximate=False)
        pipeline.execute()

    def _make_group(self, partition: int) -> None:
        try:
            self._redis.xgroup_create(keyspace.stream(partition), keyspace.GROUP, id="0", mkstream=True)
        except redis.exceptions.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def first_group(entries: Sequence[Entry]) -> list[Entry]:
    """Return the first of these that make one transaction: as many as fit, an inherited one by itself."""
    size = 0
    for number, entry in enumerate(entries):
        size += len(entry.body)
        if number and (size > MOST_BYTES or entry.is_inherited):
            return list(entries[:number])
        if entry.is_inherited:
            return [entry]
    return list(entries)


def _entries(partition: int, items: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Entry]:
    return [_entry(partition, entry_id, fields) for entry_id, fields in items if fields]


def _entry(partition: int, entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    agent = intake.Agent(int(fields[b"a"]), fields[b"h"].decode())
    return Entry(partition, entry_id, agent, int(fields[b"r"]), fields[b"b"])


def _partition(key: bytes) -> int:
    return int(key.rpartition(b":")[2])


def _after(entry_id: bytes) -> str:
    milliseconds, _, number = entry_id.decode().partition("-")
    return f"{milliseconds}-{int(number) + 1}"
