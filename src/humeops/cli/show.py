# SPDX-License-Identifier: MIT
"""`hume show RUN`: one run, told from its start to its end."""

import sys
import urllib.parse

import click

from humeops import cells
from humeops.api import schemas
from humeops.cli import client, listing, options, timeline, wholerun
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock

NOT_FOUND = 1


@click.command("show")
@click.argument("name", metavar="[RUN]", type=options.filled, required=False)
@click.option("--all", "everything", is_flag=True, help="All of a long run; a terminal gets its beginning and its end.")
@options.output_option(meaning="table, json (the run), ndjson or csv (its events).")
@options.central_options
def command(name: str | None, everything: bool, output: str, central: str | None, folder: str | None) -> int:
    """Show one run as a timeline.

    RUN is an id, a short id as tables show it, HOST:TASK or TASK (its latest run); without it, the latest run of all.
    Exit status: 0, or 1 when there is no such run.
    """
    asked = options.ask(central, folder)
    detail = find(asked, name)
    if detail is None:
        print(f"hume: no such run{': ' + ascii(name)[1:-1] if name else ', none was ever seen'}", file=sys.stderr)
        return NOT_FOUND
    _print(wholerun.complete(asked, detail, everything or output != "table"), output, everything)
    return 0


def _print(detail: schemas.RunDetail, output: str, everything: bool) -> None:
    now_ns, terminal = SystemClock().wall_ns(), terminal_of(sys.stdout)
    if output == "json":
        print(cells.to_json(listing.to_record(detail)))
    elif output == "table":
        # Only a screen is too small for all of it; a file or a pager is not.
        for line in timeline.draw(terminal, detail, now_ns, folded=terminal.live and not everything):
            print(line)
    else:
        listing.print_items(detail.events, output, None, (), schemas.EventView, now_ns, empty="")


def find(central: client.Central, name: str | None) -> schemas.RunDetail | None:
    """Return the run that is meant, or None when there is none."""
    if name is None:
        latest = next(central.items("runs", schemas.RunPage, {}, limit=1), None)
        if latest is None:
            return None
        name = latest.id
    if name.strip(".") == "":
        return None  # `.` and `..` would be taken for steps in the address
    try:
        return central.fetch(f"runs/{urllib.parse.quote(name, safe='')}", schemas.RunDetail)
    except client.NotFoundError:
        return None
