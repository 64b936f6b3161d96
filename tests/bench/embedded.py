# SPDX-License-Identifier: MIT
"""Central embedded, at full load: events/s that one process takes over HTTP and commits into its SQLite file."""

import threading
import time

import urllib3

from tests.bench.report import Table
from tests.bench.saying import Host
from tests.bench.usage import Usage, core
from tests.fixtures.processes import Installation, installation

_WARM_SECONDS = 2.0


def measure(seconds: int = 60, senders: int = 2, tasks: int = 10, runs: int = 200) -> Table:
    """Return the table; `runs` a batch, of ten events each."""
    table = Table(
        f"HTTP → SQLite, {seconds} s, {10 * runs} events a batch, {senders} connections",
        ["events/s", "one core: central", "central resident"],
    )
    with installation() as installed:
        central = installed.start_central()
        stop = threading.Event()
        threads = [threading.Thread(target=send, args=(installed, tasks, runs, stop)) for _ in range(senders)]
        for thread in threads:
            thread.start()
        time.sleep(_WARM_SECONDS)
        usage, before, began = Usage({"central": [central.pid]}), _committed(installed), time.perf_counter()
        time.sleep(seconds)
        rate = (_committed(installed) - before) / (time.perf_counter() - began)
        share, memory = usage.shares()["central"]
        stop.set()
        for thread in threads:
            thread.join()
    table.rows.append([f"{rate:,.0f}", core(share), f"{memory:.0f} MiB"])
    table.remarks.append("The senders are threads of another process on the same machine.")
    return table


def send(installed: Installation, tasks: int, runs: int, stop: threading.Event) -> None:
    """Send batch after batch, each when the one before is committed."""
    host = Host(0, "here")
    url = f"{installed.layout.central_url.read_text().strip()}/api/v1/intake"
    token = (installed.root / "agent-token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with urllib3.PoolManager(maxsize=1) as pool:
        while not stop.is_set():
            answer = pool.request("POST", url, body=host.runs_of_tasks(tasks, runs), headers=headers)
            assert answer.status == 200, answer.data


def _committed(installed: Installation) -> int:
    ((count,),) = installed.central_rows("SELECT coalesce(sum(committed_upto), 0) FROM agent_epoch")
    assert isinstance(count, int)
    return count
