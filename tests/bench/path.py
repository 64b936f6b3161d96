# SPDX-License-Identifier: MIT
"""From said to committed in the central database, embedded: the whole way of an event at a steady rate."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable

import zmq

from humeops.wire import codec
from tests.bench.acks import make_event, resident
from tests.bench.report import Table, milliseconds, percentile
from tests.fixtures.processes import Installation, installation, wait_until

SECONDS = 10.0
# How often the reader looks; half of it is in every figure.
LOOK_SECONDS = 0.001


Watch = Callable[[Installation, dict[str, float], threading.Event], None]


def measure() -> Table:
    """Return the table for 100 and 1,000 events/s."""
    table = Table(
        "said → committed in the central database (embedded, SQLite, one machine)",
        ["events/s", "events", "median", "99 %", "slowest", "humed resident", "central resident"],
    )
    with installation() as installed:
        central = installed.start_central()
        humed = installed.start_humed()
        for rate in (100, 1_000):
            took = follow(installed, rate, watch_file)
            figures = [milliseconds(percentile(took, share)) for share in (0.5, 0.99, 1.0)]
            table.rows.append([f"{rate:,}", f"{len(took):,}", *figures, resident(humed.pid), resident(central.pid)])
    table.remarks.append(
        "Said and seen on one machine by one clock; a reader looks into the database every millisecond."
    )
    return table


def follow(installed: Installation, rate: int, watch: Watch) -> list[float]:
    """Say events at this rate; return for each how long it took until a reader of the database saw it."""
    said: dict[str, float] = {}
    seen: dict[str, float] = {}
    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(installed, seen, stop))
    watcher.start()
    say_at(installed, rate, said)
    with contextlib.suppress(Exception):
        wait_until(lambda: said.keys() <= seen.keys(), "all of it is central", 30)
    stop.set()
    watcher.join()
    assert said.keys() <= seen.keys(), "events are missing"
    return [seen[event_id] - at for event_id, at in said.items()]


def say_at(installed: Installation, rate: int, said: dict[str, float]) -> None:
    """Say events at a steady rate, without waiting for acks, and note when."""
    with zmq.Context() as context, context.socket(zmq.DEALER) as out:
        out.linger = 2_000
        out.connect(f"ipc://{installed.layout.socket}")
        began = time.perf_counter()
        for number in range(int(rate * SECONDS)):
            pause = began + number / rate - time.perf_counter()
            if pause > 0:
                time.sleep(pause)
            event = make_event()
            said[event.id.replace("-", "")] = time.perf_counter()
            out.send_multipart([b"", codec.encode(event)])
            with contextlib.suppress(zmq.Again):
                while True:
                    out.recv_multipart(zmq.NOBLOCK)


def watch_file(installed: Installation, seen: dict[str, float], stop: threading.Event) -> None:
    """Note when each event is first seen in the database."""
    with contextlib.closing(sqlite3.connect(f"file:{installed.layout.database}?mode=ro", uri=True)) as db:
        # Ids begin with the time they were made: what is new sorts behind what was seen.
        last = db.execute("SELECT coalesce(max(hex(id)), '') FROM event").fetchone()[0].lower()
        while not stop.is_set():
            query = "SELECT lower(hex(id)) FROM event WHERE id > ?"
            found = [event_id for (event_id,) in db.execute(query, (bytes.fromhex(last),))]
            now = time.perf_counter()
            seen.update((event_id, now) for event_id in found)
            last = max(found, default=last)
            time.sleep(LOOK_SECONDS)
