# SPDX-License-Identifier: MIT
"""Keep a few programs running as children of this process: start, restart with back-off, stop in order.

*Design.* One thread. SIGINT, SIGTERM, SIGHUP and SIGCHLD are blocked and waited for with sigtimedwait, so nothing ever
interrupts anything. Each child has a process group of its own, so that a Ctrl-C typed at the terminal reaches only us and
we stop them in our order; and each is tied to us (humeops.cli.tether), so that even kill -9 of this process leaves none
behind. Only processes started here are ever signalled.
"""

import dataclasses
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from humeops.cli import tether

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 30.0
STEADY_SECONDS = 60.0  # who ran that long starts its back-off anew
STOP_SECONDS = 10.0  # for all children together
MAX_LOG_BYTES = 10_000_000
STOP_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})

Say = Callable[[str], None]


@dataclasses.dataclass
class Child:
    """One program, whether it runs just now or not."""

    name: str
    command: Sequence[str]
    log: pathlib.Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float | None = None
    wait_seconds: float = FIRST_WAIT_SECONDS
    log_begins: int = 0  # where in its log this start begins

    def start(self, parent: int) -> None:
        """Start it; what it writes is appended to its log."""
        tied = [sys.executable, "-I", "-S", tether.__file__, str(parent), *self.command]
        with self.log.open("ab") as log:
            self.log_begins = log.tell()
            self.process = subprocess.Popen(
                tied, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, process_group=0
            )
        self.started_at, self.start_again_at = time.monotonic(), None

    def ended(self) -> int | None:
        """Return its exit status once, when it has ended since we last looked (negative: the signal)."""
        status = self.process.poll() if self.process is not None else None
        if status is not None:
            self.process = None
        return status

    def is_running(self) -> bool:
        """Tell whether it runs."""
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.process is not None:
            self.process.send_signal(number)

    def book_restart(self, now: float) -> float:
        """Plan its next start and return how many seconds that is away; each failure in a row doubles it."""
        if now - self.started_at >= STEADY_SECONDS:
            self.wait_seconds = FIRST_WAIT_SECONDS
        wait, self.wait_seconds = self.wait_seconds, min(self.wait_seconds * 2, LONGEST_WAIT_SECONDS)
        self.start_again_at = now + wait
        return wait

    def last_lines(self, count: int = 10) -> list[str]:
        """Return the end of what it wrote since it was started."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(self.log_begins, log.seek(0, 2) - 8192))
                return log.read().decode("utf-8", "replace").splitlines()[-count:]
        except OSError:
            return []


class Supervisor:
    """Children in the order of their start; they are stopped in the reverse order."""

    def __init__(self, children: Sequence[Child], parent: int, say: Say) -> None:
        self._children = children
        self._parent = parent
        self._say = say
        # Under nohup SIGHUP is ignored, and has to stay so: blocked, it would be delivered to us all the same.
        ignored = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()
        self._waited_for = (STOP_SIGNALS | {signal.SIGCHLD}) - ignored
        signal.pthread_sigmask(signal.SIG_BLOCK, self._waited_for)

    def start(self) -> None:
        """Start every child."""
        for child in self._children:
            rotate(child.log)
            child.start(self._parent)

    def wait(self, seconds: float) -> bool:
        """Wait for something to happen, at most so long; return whether somebody wants us to stop."""
        info = signal.sigtimedwait(self._waited_for, max(0.0, seconds))
        return info is not None and info.si_signo in STOP_SIGNALS

    def look_after(self) -> None:
        """Book a restart for each child that has ended, and start those whose time has come."""
        now = time.monotonic()
        for child in self._children:
            status = child.ended()
            if status is not None:
                wait = child.book_restart(now)
                self._say(f"{child.name} {in_words(status)}; starting it again in {wait:g} s (its log: {child.log})")
            if child.start_again_at is not None and child.start_again_at <= now:
                self._start_again(child, now)

    def _start_again(self, child: Child, now: float) -> None:
        try:
            child.start(self._parent)
        except OSError as error:
            # A full disk or no more processes: the other child goes on, and this one is tried again later.
            wait = child.book_restart(now)
            self._say(f"{child.name} cannot be started ({error.strerror}); trying again in {wait:g} s")

    def stop(self) -> None:
        """Stop the children, last started first, all of them within STOP_SECONDS; a second signal hurries.

        In this order because humed, started last, hands over what it can while central still listens.
        """
        until = time.monotonic() + STOP_SECONDS
        hurry = False
        for child in reversed(self._children):
            child.send(signal.SIGTERM)
            while child.is_running() and not hurry and time.monotonic() < until:
                hurry = self.wait(min(0.2, until - time.monotonic()))
            if child.is_running():
                self._say(f"{child.name} did not stop in time; killed. Nothing that was acknowledged is lost.")
                child.send(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def in_words(status: int) -> str:
    """Return an exit status as a person says it."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"


def rotate(log: pathlib.Path) -> None:
    """Move a log that has grown too long aside; one older one is kept."""
    try:
        if log.stat().st_size > MAX_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
    except FileNotFoundError:
        pass
