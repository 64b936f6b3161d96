# SPDX-License-Identifier: MIT
"""How soon the death of a script is known centrally: from SIGKILL of a bash script to its run being lost in the database."""

import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import time

from tests.bench.report import Table, milliseconds, percentile
from tests.fixtures.processes import Installation, installation, wait_until

_SCRIPT = """#!/bin/bash
hume start dying
hume flag begun
while :; do sleep 1000; done
"""


def measure(deaths: int = 100) -> Table:
    """Return the table for so many scripts, each killed by itself."""
    with installation() as installed:
        installed.start_central()
        installed.start_humed()
        script = installed.root / "dying.sh"
        script.write_text(_SCRIPT)
        script.chmod(0o755)
        took = [_seconds_to_lost(installed, script) for _ in range(deaths)]
    table = Table(
        "SIGKILL of a script → its run is lost centrally (embedded, SQLite, one machine)",
        ["deaths", "median", "99 %", "worst"],
    )
    table.rows.append([f"{deaths:,}", *(milliseconds(percentile(took, share)) for share in (0.5, 0.99, 1.0))])
    table.remarks.append(
        "humed waits 0.1 s for what the script said last, and gathers what it forwards for 50 ms; "
        "a reader looks into central's database every millisecond."
    )
    return table


def _seconds_to_lost(installed: Installation, path: pathlib.Path) -> float:
    script = subprocess.Popen([path], env=installed.environ(), start_new_session=True)
    try:
        with contextlib.closing(sqlite3.connect(f"file:{installed.layout.database}?mode=ro", uri=True)) as db:
            wait_until(lambda: _count(db, "running"), "the run is known centrally")
            before = _count(db, "lost")
            began = time.perf_counter()
            os.kill(script.pid, signal.SIGKILL)
            while _count(db, "lost") == before:
                assert time.perf_counter() - began < 30
                time.sleep(0.001)
            return time.perf_counter() - began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(script.pid, signal.SIGKILL)  # with its sleep
        script.wait()


def _count(db: sqlite3.Connection, state: str) -> int:
    return int(db.execute("SELECT count(*) FROM run WHERE state = ?", (state,)).fetchone()[0])
