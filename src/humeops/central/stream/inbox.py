# SPDX-License-Identifier: MIT
"""The entries of the streams as a worker sees them: read in order, taken over from the dead, let go when they are committed.

A batch that ends the worker itself (the process, not an error) would go from worker to worker. So whatever was in hand when
one ended is tried by itself, and that it was begun is noted before and taken back after; one that was begun TRIES times and
never finished is buried: its events go to the dead letters unread.
"""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import redis
import redis.exceptions

from humeops.central import intake
from humeops.central.stream import keyspace
from humeops.clock import Clock
from humeops.wire import batch

# A transaction takes about so much: enough that its fixed cost is small, not so much that the first of it waits long, or that
# a slow machine takes longer for it than a lease lasts.
MOST_BYTES = 4 * 1024 * 1024
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
    key: bytes  # of its stream
    is_direct: bool = False  # written by the agent itself
    is_inherited: bool = False  # somebody had it in hand and did not finish


class Source(NamedTuple):
    """A stream to read: its key, its partition, and whose it is when one agent alone writes it."""

    key: bytes
    partition: int
    agent: intake.Agent | None = None


class Inbox:
    """Streams, read as one consumer of the group."""

    def __init__(self, client: redis.Redis, name: str, clock: Clock) -> None:
        self._redis: Any = client
        self._name = name
        self._clock = clock

    def read(self, sources: Sequence[Source]) -> list[Entry]:
        """Return what has come into these streams, each in its order; wait a little while there is nothing."""
        if not sources:
            return []
        by_key = {source.key: source for source in sources}
        wanted = dict.fromkeys(by_key, ">")
        try:
            found = self._redis.xreadgroup(keyspace.GROUP, self._name, wanted, count=MOST_ENTRIES, block=WAIT_MS)
        except redis.exceptions.ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            # Redis was emptied. The groups are made anew; what was in the streams its agents send again.
            for source in sources:
                self._make_group(source)
            return []
        return [entry for key, items in found or () for entry in self._entries(by_key[key], items)]

    def take_over(self, source: Source) -> list[Entry]:
        """Return what whoever had this stream read and did not finish, in order."""
        self._make_group(source)
        cursor = b"0-0"
        entries: list[Entry] = []
        while True:
            cursor, items, *_ = self._redis.xautoclaim(
                source.key, keyspace.GROUP, self._name, 0, cursor, count=MOST_ENTRIES
            )
            entries += self._entries(source, items)
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
        one = keyspace.tried_entry(first.key, first.id)
        tries = int(self._redis.hincrby(key, one, 1))
        try:
            yield tries > TRIES
        finally:
            self._redis.hdel(key, one)

    def let_go(self, group: Sequence[Entry]) -> None:
        """Forget these; all before the last one of a partition is committed, since entries are taken in order by one worker."""
        last = {entry.key: entry.id for entry in group if not entry.is_direct}
        pipeline = self._redis.pipeline(transaction=False)
        for entry in group:
            pipeline.xack(entry.key, keyspace.GROUP, entry.id)
            if entry.is_direct:
                # By itself: its id may be of the agent's making, and the last one there is.
                pipeline.xdel(entry.key, entry.id)
        for key, entry_id in last.items():
            pipeline.xtrim(key, minid=_after(entry_id), approximate=False)
        pipeline.execute()

    def _make_group(self, source: Source) -> None:
        try:
            self._redis.xgroup_create(source.key, keyspace.GROUP, id="0", mkstream=True)
        except redis.exceptions.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def _entries(self, source: Source, items: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Entry]:
        if source.agent is None:
            return [_entry(source, entry_id, fields) for entry_id, fields in items if fields]
        # What one agent wrote: the body is its word, and everything else is ours. Even the entry's id may be of its making.
        now_ns = self._clock.wall_ns()
        return [
            Entry(source.partition, entry_id, source.agent, now_ns, _body(fields), source.key, is_direct=True)
            for entry_id, fields in items
            if fields
        ]


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


def _entry(source: Source, entry_id: bytes, fields: dict[bytes, bytes]) -> Entry:
    agent = intake.Agent(int(fields[b"a"]), fields[b"h"].decode())
    return Entry(source.partition, entry_id, agent, int(fields[b"r"]), fields[b"b"], source.key)


def _body(fields: dict[bytes, bytes]) -> bytes:
    body = fields.get(b"b", b"")
    return body if len(body) <= batch.MAX_BATCH_BYTES else b""


def _after(entry_id: bytes) -> str:
    milliseconds, _, number = entry_id.decode().partition("-")
    return f"{milliseconds}-{int(number) + 1}"
