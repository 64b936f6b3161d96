# SPDX-License-Identifier: MIT
"""`hume audit`: what was done at central and what was refused, newest first. For admins."""

import click

from humeops import moments
from humeops.api import auditviews
from humeops.cli import choosing, listing, options
from humeops.clock import SystemClock

COLUMNS = ("when", "actor", "via", "address", "act", "object", "outcome", "detail")


@click.command("audit")
@click.argument("words", metavar="[FILTER]...", nargs=-1, type=options.filled)
@options.period_options
@options.listing_options(default_limit=100)
@options.central_options
def command(
    words: tuple[str, ...],
    since: int | None,
    until: int | None,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """List what was done and what was refused: who, from where, what, to what, when.

    FILTER: as in 'actor:ada outcome:refused since:7d'; see docs/reference/filters.md.
    """
    wanted = [choosing.read(words, "audit"), choosing.between(since, until)]
    asked, now_ns = options.ask(central, folder), SystemClock().wall_ns()
    derived = {"when": lambda line: moments.brief(line.at, now_ns)}
    found = asked.items("audit", auditviews.AuditPage, choosing.question(*wanted, now_ns=now_ns), limit)
    listing.print_items(
        found, output, columns, COLUMNS, auditviews.AuditView, now_ns, empty="nothing of the kind", derived=derived
    )
    return 0
