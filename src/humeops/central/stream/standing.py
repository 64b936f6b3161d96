# SPDX-License-Identifier: MIT
"""Whether what is queued gets on: Redis answers, and some worker beats. In words for whoever asks whether central is ready."""

from humeops.central.stream import keyspace

NO_REDIS = "the queue of batches (Redis) does not answer"
NO_WORKER = "no worker folds what is queued (hume-central worker)"

# Who holds a partition says so again each BEAT_MS, and loses it LEASE_MS after the last time.
LEASE_MS = 6_000
BEAT_MS = 2_000
# A worker that has not beaten for so long does not count any more.
GONE_MS = LEASE_MS + BEAT_MS

_COUNT = """
local now = redis.call('TIME')
return redis.call('ZCOUNT', KEYS[1], now[1] * 1000 + math.floor(now[2] / 1000) - tonumber(ARGV[1]), '+inf')
"""
# For EVAL, of either kind of client. By the clock of Redis, as workers beat.
LIVING = (_COUNT, 1, keyspace.WORKERS, GONE_MS)


def trouble(living: int) -> str:
    """Return what is wrong with so many living workers; nothing when it is well."""
    return "" if living else NO_WORKER
