# SPDX-License-Identifier: MIT
"""humed under callers that each wait for their ack: events/s, events per commit, the ack's 99th percentile, memory."""

import os
import pathlib
import secrets
import time

import zmq

from humeops.event import Event, Origin
from humeops.wire import codec, eventid
from tests.bench.report import Table, milliseconds, percentile
from tests.fixtures import eset
from tests.fixtures.processes import Installation, installation

SECONDS = 4.0


def measure() -> Table:
    """Return the table for 1, 10 and 50 callers at once."""
    table = Table(
        "humed, acked (REQ over ipc, ~300-byte events, synchronous=FULL)",
        ["callers at once", "events/s", "events per commit", "ack, median", "ack, 99 %", "humed resident"],
    )
    with installation() as installed:
        humed = installed.start_humed()
        table.rows.append(["none yet", "", "", "", "", resident(humed.pid)])
        for callers in (1, 10, 50):
            before = eset.queue(installed)
            took = closed_loop(installed, callers)
            after = eset.queue(installed)
            per_commit = (after["stored"] - before["stored"]) / (after["commits"] - before["commits"])
            table.rows.append(
                [
                    str(callers),
                    f"{len(took) / SECONDS:,.0f}",
                    f"{per_commit:.1f}",
                    milliseconds(percentile(took, 0.5)),
                    milliseconds(percentile(took, 0.99)),
                    resident(humed.pid),
                ]
            )
    table.remarks.append(
        "Callers are REQ sockets of one Python process, each saying its next event when it has its ack."
    )
    return table


def closed_loop(installed: Installation, callers: int) -> list[float]:
    """Let so many callers say events for a while; return how long each ack took."""
    took: list[float] = []
    with zmq.Context() as context:
        poller = zmq.Poller()
        began: dict[zmq.Socket[bytes], float] = {}
        for _ in range(callers):
            caller = context.socket(zmq.REQ)
            caller.linger = 0
            caller.connect(f"ipc://{installed.layout.socket}")
            poller.register(caller, zmq.POLLIN)
            began[caller] = say(caller)
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            for caller, _ in poller.poll(100):
                assert caller.recv().startswith(b"0 ")
                took.append(time.perf_counter() - began[caller])
                began[caller] = say(caller)
        for caller in began:
            caller.close()
    return took


def make_event(
    message: str = "rsync finished without errors, 12345 files looked at, 17 transferred", task: str = "bench"
) -> Event:
    """Return an event of about 300 bytes, as the native client says it."""
    now = time.time_ns()
    return Event(
        v=1,
        id=eventid.make_event_id(now, secrets.randbits(62)),
        kind="log",
        time=now,
        boot="8b1f6b0e-4c7a-4f0b-9d53-0d7a1f0c2f11",
        mono=time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        task=task,
        message=message,
        tags=["cron", "bench"],
        origin=Origin(line=41, script="/usr/local/sbin/bench.sh", chain=[(4711, 123456)]),
    )


def say(caller: "zmq.Socket[bytes]") -> float:
    """Send one event; return when."""
    body = codec.encode(make_event())
    now = time.perf_counter()
    caller.send(body)
    return now


def resident(pid: int) -> str:
    """Return a process's resident memory."""
    return f"{resident_bytes(pid) / 2**20:.1f} MiB"


def resident_bytes(pid: int) -> int:
    """Return it as a number."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
