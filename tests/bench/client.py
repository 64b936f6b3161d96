# SPDX-License-Identifier: MIT
"""What one call costs the script: `hume info` acked and fsynced, beside `logger`, `curl` and a Python start, in one hyperfine run."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench.report import Table, milliseconds
from tests.fixtures.processes import Installation, find_hume, installation, wait_until

RUNS = 500


def measure() -> Table:
    """Return the table; what the machine lacks is left out and said."""
    with installation() as installed, rsyslog(installed.root) as log_socket:
        installed.start_central()
        installed.start_humed()
        commands = contenders(installed, log_socket)
        results = hyperfine(installed, commands)
        table = Table("One call, the whole process", ["command", "median", "mean ± σ", "of `logger`"])
        logger = next((found["median"] for name, found in results.items() if name.startswith("`logger`")), None)
        for name, found in results.items():
            ratio = f"{found['median'] / logger:.2f}" if logger else "no rsyslog here"
            spread = f"{milliseconds(found['mean'])} ± {milliseconds(found['stddev'])}"
            table.rows.append([name, milliseconds(found["median"]), spread, ratio])
        table.remarks.append(footprint(installed))
        return table


def contenders(installed: Installation, log_socket: pathlib.Path | None) -> dict[str, list[str]]:
    """Return what is compared."""
    hume = str(find_hume())
    commands = {
        "`hume info` (stored: committed, fsynced, acked)": [hume, "info", "--strict", "-t", "bench", "one event"]
    }
    if log_socket is not None:
        commands["`logger` (to a running rsyslog: no ack, no fsync)"] = ["logger", "-u", str(log_socket), "one event"]
    if shutil.which("curl"):
        url = installed.layout.central_url.read_text().strip() + "/healthz"
        commands["`curl` to a local HTTP server"] = ["curl", "-fsS", "-o", "/dev/null", url]
    commands["`python3 -c pass`"] = [sys.executable, "-c", "pass"]
    return commands


def hyperfine(installed: Installation, commands: dict[str, list[str]]) -> dict[str, dict[str, float]]:
    """Run all of them in one hyperfine; return its figures by name."""
    out = installed.root / "hyperfine.json"
    command = ["hyperfine", "-N", "--warmup", "50", "--runs", str(RUNS), "--export-json", str(out), "--style", "none"]
    command += [" ".join(f"'{word}'" for word in words) for words in commands.values()]
    subprocess.run(command, env=installed.environ(), check=True, stdout=subprocess.DEVNULL)
    return dict(zip(commands, json.loads(out.read_text())["results"], strict=True))


@contextlib.contextmanager
def rsyslog(root: pathlib.Path) -> Iterator[pathlib.Path | None]:
    """Run an rsyslog of our own that writes what `logger` says to a file; None where there is none."""
    program = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"
    if not pathlib.Path(program).exists():
        yield None
        return
    log_socket = root / "log.sock"
    config = root / "rsyslog.conf"
    config.write_text(
        f'global(workDirectory="{root}")\n'
        'module(load="imuxsock" SysSock.Use="off")\n'
        f'input(type="imuxsock" Socket="{log_socket}")\n'
        f'action(type="omfile" file="{root}/messages")\n'
    )
    command = [program, "-n", "-f", str(config), "-i", str(root / "rsyslog.pid")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(log_socket.exists, "rsyslog listens")
        yield log_socket
    finally:
        process.terminate()
        process.wait(timeout=10)


def footprint(installed: Installation) -> str:
    """Return the binary's size, how it is linked, and its peak memory while it waits for an ack."""
    hume = find_hume()
    humed_pid = int(installed.layout.pid_file.read_text())
    os.kill(humed_pid, signal.SIGSTOP)
    try:
        call = subprocess.Popen([hume, "info", "--deadline", "1000", "-t", "bench", "x"], env=installed.environ())
        time.sleep(0.3)
        status = pathlib.Path(f"/proc/{call.pid}/status").read_text()
        call.wait(timeout=10)
    finally:
        os.kill(humed_pid, signal.SIGCONT)
    peak = next(line.split(":")[1].strip() for line in status.splitlines() if line.startswith("VmHWM"))
    dynamic = b"/ld-" in hume.read_bytes()[:4096]
    linked = "dynamically linked" if dynamic else "static"
    return f"The binary: {hume.stat().st_size:,} bytes, {linked}; peak resident memory of a call: {peak}."
