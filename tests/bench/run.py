# SPDX-License-Identifier: MIT
"""What `hume run` adds to a command: `hume run -- true` beside `true` in one hyperfine run, and its memory while it waits."""

import pathlib
import re
import subprocess

from tests.bench.client import hyperfine
from tests.bench.report import Table, milliseconds
from tests.fixtures.processes import Installation, find_hume, installation

PLAIN = "`true`"


def measure() -> Table:
    """Return the table: humed acknowledges start and stop, each on disk before it does."""
    with installation() as installed:
        installed.start_central()
        installed.start_humed()
        hume = str(find_hume())
        commands = {
            PLAIN: ["true"],
            "`hume run -- true`": [hume, "run", "--", "true"],
            "`hume run --output never -- true`": [hume, "run", "--output", "never", "--", "true"],
        }
        results = hyperfine(installed, commands)
        table = Table("A command run", ["command", "median", "mean ± σ", "over `true`"])
        for name, found in results.items():
            over = found["median"] - results[PLAIN]["median"]
            spread = f"{milliseconds(found['mean'])} ± {milliseconds(found['stddev'])}"
            table.rows.append([name, milliseconds(found["median"]), spread, milliseconds(over)])
        table.remarks.append(footprint(installed))
        return table


def footprint(installed: Installation) -> str:
    """Return the peak memory of hume and of its pump when a command has written a megabyte into a pipe."""
    command = [str(find_hume()), "run", "--", "sh", "-c", "head -c 1000000 /dev/zero; read x"]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=installed.environ(), **streams) as process:  # type: ignore[call-overload]
        process.stdout.read(1_000_000)
        pump = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0]
        peaks = [peak(process.pid), peak(int(pump))]
        process.communicate(b"x\n", timeout=30)
    return f"Peak resident memory: {peaks[0]}; of the process that passes the output on: {peaks[1]}."


def peak(pid: int) -> str:
    """Return the most memory a process had resident."""
    found = re.search(r"VmHWM:\s+(.*)", pathlib.Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return found[1]
