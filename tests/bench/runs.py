# SPDX-License-Identifier: MIT
"""humed with ten thousand open runs, each with a process of its own: memory, descriptors, and how soon a death is noticed."""

import contextlib
import os
import pathlib
import secrets
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator

import zmq

from humeops.daemon.processes import Link, Processes
from humeops.event import Event, Origin
from humeops.wire import codec, eventid
from tests.bench.acks import resident
from tests.bench.report import Table, milliseconds, percentile
from tests.fixtures import eset
from tests.fixtures.processes import Installation, installation, wait_until

RUNS = 10_000
DEATHS = 100

Humed = subprocess.Popen[bytes]

# The cheapest process there is: a static program forks them, and each pauses until it is killed or its parent ends.
_FORKER = """
#include <stdio.h>
#include <stdlib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(int argc, char **argv) {
    signal(SIGCHLD, SIG_IGN);
    for (int left = atoi(argv[1]); left > 0; left--) {
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;) pause();
        }
        if (pid < 0) return 1;
        printf("%d\\n", pid);
    }
    printf("all\\n");
    fflush(stdout);
    for (;;) pause();
}
"""


def measure() -> Table:
    """Return the table; without a C compiler it says so."""
    table = Table(f"humed with {RUNS:,} open runs", ["what", "found"])
    with installation() as installed:
        try:
            forker = _compile(installed.root)
        except (OSError, subprocess.CalledProcessError) as error:
            table.remarks.append(f"Not measured: no C compiler ({error}).")
            return table
        humed = installed.start_humed()
        table.rows.append(["resident, descriptors with no run open", _size(humed.pid)])
        with _forked(forker, RUNS + DEATHS) as links:
            humed = _measure_with(installed, humed, links, table)
            began = time.perf_counter()
        wait_until(lambda: _gone(installed) == RUNS + DEATHS, "all are gone", 120)
        table.rows.append([f"{RUNS:,} killed at once → all gone", f"{time.perf_counter() - began:.1f} s"])
        table.rows.append(["resident, descriptors afterwards", _size(humed.pid)])
    table.remarks.append(
        "Each run has a process of its own. A death is said 0.1 s after it was noticed, so that what the script said last goes first; "
        "a reader looks into the spool every millisecond."
    )
    return table


def _measure_with(installed: Installation, humed: Humed, links: list[Link], table: Table) -> Humed:
    """Fill in what is found with all runs open; return the humed that is there in the end."""
    runs = dict(zip(links, _start_runs(installed, links), strict=True))
    wait_until(
        lambda: eset.queue(installed)["runs_watched"] + eset.queue(installed)["runs_looked_at"] >= RUNS,
        "all are watched",
    )
    table.rows.append([f"resident, descriptors with {len(links):,} runs open", _size(humed.pid)])
    seen = eset.queue(installed)
    table.rows.append(["watched by a descriptor, looked at", f"{seen['runs_watched']:,}, {seen['runs_looked_at']:,}"])
    # Those that came first have descriptors; the few beyond the bound are found within ten seconds.
    took = [_seconds_to_gone(installed, link[0], runs[link]) for link in links[:DEATHS]]
    figures = [milliseconds(percentile(took, share)) for share in (0.5, 0.99, 1.0)]
    table.rows.append([f"SIGKILL → `gone` committed, {DEATHS} times: median, 99 %, worst", ", ".join(figures)])
    humed.terminate()
    humed.wait(20)
    began = time.perf_counter()
    humed = installed.start_humed()
    table.rows.append(["humed starts anew and watches all of them", f"{time.perf_counter() - began:.1f} s"])
    return humed


def _compile(folder: pathlib.Path) -> pathlib.Path:
    program = folder / "forker"
    subprocess.run(["cc", "-O1", "-static", "-x", "c", "-", "-o", program], input=_FORKER.encode(), check=True)
    return program


@contextlib.contextmanager
def _forked(program: pathlib.Path, count: int) -> Iterator[list[Link]]:
    """Give so many processes; all are killed when the block is left."""
    parent = subprocess.Popen([program, str(count)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    try:
        pids = list(iter(parent.stdout.readline, "all\n"))
        found = [Processes().look(int(pid)) for pid in pids]
        yield [seen.link for seen in found if seen is not None]
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


def _start_runs(installed: Installation, links: list[Link]) -> list[str]:
    processes = Processes()
    ids = []
    with zmq.Context() as context, context.socket(zmq.REQ) as caller:
        caller.linger = 0
        caller.connect(f"ipc://{installed.layout.socket}")
        for link in links:
            event = _start(processes, link)
            caller.send(codec.encode(event))
            assert caller.recv().startswith(b"0 ")
            ids.append(event.id)
    return ids


def _start(processes: Processes, link: Link) -> Event:
    now = time.time_ns()
    return Event(
        v=1,
        id=eventid.make_event_id(now, secrets.randbits(62)),
        kind="start",
        time=now,
        boot=processes.boot,
        mono=time.clock_gettime_ns(time.CLOCK_BOOTTIME),
        task="bench",
        origin=Origin(script="/usr/local/sbin/bench.sh", chain=[link], pidns=processes.pidns),
    )


def _seconds_to_gone(installed: Installation, pid: int, run_id: str) -> float:
    query = "SELECT 1 FROM run WHERE id = ? AND gone IS NOT NULL"
    with contextlib.closing(sqlite3.connect(f"file:{installed.layout.spool}?mode=ro", uri=True)) as db:
        began = time.perf_counter()
        os.kill(pid, signal.SIGKILL)
        while not db.execute(query, (run_id,)).fetchone():
            assert time.perf_counter() - began < 30
            time.sleep(0.001)
        return time.perf_counter() - began


def _gone(installed: Installation) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{installed.layout.spool}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM run WHERE gone IS NOT NULL").fetchone()[0])


def _size(pid: int) -> str:
    return f"{resident(pid)}, {len(os.listdir(f'/proc/{pid}/fd')):,}"
