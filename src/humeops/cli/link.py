# SPDX-License-Identifier: MIT
"""`hume link`: a link that opens the pages in a browser, once."""

import sys

import click

from humeops import moments
from humeops.api import schemas
from humeops.cli import options
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock


@click.command("link")
@options.central_options
def command(central: str | None, folder: str | None) -> int:
    """Print a link that signs you in to central's pages.

    It works once, within a quarter of an hour, for whoever follows it: as you.
    """
    asked = options.ask(central, folder)
    made = asked.send("links", schemas.LinkView)
    print(f"{asked.url}{made.path}")
    if sys.stderr.isatty():
        until = moments.time_of_day(made.expires_at)
        text = f"works once, until {until} ({moments.ago(made.expires_at, SystemClock().wall_ns())})"
        print(terminal_of(sys.stderr).paint(text, "dim"), file=sys.stderr)
    return 0
