# SPDX-License-Identifier: MIT
"""How much waits in each partition of the stream, asked of Redis whenever somebody looks. Any process may tell; all tell the same."""

import contextlib
from collections.abc import Iterator
from typing import Any

import redis
import redis.exceptions
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from humeops.central.stream import keyspace

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


class Queues(Collector):
    """A collector for `metrics.render`."""

    def __init__(self, url: str, partitions: int) -> None:
        self._client: Any = redis.Redis.from_url(
            url, socket_timeout=WAIT_SECONDS, socket_connect_timeout=WAIT_SECONDS, retry=None
        )
        self._partitions = partitions

    def answers(self) -> bool:
        """Tell whether Redis answers now."""
        try:
            return bool(self._client.ping())
        except redis.exceptions.RedisError:
            return False

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask Redis; what it does not tell is left out."""
        found: list[list[int]] = []
        with contextlib.suppress(redis.exceptions.RedisError):
            found = self._look()
        yield GaugeMetricFamily("hume_stream_up", "Whether Redis answered just now.", value=bool(found))
        waiting = GaugeMetricFamily("hume_stream_batches", "Batches that wait.", labels=["partition"])
        oldest = GaugeMetricFamily("hume_stream_oldest_seconds", "Age of the oldest batch.", labels=["partition"])
        pending = GaugeMetricFamily("hume_stream_pending", "Batches in a worker's hand.", labels=["partition"])
        for partition, (length, age_ms, in_hand) in enumerate(found):
            waiting.add_metric([str(partition)], length)
            oldest.add_metric([str(partition)], max(0, age_ms) / 1_000)
            pending.add_metric([str(partition)], in_hand)
        yield from (waiting, oldest, pending)

    def _look(self) -> list[list[int]]:
        pipeline = self._client.pipeline(transaction=False)
        for partition in range(self._partitions):
            pipeline.eval(_LOOK, 1, keyspace.stream(partition), keyspace.GROUP)
        answers: list[list[int]] = pipeline.execute()
        return answers
