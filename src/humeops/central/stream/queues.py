# SPDX-License-Identifier: MIT
"""How much waits in the streams, by partition, asked of Redis whenever somebody looks. Any process may tell; all tell the same.

Streams that agents write themselves are told as sums of their partition: there may be thousands, and metrics name no agent.
"""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import redis
import redis.exceptions
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from humeops.central.current.asking import whole_mark
from humeops.central.stream import keyspace, standing
from humeops.central.stream.agents import agents_among

# A page of metrics is not to hang on a Redis that does not answer.
WAIT_SECONDS = 2.0

# Length, milliseconds of the oldest entry's age, entries read and not committed. The entry itself stays where it is: it has up to 1 MiB.
_LOOK = """
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)
local age = 0
if first[1] then
  local now = redis.call('TIME')
  age = now[1] * 1000 + math.floor(now[2] / 1000) - tonumber(string.match(first[1][1], '^%d+'))
end
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1])
return {redis.call('XLEN', KEYS[1]), age, pending.err and 0 or pending[1]}
"""


# Enough to make a round trip cheap, and short enough for who else waits for Redis.
_AT_ONCE = 200


class Queue(NamedTuple):
    """One stream, or several."""

    batches: int
    age_ms: int
    pending: int

    def plus(self, other: "Queue") -> "Queue":
        """Return both together."""
        return Queue(self.batches + other.batches, max(self.age_ms, other.age_ms), self.pending + other.pending)


class Queues(Collector):
    """A collector for `metrics.render`."""

    def __init__(self, url: str, partitions: int) -> None:
        self._client: Any = redis.Redis.from_url(
            url, socket_timeout=WAIT_SECONDS, socket_connect_timeout=WAIT_SECONDS, retry=None
        )
        self._partitions = partitions

    def trouble(self) -> str:
        """Return why what is queued does not get on now; nothing when it does."""
        try:
            return standing.trouble(self._client.eval(*standing.LIVING))
        except redis.exceptions.RedisError:
            return standing.NO_REDIS

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask Redis; what it does not tell is left out."""
        found: list[Queue] = []
        direct: list[Queue] = []
        is_whole = False
        with contextlib.suppress(redis.exceptions.RedisError):
            found = self._look([keyspace.stream(partition) for partition in range(self._partitions)])
            is_whole = bool(whole_mark(self._client))
            direct = self._direct()
        yield GaugeMetricFamily("hume_stream_up", "Whether Redis answered just now.", value=bool(found))
        yield GaugeMetricFamily("hume_current_whole", "Whether Redis answers for tasks.", value=is_whole)
        yield from _filled(
            GaugeMetricFamily("hume_stream_batches", "Batches that wait.", labels=["partition"]),
            GaugeMetricFamily("hume_stream_oldest_seconds", "Age of the oldest batch.", labels=["partition"]),
            GaugeMetricFamily("hume_stream_pending", "Batches in a worker's hand.", labels=["partition"]),
            found,
        )
        yield from _filled(
            GaugeMetricFamily("hume_direct_batches", "Batches agents put there themselves.", labels=["partition"]),
            GaugeMetricFamily("hume_direct_oldest_seconds", "Age of the oldest of them.", labels=["partition"]),
            GaugeMetricFamily("hume_direct_pending", "Those in a worker's hand.", labels=["partition"]),
            direct,
        )

    def _direct(self) -> list[Queue]:
        sums = [Queue(0, 0, 0)] * self._partitions
        with contextlib.suppress(redis.exceptions.ResponseError):  # a Redis that does not tell its users
            agents = sorted(agents_among(self._client.execute_command("ACL", "USERS")))
            for begin in range(0, len(agents), _AT_ONCE):
                portion = agents[begin : begin + _AT_ONCE]
                for agent, one in zip(portion, self._look(map(keyspace.agent_stream, portion)), strict=True):
                    partition = keyspace.partition_of(agent, self._partitions)
                    sums[partition] = sums[partition].plus(one)
        return sums

    def _look(self, keys: Iterable[str]) -> list[Queue]:
        pipeline = self._client.pipeline(transaction=False)
        for key in keys:
            pipeline.eval(_LOOK, 1, key, keyspace.GROUP)
        return [Queue(length, max(0, age_ms), in_hand) for length, age_ms, in_hand in pipeline.execute()]


def _filled(
    waiting: GaugeMetricFamily, oldest: GaugeMetricFamily, pending: GaugeMetricFamily, found: Iterable[Queue]
) -> Iterator[GaugeMetricFamily]:
    for partition, one in enumerate(found):
        waiting.add_metric([str(partition)], one.batches)
        oldest.add_metric([str(partition)], one.age_ms / 1_000)
        pending.add_metric([str(partition)], one.pending)
    yield from (waiting, oldest, pending)
