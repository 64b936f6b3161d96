# SPDX-License-Identifier: MIT
"""`hume events`: what was said, newest first."""

import re
import sys
from collections.abc import Iterator

import click

from humeops import moments
from humeops.api import schemas
from humeops.cli import board, choosing, listing, options, phrases, show
from humeops.cli.terminal import END_OF_LINE
from humeops.clock import SystemClock
from humeops.event import KINDS, LEVELS

COLUMNS = ("time", "host", "task", "what", "said")
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHORT_LEVELS = {"warn": "warning", "err": "error", "crit": "critical"}  # as scripts say them
DERIVED = {"what": phrases.what, "said": phrases.said}


class _Looking:
    """Tells whoever waits at a terminal how far it was looked, where no index finds what is asked."""

    def __init__(self, now_ns: int) -> None:
        self._now_ns = now_ns
        self._has_told = False

    def heed(self, page: schemas.EventPage) -> None:
        if page.looked_to is not None and sys.stderr.isatty():
            self._tell(f"looked back to {moments.day_and_time(page.looked_to, self._now_ns)}, goes on")

    def through(self, found: Iterator[schemas.EventView]) -> Iterator[schemas.EventView]:
        """Yield the same, and take away what was told before anything else is printed."""
        for one in found:
            self._tell("")
            yield one
        self._tell("")

    def _tell(self, what: str) -> None:
        if what or self._has_told:
            self._has_told = bool(what)
            print(f"\r{what}{END_OF_LINE}", end="", file=sys.stderr, flush=True)


@click.command("events")
@click.argument("words", metavar="[FILTER]...", nargs=-1, type=options.filled)
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
    words: tuple[str, ...],
    host: str | None,
    task: str | None,
    tag: tuple[str, ...],
    run: str | None,
    kind: tuple[str, ...],
    level: str | None,
    text: str | None,
    since: int | None,
    until: int | None,
    oldest: bool,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """List what was said, newest first.

    FILTER: as in 'level>=warning since:2d "disk full"'; see docs/reference/filters.md.
    """
    wanted = [
        choosing.read(words, "events"),
        *(choosing.named("host", host), choosing.named("task", task), choosing.named("tag", *tag)),
        *(choosing.named("kind", *kind), choosing.at_least(level), choosing.saying(text)),
        choosing.between(since, until),
    ]
    asked = options.ask(central, folder)
    if run is not None and not _ID.fullmatch(run):
        detail = show.find(asked, run)
        if detail is None:
            print(f"hume: no such run: {ascii(run)[1:-1]}", file=sys.stderr)
            return show.NOT_FOUND
        run = detail.run.id
    wanted.append(choosing.named("run", run))
    now_ns = SystemClock().wall_ns()
    params = {**choosing.question(*wanted, now_ns=now_ns), "order": "oldest" if oldest else None}
    looking = _Looking(now_ns)
    found = looking.through(asked.items("events", schemas.EventPage, params, limit, looking.heed))
    # Nothing although nothing in particular was asked for: nobody has said anything yet.
    empty = "no such event" if params["q"] else "\n".join(board.FIRST_STEPS)
    listing.print_items(found, output, columns, COLUMNS, schemas.EventView, now_ns, empty=empty, derived=DERIVED)
    return 0
