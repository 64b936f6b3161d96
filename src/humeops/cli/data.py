# SPDX-License-Identifier: MIT
"""`hume data`: the data that scripts shared: current value, who wrote it and when."""

from collections.abc import Sequence

import click

from humeops.api import schemas
from humeops.cli import choosing, listing, options, phrases
from humeops.clock import SystemClock

COLUMNS = ("host", "task", "key", "amount", "time", "uid")


@click.command("data")
@click.argument("words", metavar="[HOST[:TASK]] [FILTER]...", type=options.filled, nargs=-1)
@click.option("--host", type=options.filled, metavar="HOST", help="Only this host.")
@click.option("--task", type=options.filled, metavar="TASK", help="Only this task.")
@click.option("--key", type=options.filled, metavar="KEY", help="Only this piece.")
@options.listing_options(default_limit=1000)
@options.central_options
def command(
    words: Sequence[str],
    host: str | None,
    task: str | None,
    key: str | None,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """List shared data with who wrote it and when.

    FILTER: as in 'key:bytes since:1d'; see docs/reference/filters.md.
    """
    name, words = choosing.split(words)
    named_host, _, named_task = (name or "").partition(":")
    now_ns = SystemClock().wall_ns()
    params = choosing.question(
        *(choosing.named("host", host or named_host), choosing.named("task", task or named_task)),
        *(choosing.named("key", key), choosing.read(words, "data")),
        now_ns=now_ns,
    )
    found = options.ask(central, folder).items("data", schemas.DataPage, params, limit)
    derived = {"amount": lambda datum: phrases.amount(datum, now_ns)}
    listing.print_items(
        found, output, columns, COLUMNS, schemas.DatumView, now_ns, empty="no such data", derived=derived
    )
    return 0
