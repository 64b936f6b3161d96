# SPDX-License-Identifier: MIT
"""`hume scripts`: which scripts run where, signed by whom; which are unsigned, do not verify, changed, or expire."""

from collections.abc import Callable, Sequence

import click

from humeops import moments
from humeops.api import schemas
from humeops.cli import choosing, listing, options
from humeops.clock import SystemClock
from humeops.filters.keys import SIGNATURES

COLUMNS = ("host", "task", "signed", "news", "seen", "path")


@click.command("scripts")
@click.argument("words", metavar="[HOST[:TASK]] [FILTER]...", type=options.filled, nargs=-1)
@click.option("--host", type=options.filled, metavar="HOST", help="Only this host.")
@click.option("--task", type=options.filled, metavar="TASK", help="Only this task.")
@click.option("--signer", type=options.filled, metavar="NAME", help="Only what this person signed.")
@click.option(
    "--signature",
    "signatures",
    multiple=True,
    type=options.one_of("signature", SIGNATURES),
    metavar="WORD",
    help="signed, unsigned, unverified, changed or expiring; may be repeated.",
)
@options.listing_options(default_limit=1000)
@options.central_options
def command(
    words: Sequence[str],
    host: str | None,
    task: str | None,
    signer: str | None,
    signatures: Sequence[str],
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """List the scripts that tasks run, as their last runs showed them.

    FILTER: as in 'signature:unsigned,changed host:db*'; see docs/reference/filters.md.
    """
    host, task, words = choosing.place(words, host, task)
    now_ns = SystemClock().wall_ns()
    params = choosing.question(
        *(choosing.named("host", host), choosing.named("task", task)),
        *(choosing.named("signer", signer), choosing.named("signature", *signatures)),
        choosing.read(words, "scripts"),
        now_ns=now_ns,
    )
    found = options.ask(central, folder).items("scripts", schemas.ScriptPage, params, limit)
    derived: dict[str, Callable[[schemas.ScriptView], str]] = {
        "signed": signed,
        "news": lambda script: news(script, now_ns),
        "seen": lambda script: moments.ago(script.at, now_ns),
    }
    empty = "no such script: one is known from its first run on"
    listing.print_items(found, output, columns, COLUMNS, schemas.ScriptView, now_ns, empty=empty, derived=derived)
    return 0


def signed(script: schemas.ScriptView) -> str:
    """Return how it was signed when it ran last."""
    if script.signature == "ok":
        version = f", version {script.version}" if script.version is not None else ""
        return f"by {script.signer}{version}"
    # The reason first: where there is little room, it is what stays.
    return f"{script.signature}, unverified" if script.signature else "unsigned"


def news(script: schemas.ScriptView, now_ns: int) -> str:
    """Return what wants a look."""
    told = [f"changed {moments.ago(script.since, now_ns)}"] if "changed" in script.marks else []
    if "expiring" in script.marks and script.until is not None:
        told.append(f"{'ends' if script.until > now_ns else 'ended'} {moments.ago(script.until, now_ns)}")
    return ", ".join(told)
