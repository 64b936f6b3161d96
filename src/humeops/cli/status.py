# SPDX-License-Identifier: MIT
"""`hume status`: every task as it is now, grouped by host, troubles first.

The exit status is a monitoring plugin's: 0 nothing is wrong, 1 a warning, 2 failed, lost, late or overdue, 3 unknown (or
nothing matches what was asked for). Central not there is 75, as everywhere. A host whose events were lost says so under
its name, and counts as a warning.
"""

import dataclasses
import fnmatch
import sys
from collections.abc import Sequence

import click

from humeops.api import schemas
from humeops.cli import board, client, listing, looks, losses, options, watching
from humeops.cli.terminal import Terminal, terminal_of
from humeops.clock import SystemClock

COLUMNS = ("host", "state", "task", "since", "last_run.duration", "reason")
UNKNOWN = 3
Seen = tuple[list[schemas.TaskView], dict[str, str]]  # the tasks, and what hosts lost
ALL = 100_000  # more tasks than one person reads; central pages them


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which tasks were asked for; `*` and `?` may stand in each part."""

    pattern: str | None
    host: str | None
    task: str | None
    tag: Sequence[str]

    def __bool__(self) -> bool:
        """Tell whether anything was asked for in particular."""
        return bool(self.pattern or self.host or self.task or self.tag)

    def fetch(self, central: client.Central) -> list[schemas.TaskView]:
        """Return all tasks that match, for all are judged. Central chooses, except by a pattern that may mean host or task."""
        host, colon, task = (self.pattern or "").partition(":")
        params = {"host": self.host or (colon and host), "task": self.task or (colon and task), "tag": self.tag}
        found = central.items("tasks", schemas.TaskPage, params, sys.maxsize)
        return [view for view in found if colon or self._is_meant(view)]

    def fetch_losses(self, central: client.Central) -> dict[str, str]:
        """Return what the hosts that match lost; nothing when tasks were asked for, since a loss is no task's."""
        host, _, task = (self.pattern or "").partition(":")
        if self.task or self.tag or task:
            return {}
        notes = losses.fetch(central, self.host, SystemClock().wall_ns())
        return losses.of_hosts(notes, host) if host else notes

    def _is_meant(self, view: schemas.TaskView) -> bool:
        return not self.pattern or any(_match(name, self.pattern) for name in (view.host, view.task))


@click.command("status")
@click.argument("pattern", required=False, type=options.filled, metavar="[PATTERN]")
@options.place_options
@click.option("--problems", is_flag=True, help="Only what is wrong.")
@click.option("--watch", is_flag=True, help="Keep looking, every two seconds, until Ctrl-C.")
@options.listing_options(default_limit=ALL)
@options.central_options
def command(
    pattern: str | None,
    host: str | None,
    task: str | None,
    tag: tuple[str, ...],
    problems: bool,
    watch: bool,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """Show every task as it is now, grouped by host, troubles first.

    PATTERN is HOST, TASK or HOST:TASK; * and ? stand for any text and any character.

    Exit status: 0 nothing is wrong, 1 a warning, 2 failed, lost, late or overdue, 3 unknown or nothing matches.
    """
    asked, wanted = options.ask(central, folder), Wanted(pattern, host, task, tag)
    listing.parse_columns(columns, schemas.TaskView, COLUMNS)
    if watch:
        if output != "table" or columns is not None:
            raise click.UsageError("--watch draws the board; leave out -o and --columns", click.get_current_context())
        return watching.watch(lambda terminal: _draw(terminal, _look(asked, wanted), wanted, problems, limit))
    seen = tasks, notes = _look(asked, wanted)
    if output == "table" and columns is None:
        print("\n".join(_draw(terminal_of(sys.stdout), seen, wanted, problems, limit)))
    else:
        (shown, left_out), now_ns = _chosen(tasks, problems, limit), SystemClock().wall_ns()
        listing.print_items(shown, output, columns, COLUMNS, schemas.TaskView, now_ns, empty="no task matches")
        if left_out and output == "table":
            print(_cut_note(left_out, limit), file=sys.stderr)
    if wanted and not tasks and not notes:
        return UNKNOWN
    return looks.exit_status([*(view.state for view in tasks), *("warning" for _ in notes)])


def _look(central: client.Central, wanted: Wanted) -> Seen:
    return wanted.fetch(central), wanted.fetch_losses(central)


def _chosen(tasks: list[schemas.TaskView], problems: bool, limit: int) -> tuple[list[schemas.TaskView], int]:
    """Return what is shown, in the board's order, and how many are left out: never a trouble before what is fine."""
    asked_for = [view for view in tasks if not problems or view.state in looks.PROBLEMS]
    worst_first = sorted(asked_for, key=lambda view: (looks.rank(view.state), view.host, view.task))
    return board.in_order(worst_first[:limit]), len(worst_first[limit:])


def _draw(terminal: Terminal, seen: Seen, wanted: Wanted, problems: bool, limit: int) -> list[str]:
    tasks, notes = seen
    if not tasks and not notes:
        return ["No task matches."] if wanted else list(board.FIRST_STEPS)
    shown, left_out = _chosen(tasks, problems, limit)
    if not shown and not notes:
        return [f"Nothing is wrong: {board.summary(terminal, tasks)}."]
    return [
        *board.draw(terminal, shown, SystemClock().wall_ns(), notes),
        *(["", terminal.paint(_cut_note(left_out, limit), "dim")] if left_out else []),
        "",
        terminal.paint(board.summary(terminal, tasks) or "No task.", "dim"),
    ]


def _cut_note(left_out: int, limit: int) -> str:
    return f"{left_out} more not shown (--limit {limit})"


def _match(text: str, pattern: str) -> bool:
    # As central reads patterns: only * and ? are special.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))
