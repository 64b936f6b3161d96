# SPDX-License-Identifier: MIT
"""The machine the other numbers were measured on: without it they mean little."""

import os
import pathlib
import platform
import sqlite3
import sys
import tempfile
import time

import zmq

from tests.bench.report import Table, milliseconds, percentile


def measure() -> Table:
    """Return cores, versions, and what one small fdatasync costs here."""
    table = Table("The machine", ["what", "found"])
    syncs = fdatasync_seconds(300)
    table.rows += [
        ["cores", str(os.cpu_count())],
        ["kernel", platform.release()],
        ["Python, libzmq, SQLite", f"{sys.version.split()[0]}, {zmq.zmq_version()}, {sqlite3.sqlite_version}"],
        ["load when it began", f"{os.getloadavg()[0]:.1f}"],
        [
            "fdatasync of 400 appended bytes",
            f"median {milliseconds(percentile(syncs, 0.5))}, 99 % {milliseconds(percentile(syncs, 0.99))}",
        ],
    ]
    return table


def fdatasync_seconds(count: int) -> list[float]:
    """Append 400 bytes and fdatasync, so many times; return how long each took."""
    took = []
    with tempfile.TemporaryDirectory(prefix="hume-bench-", dir="/tmp") as folder:
        fd = os.open(pathlib.Path(folder) / "synced", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for _ in range(count):
            began = time.perf_counter()
            os.write(fd, b"x" * 400)
            os.fdatasync(fd)
            took.append(time.perf_counter() - began)
        os.close(fd)
    return took
