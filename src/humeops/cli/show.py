# SPDX-License-Identifier: MIT
"""`hume show RUN`: one run, told from its start to its end."""

import sys
import urllib.parse

import click

from humeops.api import schemas
from humeops.cli import client, listing, options, timeline
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock

NOT_FOUND = 1


@click.command("show")
@click.argument("name", metavar="[RUN]", type=options.filled, required=False)
@click.option(
    "-o", "--output", type=options.one_of("format", ("table", "json")), default="table", help="table or json."
)
@options.central_options
def command(name: str | None, output: str, central: str | None, folder: str | None) -> int:
    """Show one run as a timeline.

    RUN is an id, a short id as tables show it, HOST:TASK or TASK (its latest run); without it, the latest run of all.
    Exit status: 0, or 1 when there is no such run.
    """
    detail = find(options.ask(central, folder), name)
    if detail is None:
        print(f"hume: no such run{': ' + ascii(name)[1:-1] if name else ', none was ever seen'}", file=sys.stderr)
        return NOT_FOUND
    if output == "json":
        print(listing.to_json(listing.to_record(detail)))
        return 0
    for line in timeline.draw(terminal_of(sys.stdout), detail, SystemClock().wall_ns()):
        print(line)
    return 0


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
