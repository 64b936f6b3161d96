# SPDX-License-Identifier: MIT
"""`hume runs`: runs of one task or of all, newest first."""

import sys
import typing
from collections.abc import Iterable, Sequence

import click

from humeops.api import schemas
from humeops.cli import board, choosing, history, listing, options
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock

COLUMNS = ("state", "short", "host", "task", "started_at", "duration", "reason")
STATES = typing.get_args(schemas.RunState)


@click.command("runs")
@click.argument("words", metavar="[[HOST:]TASK] [FILTER]...", type=options.filled, nargs=-1)
@options.place_options
@click.option(
    "--state",
    multiple=True,
    type=options.one_of("state", STATES),
    metavar="STATE",
    help=f"{', '.join(STATES)}; may be repeated.",
)
@click.option("--failed", is_flag=True, help="The same as --state failed.")
@click.option("--lost", is_flag=True, help="The same as --state lost: those whose process ended without a stop.")
@options.period_options
@options.listing_options(default_limit=50)
@options.central_options
def command(
    words: Sequence[str],
    host: str | None,
    task: str | None,
    tag: tuple[str, ...],
    state: tuple[str, ...],
    failed: bool,
    lost: bool,
    since: int | None,
    until: int | None,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """List runs, newest first.

    Of one task (or a few) a line of small bars comes first: its runs from left to right, the higher the longer.

    FILTER: as in 'state:failed since:2d tag:cron'; see docs/reference/filters.md.
    """
    name, words = choosing.split(words)
    named_host, named_task = options.split_name(name)
    states = (*state, *(["failed"] if failed else []), *(["lost"] if lost else []))
    now_ns = SystemClock().wall_ns()
    params = choosing.question(
        *(choosing.named("host", host or named_host), choosing.named("task", task or named_task)),
        *(choosing.named("tag", *tag), choosing.named("state", *states), choosing.between(since, until)),
        choosing.read(words, "runs"),
        now_ns=now_ns,
    )
    found: Iterable[schemas.RunView] = options.ask(central, folder).items("runs", schemas.RunPage, params, limit)
    if output == "table" and (task or named_task):
        found = _with_history(list(found))
    empty = "no such run" if params["q"] else "\n".join(board.FIRST_STEPS)
    listing.print_items(found, output, columns, COLUMNS, schemas.RunView, now_ns, empty=empty)
    return 0


def _with_history(found: Sequence[schemas.RunView]) -> Sequence[schemas.RunView]:
    drawn = list(history.lines(terminal_of(sys.stdout), found))
    for line in drawn:
        print(line)
    if drawn:
        print()
    return found
