# SPDX-License-Identifier: MIT
"""`hume silence`: nothing is told of what fits a filter, for a while or again and again; it ends by itself."""

import typing
from typing import Any

import click

from humeops import moments, spans
from humeops.api import alertschemas
from humeops.cli import listing, options
from humeops.clock import NS_PER_SECOND, SystemClock

if typing.TYPE_CHECKING:
    from typing_extensions import override
else:  # typing has it from Python 3.12 on, and nothing at run time needs it

    def override(method):
        """Mark a method that replaces its parent's."""
        return method


COLUMNS = ("id", "state", "what", "until", "author", "why")
_ADD = "add"
# What central takes: a year each time, and a moment that fits into 63 bits of ns.
LONGEST_NS = 365 * spans.DAY
LAST_NS = 291 * LONGEST_NS


class _OrAdd(click.Group):
    """What is no verb of its own is the filter of a new silence."""

    @override
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and self.get_command(ctx, args[0]) is None:
            args = [_ADD, *args]
        return super().resolve_command(ctx, args)


@click.group("silence", cls=_OrAdd)
def command() -> None:
    """Keep something quiet: hume silence 'host:db* tag:cron' --for 2h --why 'moving the disks'. Also: list, end."""


@command.command(_ADD)
@click.argument("what", nargs=-1, required=True, metavar="FILTER", type=options.filled)
@click.option(
    "--for", "span", type=options.span, metavar="SPAN", help="So long: 30m, 2h, 1d; of one that repeats each time."
)
@click.option("--until", "until_text", metavar="WHEN", help="Until then.")
@click.option("--from", "begins_text", metavar="WHEN", help="From then on; now unless it is said.")
@click.option("--cron", metavar="TEXT", help="Again and again, beginning when cron would: '0 2 * * sun'.")
@click.option("--calendar", metavar="TEXT", help="Or as a timer of systemd: 'Sun 02:00'.")
@click.option(
    "--tz",
    metavar="ZONE",
    help="The zone of all these times; unless it is said UTC, and this machine's for --from and --until.",
)
@click.option("--why", required=True, type=options.filled, metavar="TEXT", help="Why, for everybody who wonders.")
@options.central_options
def add(
    what: tuple[str, ...],
    span: int | None,
    until_text: str | None,
    begins_text: str | None,
    cron: str | None,
    calendar: str | None,
    tz: str | None,
    why: str,
    central: str | None,
    folder: str | None,
) -> int:
    """Tell nobody of what fits FILTER; what is still wrong when it ends is told then."""
    until, begins = _moment("--until", until_text, tz), _moment("--from", begins_text, tz)
    repeats = bool(cron or calendar)
    if span is None and (until is None or repeats):
        raise click.UsageError("say for how long: --for 2h", click.get_current_context())
    if span is not None and until is not None and not repeats:
        raise click.UsageError("--for or --until, not both", click.get_current_context())
    now_ns = SystemClock().wall_ns()
    ends_at = until if repeats or span is None else (begins or now_ns) + span
    if (ends_at or 0) > LAST_NS or (repeats and (span or 0) > LONGEST_NS):
        raise click.UsageError(
            "that is too long: --for takes at most 365d each time, and it ends by 2260", click.get_current_context()
        )
    wish = alertschemas.NewSilence(
        " ".join(what),
        why,
        ends_at,
        begins,
        cron or "",
        calendar or "",
        (tz or "") if repeats else "",
        (span or 0) // NS_PER_SECOND if repeats else 0,
    )
    made = options.ask(central, folder).send("silences", alertschemas.SilenceView, wish)
    print(f"silence {made.id} {_until(made)}{_fits(made.tasks)}")
    return 0


@command.command("list")
@click.option("--all", "every", is_flag=True, help="Those that are over, too.")
@options.listing_options(default_limit=200)
@options.central_options
def list_silences(
    every: bool, output: str, columns: str | None, limit: int, central: str | None, folder: str | None
) -> int:
    """What is kept quiet now, or will be; who said so and why."""
    params = {"all": "true"} if every else {}
    found = options.ask(central, folder).items("silences", alertschemas.SilencePage, params, limit)
    listing.print_items(
        found,
        output,
        columns,
        COLUMNS,
        alertschemas.SilenceView,
        SystemClock().wall_ns(),
        empty="nothing is silenced",
        derived={"until": _until, "what": _what},
    )
    return 0


@command.command("end")
@click.argument("number", metavar="ID", type=click.IntRange(1))
@options.central_options
def end(number: int, central: str | None, folder: str | None) -> int:
    """End a silence now."""
    options.ask(central, folder).send("silences/ended", alertschemas.SilenceView, alertschemas.OldSilence(number))
    print(f"silence {number} has ended")
    return 0


def _moment(name: str, text: str | None, tz: str | None) -> int | None:
    try:
        zone = moments.zone_of(tz) if tz else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--tz") from None
    try:
        return None if text is None else moments.parse_moment(text, SystemClock().wall_ns(), zone)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=name) from None


def _fits(tasks: int | None) -> str:
    """Say how many tasks it is about, so that a slip in the filter is seen at once."""
    return "" if tasks is None else "; 1 task fits it now" if tasks == 1 else f"; {tasks} tasks fit it now"


def _what(one: alertschemas.SilenceView) -> str:
    return f"{one.what} (within {one.within})" if one.within else one.what


def _until(one: alertschemas.SilenceView) -> str:
    now_ns = SystemClock().wall_ns()

    def when(moment_ns: Any) -> str:
        return f"{moments.day_and_time(moment_ns, now_ns)}"

    if one.ended_at is not None:
        return f"ended {when(one.ended_at)} by {one.ended_by}"
    if one.holds_until is not None:
        return f"holds until {when(one.holds_until)}"
    return f"begins {when(one.next_at)}" if one.next_at is not None else "is over"
