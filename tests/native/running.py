# SPDX-License-Identifier: MIT
"""`hume run` as tests call it, and what it left in the drop folder."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import IO

from humeops.event import Event
from tests.native.conftest import Caller

PYTHON = sys.executable
FAIL = 'echo out; echo err >&2; exit 1'
# A command that says on standard output which signals come, until TERM; "ready" when it listens.
LISTENER = """
import os, signal, time
def tell(number, frame):
    os.write(1, f"{signal.Signals(number).name}\\n".encode())
    if number == signal.SIGTERM:
        os._exit(7)
for name in ("INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "WINCH", "CONT", "ALRM", "ABRT"):
    signal.signal(getattr(signal, "SIG" + name), tell)
os.write(1, b"ready\\n")
while True:  # not pause(): a signal that comes just before it would be told only with the next one
    time.sleep(0.05)
"""


def began_and_ended(hume: Caller) -> tuple[Event, Event]:
    """Return the start and the stop of the one run that was dropped."""
    begun, ended = hume.dropped()
    assert (begun.kind, ended.kind) == ("start", "stop")
    assert ended.run == begun.id
    return begun, ended


def run_into(hume: Caller, out: IO[bytes] | None, err: IO[bytes] | None, *words: str) -> int:
    """Run with these streams."""
    command = [str(hume.program), "run", *words]
    done = subprocess.run(command, env=hume.environment(), stdout=out, stderr=err, check=False, timeout=60)
    return done.returncode


@contextlib.contextmanager
def running(hume: Caller, *words: str, **more: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run `hume run WORDS` with its output in a pipe; end it and its command afterwards."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "env": hume.environment(), **more}
    process = subprocess.Popen([hume.program, "run", *words], **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        for pid in (*children(process.pid), process.pid) if process.poll() is None else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(timeout=30)
        for pipe in filter(None, (process.stdin, process.stdout)):
            pipe.close()


def children(pid: int) -> list[int]:
    """Return the children of this process, oldest first."""
    with contextlib.suppress(OSError):
        return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def command_of(process: subprocess.Popen[bytes]) -> int:
    """Return the command's pid, the youngest of hume's children; it must have begun."""
    return children(process.pid)[-1]


def pump_of(process: subprocess.Popen[bytes]) -> int:
    """Return the pid of the process that passes the output on, the eldest of hume's children."""
    return children(process.pid)[0]


def state_of(pid: int) -> str:
    """Return what the kernel says a process does: S sleeps, T stopped, Z ended; empty: there is none."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""
