# SPDX-License-Identifier: MIT
"""`hume wait TASK`: until the run that is under way has ended, or said a flag, or the task is in a state; the exit status tells how.

Central is asked once a second: one short question of one row, which works through every proxy and outlives a restart of
central. While central is away it is waited for, as long as there is time.
"""

import contextlib
import sys
import time
import typing
from collections.abc import Callable

import click

from humeops.api import schemas
from humeops.cli import choosing, client, looks, options
from humeops.cli.terminal import terminal_of
from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.errors import UnavailableError

TIMED_OUT = 1
ENDED_BADLY = 2
NO_SUCH_TASK = 3
FLAGS = 10_000  # of one run that are looked through
EVERY_SECONDS = 1.0


@click.command("wait")
@click.argument("name", metavar="[HOST:]TASK", type=options.filled)
@click.option("--next", "is_next", is_flag=True, help="For the next run that starts, also when none is under way.")
@click.option("--flag", type=options.filled, metavar="NAME", help="Only until the run says this flag.")
@click.option(
    "--state",
    type=options.one_of("state", typing.get_args(schemas.TaskState)),
    metavar="STATE",
    help="Until the task is in this state, whatever its runs do: ok, failed, late, …",
)
@click.option("--timeout", type=options.span, metavar="SPAN", help="At most so long: 90s, 15m, 2h.")
@options.central_options
def command(
    name: str,
    is_next: bool,
    flag: str | None,
    state: str | None,
    timeout: int | None,
    central: str | None,
    folder: str | None,
) -> int:
    """Wait until the run of a task that is under way has ended; if none is, its last one tells.

    Exit status: 0 it ended well or with a warning, or what was waited for came, 1 timed out, 2 it failed or was lost, or ended without the
    flag, 3 there is no such task.
    """
    if state and (flag or is_next):
        raise click.UsageError("--state is of the task, --flag and --next are of a run", click.get_current_context())
    latest = _Latest(options.ask(central, folder), name)
    patience = _Patience(timeout)
    return _for_state(latest, state, patience) if state else _for_run(latest, is_next, flag, patience)


def _for_run(latest: "_Latest", is_next: bool, flag: str | None, patience: "_Patience") -> int:
    first = latest.fetch()
    if first is None and not is_next:
        return latest.tell_unknown()
    past = first.id if first is not None and is_next and first.state != "running" else None
    run = first if first is not None and past is None else await_other(latest.fetch_patiently, past, patience.is_over)
    while run is not None and run.state == "running" and not latest.has(run, flag) and not patience.is_over():
        patience.pause()
        run = latest.fetch_patiently(run.id) or run
    has = run is not None and latest.has(run, flag)
    if run is None or (run.state == "running" and not has):
        return latest.tell_late("say that flag" if flag else "end")
    _print(run, f"has said {flag}" if has and flag else "")
    if flag:
        return 0 if has else ENDED_BADLY
    return min(2, looks.look_of(run.state).check & 2)


def _for_state(latest: "_Latest", state: str, patience: "_Patience") -> int:
    if latest.task() is None:
        return latest.tell_unknown()
    while (found := latest.task(state)) is None:
        if patience.is_over():
            return latest.tell_late(f"become {state}")
        patience.pause()
    terminal = terminal_of(sys.stdout)
    print(f"{terminal.text(found.host)}:{terminal.text(found.task)} {found.state}")
    return 0


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


class _Patience:
    """How long is waited, and how often is asked."""

    def __init__(self, timeout_ns: int | None) -> None:
        self._clock = SystemClock()
        self._until_ns = None if timeout_ns is None else self._clock.boot_ns() + timeout_ns

    def is_over(self) -> bool:
        return self._until_ns is not None and self._clock.boot_ns() >= self._until_ns

    def pause(self) -> None:
        left = EVERY_SECONDS
        if self._until_ns is not None:
            left = (self._until_ns - self._clock.boot_ns()) / NS_PER_SECOND
        time.sleep(max(0.0, min(EVERY_SECONDS, left)))


class _Latest:
    """Asks for the latest run of a task, or for one run; for the task itself, too."""

    def __init__(self, central: client.Central, name: str) -> None:
        self._central = central
        self._name = ascii(name)[1:-1]
        host, task = options.split_name(name)
        self._place = (choosing.named("host", host), choosing.named("task", task))

    def fetch(self, run: str | None = None) -> schemas.RunView | None:
        """Return the latest run, or this one; None when there is none."""
        params = choosing.question(*self._place, choosing.named("run", run), now_ns=0)
        return next(iter(self._central.items("runs", schemas.RunPage, params, 1)), None)

    def fetch_patiently(self, run: str | None = None) -> schemas.RunView | None:
        """Return the same, None also while central is away."""
        with contextlib.suppress(UnavailableError):
            return self.fetch(run)
        return None

    def has(self, run: schemas.RunView, flag: str | None) -> bool:
        """Tell whether the run has said this flag; while central is away, it has not."""
        if not flag:
            return False
        params = choosing.question(choosing.named("run", run.id), choosing.named("kind", "flag"), now_ns=0)
        with contextlib.suppress(UnavailableError):
            return any(event.flag == flag for event in self._central.items("events", schemas.EventPage, params, FLAGS))
        return False

    def task(self, state: str | None = None) -> schemas.TaskView | None:
        """Return the task, or one of them, if it is in this state."""
        params = choosing.question(*self._place, choosing.named("state", state), now_ns=0)
        try:
            return next(iter(self._central.items("tasks", schemas.TaskPage, params, 1)), None)
        except UnavailableError:
            if state is None:
                raise  # at first: a central that is not there is told, as everywhere
            return None

    def tell_unknown(self) -> int:
        print(f"hume: no run of {self._name} is known", file=sys.stderr)
        return NO_SUCH_TASK

    def tell_late(self, what: str) -> int:
        print(f"hume: {self._name} did not {what} in time", file=sys.stderr)
        return TIMED_OUT


def _print(run: schemas.RunView, more: str) -> None:
    terminal = terminal_of(sys.stdout)
    told = "; ".join(part for part in (run.reason, more) if part)
    reason = f": {terminal.text(told)}" if told else ""
    print(f"{terminal.text(run.host)}:{terminal.text(run.task)} {run.state}{reason}")
