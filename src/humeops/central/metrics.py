# SPDX-License-Identifier: MIT
"""What central counts of itself, for Prometheus: each hop of a batch, from intake to commit. docs/reference/metrics.md lists it.

Counted once a batch, a transaction or a request, never once an event: counting costs nothing that could be measured. What
nobody counts (queues, connections) is asked when somebody looks: collectors that are handed to `render`.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

import prometheus_client
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from humeops.central.store.database import Database
from humeops.central.store.tally import CONTENDED

CONTENT_TYPE = prometheus_client.CONTENT_TYPE_PLAIN_0_0_4
Way = Literal["database", "stream"]

# The time each series was made says nothing here, and would double the page.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0)

INTAKE_BATCHES = Counter("hume_intake_batches", "Batches taken in.", ["way"], registry=None)
INTAKE_EVENTS = Counter("hume_intake_events", "Events in batches taken in.", ["way"], registry=None)
INTAKE_BYTES = Counter("hume_intake_bytes", "Bytes of batches taken in.", ["way"], registry=None)
INTAKE_REFUSED = Counter("hume_intake_refused", "Batches not taken in.", ["reason"], registry=None)
REQUESTS = Counter("hume_api_requests", "Requests answered.", ["route", "status"], registry=None)
REQUEST_SECONDS = Histogram(
    "hume_api_request_seconds", "From a request to the end of its answer.", ["route"], buckets=_SECONDS, registry=None
)
STORED = Counter("hume_store_events", "Events that transactions ended with.", ["outcome"], registry=None)
TRANSACTIONS = Counter("hume_worker_transactions", "Transactions a worker committed.", registry=None)
BATCHES = Counter("hume_worker_batches", "Batches a worker committed.", registry=None)
GROUPS = Histogram(
    "hume_worker_transaction_batches",
    "Batches in a transaction.",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
    registry=None,
)
TRANSACTION_SECONDS = Histogram(
    "hume_worker_transaction_seconds", "Duration of a worker's transaction.", buckets=_SECONDS, registry=None
)
LAG_SECONDS = Histogram(
    "hume_worker_lag_seconds", "From the receipt of a batch to its commit.", buckets=_SECONDS, registry=None
)
LEASES = Gauge("hume_worker_leases", "Partitions this worker holds.", registry=None)
LEASES_LOST = Counter("hume_worker_leases_lost", "Leases that went to another worker.", registry=None)
WAITS = Counter("hume_worker_waits", "Times a worker waited for Redis or the database.", registry=None)
MESSAGES = Counter("hume_notifier_messages", "Attempts to tell a message on a channel.", ["outcome"], registry=None)

COUNTED: tuple[Collector, ...] = (
    INTAKE_BATCHES,
    INTAKE_EVENTS,
    INTAKE_BYTES,
    INTAKE_REFUSED,
    REQUESTS,
    REQUEST_SECONDS,
    STORED,
    CONTENDED,
    TRANSACTIONS,
    BATCHES,
    GROUPS,
    TRANSACTION_SECONDS,
    LAG_SECONDS,
    LEASES,
    LEASES_LOST,
    WAITS,
    MESSAGES,
)


class Told(Protocol):
    """What a transaction ended with (store.taking.Taken)."""

    @property
    def stored(self) -> int: ...
    @property
    def known(self) -> int: ...
    @property
    def dead(self) -> int: ...


def note_intake(way: Way, events: int, size: int) -> None:
    """Count a batch that was taken in."""
    INTAKE_BATCHES.labels(way).inc()
    INTAKE_EVENTS.labels(way).inc(events)
    INTAKE_BYTES.labels(way).inc(size)


def note_stored(taken: Iterable[Told]) -> None:
    """Count what a transaction that is committed did with its events."""
    stored = known = dead = 0
    for one in taken:
        stored, known, dead = stored + one.stored, known + one.known, dead + one.dead
    for outcome, number in (("stored", stored), ("known", known), ("dead", dead)):
        STORED.labels(outcome).inc(number)


def note_transaction(seconds: float, lags_seconds: list[float]) -> None:
    """Count a worker's transaction; each of its batches has a lag."""
    TRANSACTIONS.inc()
    BATCHES.inc(len(lags_seconds))
    GROUPS.observe(len(lags_seconds))
    TRANSACTION_SECONDS.observe(seconds)
    for lag in lags_seconds:
        LAG_SECONDS.observe(lag)


class Connections(Collector):
    """How many of the database's connections are in use, and how many there may be."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask the pools."""
        used = GaugeMetricFamily("hume_database_connections", "Connections in use.", labels=["pool"])
        most = GaugeMetricFamily("hume_database_connections_max", "Connections there may be.", labels=["pool"])
        for name, (in_use, size) in self._database.connections().items():
            used.add_metric([name], in_use)
            most.add_metric([name], size)
        yield used
        yield most


def render(more: Iterable[Collector]) -> bytes:
    """Return everything that is counted, and what these find when they are asked, in Prometheus' text form."""
    registry = prometheus_client.CollectorRegistry()
    for collector in (*COUNTED, prometheus_client.ProcessCollector(registry=None), *more):
        registry.register(collector)
    return prometheus_client.generate_latest(registry)
