# SPDX-License-Identifier: MIT
"""`hume badge`: an address that answers without a token and shows how a task or a tag is, for pages elsewhere."""

import click

from humeops.api import schemas
from humeops.cli import options, whose

_TAG = "tag:"


@click.command("badge")
@click.argument("name", metavar="[HOST:]TASK|tag:NAME", type=options.filled)
@click.option("--remove", is_flag=True, help="Let its address answer no more; the next one has another.")
@options.central_options
def command(name: str, remove: bool, central: str | None, folder: str | None) -> int:
    """Print the addresses of a badge, as a picture and for shields.io; whoever knows them sees the state."""
    asked = options.ask(central, folder)
    if name.startswith(_TAG):
        body = {"tag": name.removeprefix(_TAG)}
    else:
        place = whose.find(asked, name)
        body = {"host": place.host, "task": place.task}
    made = asked.send("badges/removed" if remove else "badges", schemas.BadgeView, body)
    if not remove:
        print(f"{asked.url}{made.svg}\n{asked.url}{made.json}")
    return 0
