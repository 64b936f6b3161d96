# SPDX-License-Identifier: MIT
"""`hume events`: what was said, newest first."""

import re
import sys
import typing

import click

from humeops.api import schemas
from humeops.cli import board, listing, options, phrases, show
from humeops.clock import SystemClock
from humeops.event import KINDS, LEVELS

COLUMNS = ("time", "host", "task", "what", "said")
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHORT_LEVELS = {"warn": "warning", "err": "error", "crit": "critical"}  # as scripts say them
DERIVED = {"what": phrases.what, "said": phrases.said}


@click.command("events")
@options.place_options
@click.option(
    "--run", type=options.filled, metavar="RUN", help="Only of this run: an id, a short id, HOST:TASK or TASK."
)
@click.option(
    "--kind",
    multiple=True,
    type=options.one_of("kind", KINDS),
    metavar="KIND",
    help=f"{', '.join(KINDS)}; may be repeated.",
)
@click.option(
    "--level", type=options.one_of("level", LEVELS, SHORT_LEVELS), metavar="LEVEL", help="This level and those above."
)
@click.option("--text", type=options.filled, metavar="TEXT", help="Only with this in their text.")
@click.option("--oldest", is_flag=True, help="Oldest first.")
@options.period_options
@options.listing_options(default_limit=100)
@options.central_options
def command(
    run: str | None,
    oldest: bool,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
    **filters: typing.Any,
) -> int:
    """List what was said, newest first."""
    asked = options.ask(central, folder)
    if run is not None and not _ID.fullmatch(run):
        detail = show.find(asked, run)
        if detail is None:
            print(f"hume: no such run: {ascii(run)[1:-1]}", file=sys.stderr)
            return show.NOT_FOUND
        run = detail.run.id
    params = {**filters, "run": run, "order": "oldest" if oldest else None}
    found = asked.items("events", schemas.EventPage, params, limit)
    now_ns = SystemClock().wall_ns()
    # Nothing although nothing in particular was asked for: nobody has said anything yet.
    empty = "no such event" if run is not None or any(filters.values()) else "\n".join(board.FIRST_STEPS)
    listing.print_items(found, output, columns, COLUMNS, schemas.EventView, now_ns, empty=empty, derived=DERIVED)
    return 0
