# SPDX-License-Identifier: MIT
"""`hume wait TASK`: until the run that is under way has ended; the exit status tells how.

Central is asked once a second: one short question of one row, which works through every proxy and outlives a restart of
central. While central is away it is waited for, as long as there is time.
"""

import sys
import time
from collections.abc import Callable

import click

from humeops.api import schemas
from humeops.cli import choosing, client, looks, options
from humeops.cli.terminal import terminal_of
from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.errors import UnavailableError

TIMED_OUT = 1
NO_SUCH_TASK = 3
EVERY_SECONDS = 1.0


@click.command("wait")
@click.argument("name", metavar="[HOST:]TASK", type=options.filled)
@click.option("--next", "is_next", is_flag=True, help="For the next run that starts, also when none is under way.")
@click.option("--timeout", type=options.span, metavar="SPAN", help="At most so long: 90s, 15m, 2h.")
@options.central_options
def command(name: str, is_next: bool, timeout: int | None, central: str | None, folder: str | None) -> int:
    """Wait until the run of a task that is under way has ended; if none is, its last one tells.

    Exit status: 0 it ended well or with a warning, 1 timed out, 2 it failed or was lost, 3 there is no such task.
    """
    asked = options.ask(central, folder)
    latest = _Latest(asked, name)
    clock = SystemClock()
    until_ns = None if timeout is None else clock.boot_ns() + timeout
    first = latest.fetch()
    if first is None and not is_next:
        print(f"hume: no run of {ascii(name)[1:-1]} is known", file=sys.stderr)
        return NO_SUCH_TASK
    past = first.id if first is not None and is_next and first.state != "running" else None

    def is_over() -> bool:
        return until_ns is not None and clock.boot_ns() >= until_ns

    run = first if first is not None and past is None else await_other(latest.fetch_patiently, past, is_over)
    while run is not None and run.state == "running" and not is_over():
        _pause(until_ns, clock.boot_ns())
        run = latest.fetch_patiently(run.id) or run
    if run is None or run.state == "running":
        print(f"hume: {ascii(name)[1:-1]} did not end in time", file=sys.stderr)
        return TIMED_OUT
    _print(run)
    return min(2, looks.look_of(run.state).check & 2)


def await_other(
    fetch: Callable[[str | None], schemas.RunView | None], past: str | None, is_over: Callable[[], bool]
) -> schemas.RunView | None:
    """Return the first run that is another one than this, None when the time is over."""
    while not is_over():
        run = fetch(None)
        if run is not None and run.id != past:
            return run
        time.sleep(EVERY_SECONDS)
    return None


class _Latest:
    """Asks for the latest run of a task, or for one run."""

    def __init__(self, central: client.Central, name: str) -> None:
        self._central = central
        host, task = options.split_name(name)
        self._place = (choosing.named("host", host), choosing.named("task", task))

    def fetch(self, run: str | None = None) -> schemas.RunView | None:
        """Return the latest run, or this one; None when there is none."""
        params = choosing.question(*self._place, choosing.named("run", run), now_ns=0)
        return next(iter(self._central.items("runs", schemas.RunPage, params, 1)), None)

    def fetch_patiently(self, run: str | None = None) -> schemas.RunView | None:
        """Return the same, None also while central is away."""
        try:
            return self.fetch(run)
        except UnavailableError:
            return None


def _pause(until_ns: int | None, now_ns: int) -> None:
    left = EVERY_SECONDS if until_ns is None else (until_ns - now_ns) / NS_PER_SECOND
    time.sleep(max(0.0, min(EVERY_SECONDS, left)))


def _print(run: schemas.RunView) -> None:
    terminal = terminal_of(sys.stdout)
    reason = f": {terminal.text(run.reason)}" if run.reason else ""
    print(f"{terminal.text(run.host)}:{terminal.text(run.task)} {run.state}{reason}")
