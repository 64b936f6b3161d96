# SPDX-License-Identifier: MIT
"""`hume runs`: runs of one task or of all, newest first."""

import itertools
import sys
import typing
from collections.abc import Iterable, Iterator, Sequence

import click

from humeops.api import schemas
from humeops.cli import board, choosing, client, history, listing, options, show
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
@click.option("--late", is_flag=True, help="Only those that came late: their task was late until they began.")
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
    late: bool,
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

    Exit status: 0, or 1 when there is no such task. A task none of whose runs matches is an empty list, and 0.
    """
    name, words = choosing.split(words)
    named_host, named_task = options.split_name(name)
    host, wanted = host or named_host, task or named_task
    states = (*state, *(["failed"] if failed else []), *(["lost"] if lost else []))
    now_ns = SystemClock().wall_ns()
    params = choosing.question(
        *(choosing.named("host", host), choosing.named("task", wanted)),
        *(choosing.named("tag", *tag), choosing.named("state", *states), choosing.between(since, until)),
        choosing.read(words, "runs"),
        now_ns=now_ns,
    )
    params |= {"late": "true"} if late else {}
    asked = options.ask(central, folder)
    found, is_any = _looked_into(asked.items("runs", schemas.RunPage, params, limit))
    is_known = is_any or not wanted or _is_known(asked, host, wanted)
    if output == "table" and wanted:
        found = _with_history(list(found))
    empty = "no such run" if params["q"] or late else "\n".join(board.FIRST_STEPS)
    listing.print_items(found, output, columns, COLUMNS, schemas.RunView, now_ns, empty if is_known else "")
    if not is_known:
        print(f"hume: no such task: {ascii(name or task)[1:-1]}", file=sys.stderr)
    return 0 if is_known else show.NOT_FOUND


def _looked_into(found: Iterator[schemas.RunView]) -> tuple[Iterable[schemas.RunView], bool]:
    first = list(itertools.islice(found, 1))
    return itertools.chain(first, found), bool(first)


def _is_known(central: client.Central, host: str | None, task: str) -> bool:
    tasks = central.items("tasks", schemas.TaskPage, {"host": host, "task": task}, limit=1)
    return next(tasks, None) is not None


def _with_history(found: Sequence[schemas.RunView]) -> Sequence[schemas.RunView]:
    drawn = list(history.lines(terminal_of(sys.stdout), found))
    for line in drawn:
        print(line)
    if drawn:
        print()
    return found
