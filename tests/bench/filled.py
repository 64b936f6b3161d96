# SPDX-License-Identifier: MIT
"""Intake into a store that holds millions of events, against intake into the same store when it was empty."""

import time

import psycopg

from tests.bench import large
from tests.bench.report import Table
from tests.fixtures.large import LargeInstallation, large_installation, wait_for_streams_to_empty

# Spread over the last ten days, as ids of that time: the weeks of a living installation. One run for ten events.
_FILL_EVENTS = """
INSERT INTO event (id, epoch, seq, kind, level, time, boot, mono, host, task, run, message, tags, rest, received_at)
SELECT id, 0, n, 'log', CASE WHEN n % 50 = 0 THEN 3 ELSE 1 END, ns, 'filled', n, 'host-' || n % 1000, 'task-' || n / 1000 % 10,
  decode(substr(encode(id, 'hex'), 1, 12) || '7' || lpad(to_hex(n / 10 % 4096), 3, '0') || '8' || substr(md5((n / 10)::text), 1, 15), 'hex'),
  'rsync finished without errors, 12345 files looked at, 17 transferred', '["cron","bench"]', '{"origin":{"uid":1000}}', ns
FROM (
  SELECT n, ms * 1000000 AS ns, decode(lpad(to_hex(ms), 12, '0') || '7' || substr(h, 1, 3) || '8' || substr(h, 4, 15), 'hex') AS id
  FROM (SELECT n, %(begin)s + (n * %(span)s / %(all)s)::bigint AS ms, md5(n::text) AS h
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS numbered
) AS made
"""
_FILL_RUNS = """
INSERT INTO run (id, short, host, task, state, started_at, ended_at, duration, last_event_at, reason, summary)
SELECT DISTINCT ON (event.run) event.run, substr(encode(event.run, 'hex'), 25), event.host, event.task, 'ok', event.time, event.time,
  1000000000, event.time, '', model.summary
FROM event, (SELECT summary FROM run LIMIT 1) AS model WHERE event.boot = 'filled' AND event.seq BETWEEN %(first)s AND %(last)s AND event.seq % 10 = 0
ON CONFLICT DO NOTHING
"""
_SPAN_MS = 10 * 86_400_000
_PORTION = 500_000


def measure(events: int = 20_000_000, seconds: int = 60, hosts: int = 160, tasks: int = 10, runs: int = 50) -> Table:
    """Return the table: the same load before and after the filling."""
    table = Table(
        f"Intake into {events:,} stored events against an empty store (one worker)", ["store", "events/s", "of empty"]
    )
    with large_installation(durable=True) as installed:
        empty = _rate(installed, seconds, hosts, tasks, runs)
        took = fill(installed, events)
        full = _rate(installed, seconds, hosts, tasks, runs)
    table.rows += [["empty", f"{empty:,.0f}", "1.00"], [f"{events:,} events", f"{full:,.0f}", f"{full / empty:.2f}"]]
    table.remarks.append(f"The generator ran for {took:.0f} s, with every index in place.")
    return table


def fill(installed: LargeInstallation, events: int) -> float:
    """Put so many events, and their runs, into the database; return how many seconds it took."""
    began = time.perf_counter()
    values = {"begin": time.time_ns() // 1_000_000 - _SPAN_MS, "span": _SPAN_MS, "all": events}
    with psycopg.connect(installed.sql_url, autocommit=True) as connection:
        for first in range(1, events + 1, _PORTION):
            portion = {**values, "first": first, "last": min(first + _PORTION - 1, events)}
            connection.execute(_FILL_EVENTS.replace("% ", "%% "), portion)
            print(f"filled {portion['last']:,} events in {time.perf_counter() - began:.0f} s", flush=True)
        connection.execute("VACUUM ANALYZE event")
        connection.execute(_FILL_RUNS.replace("% ", "%% "), {"first": 1, "last": events})
        connection.execute("VACUUM ANALYZE run")
    return time.perf_counter() - began


def _rate(installed: LargeInstallation, seconds: int, hosts: int, tasks: int, runs: int) -> float:
    rate, _ = large.row_of(installed, 1, seconds, hosts, tasks, runs)
    wait_for_streams_to_empty(installed, 120)
    installed.stop_workers()
    return rate
