# SPDX-License-Identifier: MIT
"""`hume take`: a task's trouble is in hand, everybody sees by whom; until the task is well again, or it is given back."""

import sys

import click

from humeops.api import schemas
from humeops.cli import client, options, whose
from humeops.cli.terminal import terminal_of

NOTHING_THERE = 1


@click.command("take")
@click.argument("name", metavar="[HOST:]TASK", type=options.filled)
@click.argument("text", nargs=-1, metavar="[TEXT]")
@click.option("--release", is_flag=True, help="Give it back.")
@options.central_options
def command(name: str, text: tuple[str, ...], release: bool, central: str | None, folder: str | None) -> int:
    """Take a task's trouble in hand; TEXT may say what you are about to do.

    Exit status: 0, or 1 when the task is well, or with --release when nobody has taken it.
    """
    asked = options.ask(central, folder)
    place = whose.find(asked, name)
    body = {"host": place.host, "task": place.task, "take": not release, "text": " ".join(text)}
    try:
        asked.send("takes", schemas.TakenView, body)
    except client.ConflictError as error:
        print(terminal_of(sys.stderr).text(f"hume: {error}"), file=sys.stderr)
        return NOTHING_THERE
    return 0
