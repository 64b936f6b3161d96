# SPDX-License-Identifier: MIT
"""From said to committed in a large installation: humed, api, Redis, worker, PostgreSQL, at a steady rate."""

import threading
import time

import psycopg

from tests.bench import path
from tests.bench.report import Table, milliseconds, percentile
from tests.bench.usage import Usage, core
from tests.fixtures.large import LargeInstallation, large_installation
from tests.fixtures.processes import Installation


def measure(rate: int = 1_000) -> Table:
    """Return the table for this many events/s."""
    table = Table(
        "said → committed through Redis into PostgreSQL (one machine)",
        ["events/s", "events", "median", "99 %", "slowest", "one core: humed, api, worker, PostgreSQL, Redis"],
    )
    with large_installation(durable=True) as installed:
        api, worker = installed.start_central(role="api"), installed.start_worker()
        humed = installed.start_humed()
        servers = [installed.sql.pid, installed.streams.pid]
        usage = Usage({str(pid): [pid] for pid in (humed.pid, api.pid, worker.pid, *servers)})
        took = path.follow(installed, rate, watch)
        shares = ", ".join(core(share) for share, _ in usage.shares().values())
    figures = [milliseconds(percentile(took, share)) for share in (0.5, 0.99, 1.0)]
    table.rows.append([f"{rate:,}", f"{len(took):,}", *figures, shares])
    table.remarks.append(
        "Said and seen on one machine by one clock; a reader looks into the database every millisecond."
    )
    return table


def watch(installed: Installation, seen: dict[str, float], stop: threading.Event) -> None:
    """Note when each event is first seen in the database."""
    assert isinstance(installed, LargeInstallation)
    with psycopg.connect(installed.sql_url, autocommit=True) as db:
        last = b""
        while not stop.is_set():
            # Ids begin with the time they were made, and one host's come in order: what is new sorts behind what was seen.
            found = [row[0] for row in db.execute("SELECT id FROM event WHERE id > %s", (last,)).fetchall()]
            now = time.perf_counter()
            seen.update((event_id.hex(), now) for event_id in found)
            last = max(found, default=last)
            time.sleep(path.LOOK_SECONDS)
