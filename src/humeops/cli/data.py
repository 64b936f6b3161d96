# SPDX-License-Identifier: MIT
"""`hume data`: the data that scripts shared: current value, who wrote it and when."""

from collections.abc import Sequence

import click

from humeops import moments
from humeops.api import overviews, schemas
from humeops.cli import choosing, listing, options, phrases
from humeops.clock import SystemClock

COLUMNS = ("host", "task", "key", "amount", "time", "uid")
PAST = ("when", "amount", "run", "event")


@click.command("data")
@click.argument("words", metavar="[HOST[:TASK]] [FILTER]...", type=options.filled, nargs=-1)
@click.option("--host", type=options.filled, metavar="HOST", help="Only this host.")
@click.option("--task", type=options.filled, metavar="TASK", help="Only this task.")
@click.option("--key", type=options.filled, metavar="KEY", help="Only this piece.")
@click.option("--history", is_flag=True, help="What one piece was before, newest first: HOST:TASK and --key.")
@options.listing_options(default_limit=1000)
@options.central_options
def command(
    words: Sequence[str],
    host: str | None,
    task: str | None,
    key: str | None,
    history: bool,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """List shared data with who wrote it and when.

    FILTER: as in 'key:bytes since:1d'; see docs/reference/filters.md.
    """
    host, task, words = choosing.place(words, host, task)
    now_ns = SystemClock().wall_ns()
    if history:
        place = {"host": host, "task": task, "key": key or ""}
        if words or not all(place.values()):
            raise click.UsageError("--history is of one piece: hume data HOST:TASK --key KEY --history")
        told = options.ask(central, folder).items("data/history", overviews.HistoryPage, place, limit)
        shown = {
            "when": lambda point: moments.brief(point.at, now_ns),
            "amount": lambda point: phrases.sized(point.value, point.unit),
        }
        empty = "it was never said, or before what is kept"
        listing.print_items(told, output, columns, PAST, overviews.PointView, now_ns, empty=empty, derived=shown)
        return 0
    params = choosing.question(
        *(choosing.named("host", host), choosing.named("task", task)),
        *(choosing.named("key", key), choosing.read(words, "data")),
        now_ns=now_ns,
    )
    found = options.ask(central, folder).items("data", schemas.DataPage, params, limit)
    derived = {"amount": lambda datum: phrases.amount(datum, now_ns)}
    listing.print_items(
        found, output, columns, COLUMNS, schemas.DatumView, now_ns, empty="no such data", derived=derived
    )
    return 0
