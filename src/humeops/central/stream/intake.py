# SPDX-License-Identifier: MIT
"""The API's side of the stream: puts a batch in, and waits a little for a worker to commit it.

Promise: what this answers as committed is what a worker wrote after its commit, never more. It asks no database: while that
is slow or away, batches still come in, up to LONGEST a partition and four fifths of Redis' memory; then agents are asked to wait, and keep their events.

*Design.* One connection for commands, one that listens to workers (`hume:committed`, and `hume:said` and `hume:live` for those who look on); every waiting request is a future under its agent
and epoch. A message that is missed costs only patience: at the end the mark itself is read. An agent that was not committed in
time is told so (`queued`) and asks again with a batch of no events, which waits without adding to the stream.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import redis.asyncio
import redis.exceptions

from humeops.central import metrics
from humeops.central.current import keyspace as current
from humeops.central.stream import keyspace, standing
from humeops.errors import UnavailableError
from humeops.wire import batch

# Entries a partition may hold. With batches of the usual size some hundred MB; what does not fit stays with the agents.
LONGEST = 2_000
# A worker commits within some ten ms unless there is much to do; longer than this a request is not kept open for it.
PATIENCE_SECONDS = 2.0
_LISTEN_AGAIN_SECONDS = 0.5

# Of Redis' `maxmemory`, what the streams leave to those who empty them: a full Redis refuses workers, too, and would stay full.
_ADD_UNLESS_LONG = """
local memory = redis.call('INFO', 'memory')
local most = tonumber(string.match(memory, '%cmaxmemory:(%d+)') or 0)
if most > 0 and tonumber(string.match(memory, 'used_memory:(%d+)')) > 0.8 * most then return false end
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) then return false end
return redis.call('XADD', KEYS[1], '*', 'a', ARGV[2], 'h', ARGV[3], 'r', ARGV[4], 'b', ARGV[5])
"""

_Life = tuple[int, str]  # agent, epoch
_COMMITTED, _SAID = keyspace.COMMITTED.encode(), keyspace.SAID.encode()
log = logging.getLogger(__name__)


class Follower(Protocol):
    """Who wants to know what was committed."""

    def note(self, events: Sequence[bytes]) -> None:
        """Take the ids of events that were committed just now; none: something else has changed."""
        ...

    def miss(self) -> None:
        """Take that some of it may not have been told."""
        ...


class StreamFullError(UnavailableError):
    """The partition holds as much as it may: workers have to catch up first."""


class StreamIntake:
    """One for each API process. `listen` runs beside the requests."""

    def __init__(self, client: redis.asyncio.Redis, partitions: int, longest: int = LONGEST) -> None:
        # Its types are of both flavours, with and without await, at once.
        self._redis: Any = client
        self._partitions = partitions
        self._longest = longest
        self._add = client.register_script(_ADD_UNLESS_LONG)
        self._waiting: dict[_Life, set[tuple[int, asyncio.Future[None]]]] = defaultdict(set)

    async def take(self, agent: int, host: str, body: bytes, received_at: int) -> batch.Receipt:
        """Queue the batch in this body and wait for its commit; raise UnavailableError when Redis cannot take it now.

        Raises MalformedEventError, nothing queued, if it is no batch. When it returns with `queued` set, the batch is in the
        stream and not committed yet, and a crash of Redis may still lose it: the agent keeps it.
        """
        received = batch.unpack_batch(body)
        life = (agent, received.epoch)
        # Nobody waits for the commit of a word that says only that its host is there.
        upto = received.events[-1][0] if received.events else 0 if received.alive else received.oldest
        with self._waits(life, upto) as committed:
            try:
                if received.events or received.alive:
                    await self._queue(agent, host, body, received_at)
                    metrics.note_intake("stream", len(received.events), len(body))
                mark = await self._mark(life)
                if mark < upto:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(committed, PATIENCE_SECONDS)
                    mark = await self._mark(life)
            except redis.exceptions.RedisError as error:
                raise UnavailableError("the queue of batches (Redis) does not answer") from error
        return batch.Receipt(mark, queued=mark < upto or msgspec.UNSET)

    async def trouble(self) -> str:
        """Return why what is queued does not get on now; nothing when it does."""
        try:
            return standing.trouble(await self._redis.eval(*standing.LIVING))
        except redis.exceptions.RedisError:
            return standing.NO_REDIS

    async def listen(self, follower: Follower) -> None:
        """Hear of commits, for ever, and tell the follower; a lost connection is made anew, and what it missed is forgotten."""
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
                    await channel.subscribe(keyspace.COMMITTED, keyspace.SAID, current.LIVE)
                    follower.miss()
                    async for message in channel.listen():
                        self._hear_on(message["channel"], message["data"], follower)
            except (redis.exceptions.RedisError, OSError) as error:
                log.warning("does not hear of commits: %s", error)
                await asyncio.sleep(_LISTEN_AGAIN_SECONDS)

    async def _queue(self, agent: int, host: str, body: bytes, received_at: int) -> None:
        key = keyspace.stream(keyspace.partition_of(agent, self._partitions))
        added = await self._add(keys=[key], args=[self._longest, agent, host, received_at, body])
        if added is None:
            raise StreamFullError("more batches wait than workers have taken; try again later")

    async def _mark(self, life: _Life) -> int:
        found = await self._redis.hget(keyspace.mark(life[0]), life[1])
        return int(found or 0)

    def _hear_on(self, channel: bytes, message: bytes, follower: Follower) -> None:
        if channel == _COMMITTED:
            self._hear(message)
        else:
            # Changes of tasks are read from the database; that there is one is all that is taken from here.
            follower.note(keyspace.read_said(message) if channel == _SAID else ())

    def _hear(self, message: bytes) -> None:
        agent, epoch, committed_upto = keyspace.read_committed(message)
        for upto, committed in self._waiting.get((agent, epoch), ()):
            if upto <= committed_upto and not committed.done():
                committed.set_result(None)

    @contextlib.contextmanager
    def _waits(self, life: _Life, upto: int) -> Any:
        # Registered before the batch goes in: its commit may come before the answer to XADD.
        one = (upto, asyncio.get_running_loop().create_future())
        self._waiting[life].add(one)
        try:
            yield one[1]
        finally:
            self._waiting[life].discard(one)
            if not self._waiting[life]:
                del self._waiting[life]
