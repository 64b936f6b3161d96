# SPDX-License-Identifier: MIT
"""`hume status`: every task as it is now, grouped by host, troubles first.

The exit status is a monitoring plugin's: 0 nothing is wrong, 1 a warning, 2 failed, lost, late or overdue, 3 unknown (or
nothing matches what was asked for). Central not there is 75, as everywhere. A host whose events were lost says so under
its name, and counts as a warning.
"""

import dataclasses
import sys
from collections.abc import Sequence

import click

from humeops.api import schemas
from humeops.cli import board, choosing, client, listing, looks, losses, options, watching
from humeops.cli.terminal import Terminal, terminal_of
from humeops.clock import SystemClock
from humeops.filters.tree import EVERYTHING, Node, all_of, any_of

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
    also: Node = EVERYTHING

    def __bool__(self) -> bool:
        """Tell whether anything was asked for in particular."""
        return bool(self.pattern or self.host or self.task or self.tag or self.also != EVERYTHING)

    def fetch(self, central: client.Central) -> list[schemas.TaskView]:
        """Return all tasks that match, for all are judged."""
        given = (("host", self.host), ("task", self.task))
        params = choosing.question(
            *(choosing.named(key, text) for key, text in given),
            *(choosing.named("tag", *self.tag), self._meant(), self.also),
            now_ns=SystemClock().wall_ns(),
        )
        return list(central.items("tasks", schemas.TaskPage, params, sys.maxsize))

    def fetch_losses(self, central: client.Central) -> dict[str, str]:
        """Return what the hosts that match lost; nothing when tasks were asked for, since a loss is no task's."""
        host, _, task = (self.pattern or "").partition(":")
        if self.task or self.tag or task or self.also != EVERYTHING:
            return {}
        notes = losses.fetch(central, self.host, SystemClock().wall_ns())
        return losses.of_hosts(notes, host) if host else notes

    def _meant(self) -> Node:
        host, colon, task = (self.pattern or "").partition(":")
        if colon:
            return all_of([choosing.named("host", host), choosing.named("task", task)])
        return any_of(choosing.named(key, self.pattern) for key in ("host", "task"))


@click.command("status")
@click.argument("words", nargs=-1, type=options.filled, metavar="[PATTERN] [FILTER]...")
@options.place_options
@click.option("--problems", is_flag=True, help="Only what is wrong.")
@click.option("--watch", is_flag=True, help="Keep looking, every two seconds, until Ctrl-C.")
@options.listing_options(default_limit=ALL)
@options.central_options
def command(
    words: Sequence[str],
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

    FILTER: as in 'state:problem tag:cron'; see docs/reference/filters.md.

    Exit status: 0 nothing is wrong, 1 a warning, 2 failed, lost, late or overdue, 3 unknown or nothing matches.
    """
    pattern, words = choosing.split(words)
    wanted = Wanted(pattern, host, task, tag, choosing.read(words, "tasks"))
    asked = options.ask(central, folder)
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
