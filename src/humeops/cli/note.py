# SPDX-License-Identifier: MIT
"""`hume note`: what machines do not know, written on a task or on one of its runs; without a text, what was written."""

import click
import msgspec

from humeops.api import schemas
from humeops.cli import listing, options, whose
from humeops.clock import SystemClock

COLUMNS = ("time", "author", "kind", "text")


@click.command("note")
@click.argument("name", metavar="RUN|[HOST:]TASK", type=options.filled)
@click.argument("text", nargs=-1, metavar="[TEXT]")
@options.listing_options(default_limit=50)
@options.central_options
def command(
    name: str,
    text: tuple[str, ...],
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """Write TEXT on a run or on a task; without it, list what people wrote there, the newest first."""
    asked = options.ask(central, folder)
    place = whose.find(asked, name)
    if text:
        asked.send("notes", schemas.NoteView, {**place._asdict(), "text": " ".join(text)})
        return 0
    params = {key: value for key, value in place._asdict().items() if value}
    notes = asked.fetch("notes", schemas.NotePage, params).items[:limit]
    worded = [msgspec.structs.replace(note, text=note.text or _did(note.kind)) for note in notes]
    listing.print_items(
        worded, output, columns, COLUMNS, schemas.NoteView, SystemClock().wall_ns(), empty="nobody wrote anything there"
    )
    return 0


def _did(kind: str) -> str:
    return {"take": "took it in hand", "release": "gave it back"}.get(kind, "")
