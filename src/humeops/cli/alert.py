# SPDX-License-Identifier: MIT
"""`hume alert`: what is wrong and who is told of it; the rules, routes and channels by which that is decided."""

import pathlib
import sys
import time
from collections.abc import Sequence

import click
import msgspec

from humeops import moments
from humeops.api import alertschemas, standing
from humeops.cli import applying, choosing, client, listing, options
from humeops.cli.terminal import terminal_of
from humeops.clock import SystemClock
from humeops.errors import Exit

COLUMNS = ("id", "state", "host", "task", "trouble", "since", "reason", "became")
STATES = ("waiting", "open", "taken", "silenced", "closed")
CURRENT = ("waiting", "open", "taken", "silenced")
# How long `test` waits for the notifier.
PATIENCE_SECONDS = 60
_AGAIN_SECONDS = 0.5
_WORDS = {
    "raised": "raised",
    "again": "again",
    "flapping": "flaps",
    "told": "told",
    "held": "not told",
    "reminded": "told again",
    "escalated": "told to others",
    "late": "came late",
    "closed": "over",
}


@click.group("alert")
def command() -> None:
    """What is wrong and who is told. Without any rule written, the address given at set-up is (docs/guide/alerts.md)."""


@command.command("list")
@click.argument("words", nargs=-1, type=options.filled, metavar="[[HOST:]TASK] [FILTER]...")
@click.option(
    "--state",
    multiple=True,
    type=options.one_of("state", STATES),
    metavar="STATE",
    help="waiting, open, taken, silenced or closed; may be repeated. All but closed unless it is said.",
)
@click.option("--all", "every", is_flag=True, help="Closed ones, too.")
@options.listing_options(default_limit=200)
@options.central_options
def list_alerts(
    words: Sequence[str],
    state: tuple[str, ...],
    every: bool,
    output: str,
    columns: str | None,
    limit: int,
    central: str | None,
    folder: str | None,
) -> int:
    """What is wrong now, the newest first.

    FILTER: as in 'tag:cron state:lost since:2d'; see docs/reference/filters.md.
    """
    now_ns = SystemClock().wall_ns()
    states = state or ((*CURRENT, "closed") if every else CURRENT)
    params = {**choosing.of_task(words, "alerts", now_ns), "state": states}
    found = options.ask(central, folder).items("alerts", alertschemas.AlertPage, params, limit)
    listing.print_items(
        found,
        output,
        columns,
        COLUMNS,
        alertschemas.AlertView,
        now_ns,
        empty="nothing is wrong",
        derived={"became": lambda view: standing.of(view, now_ns)},
    )
    return 0


@command.command("show")
@click.argument("number", metavar="ID", type=click.IntRange(1))
@click.option("-o", "--output", type=options.one_of("format", ("table", "json")), default="table", metavar="FORMAT")
@options.central_options
def show_alert(number: int, output: str, central: str | None, folder: str | None) -> int:
    """One alert, and what became of it."""
    found = options.ask(central, folder).fetch(f"alerts/{number}", alertschemas.AlertDetail)
    if output == "json":
        listing.print_record(listing.to_record(found), "json")
        return 0
    terminal, now_ns, one = terminal_of(sys.stdout), SystemClock().wall_ns(), found.alert
    print(
        terminal.text(
            f"{one.host}{f':{one.task}' if one.task else ''}  {one.state}  {one.trouble}: {one.reason or 'no reason'}"
        )
    )
    print(terminal.text(f"  by rule {one.rule}, since {moments.day_and_time(one.since, now_ns)}"))
    print(terminal.text(f"  {standing.of(one, now_ns)}"))
    for entry in found.entries:
        words = f"{_WORDS.get(entry.what, entry.what)}{f': {entry.text}' if entry.text else ''}"
        print(terminal.text(f"  {moments.day_and_time(entry.at, now_ns)}  {words}"))
    return 0


@command.command("apply")
@click.argument("file", type=click.Path(path_type=pathlib.Path))
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--dry-run", is_flag=True, help="Only show the difference.")
@click.option("--unchecked", is_flag=True, help="Do not try the channels: whoever sends has what is missing here.")
@options.central_options
def apply_file(
    file: pathlib.Path, yes: bool, dry_run: bool, unchecked: bool, central: str | None, folder: str | None
) -> int:
    """Put the rules, routes and channels of a TOML file into force; what cannot work is told, the difference is shown first."""
    told, asked = applying.read(file), options.ask(central, folder)
    wish = alertschemas.NewBook(told, True, file.name[:200], unchecked)
    try:
        shown = [(f"{one.sign} {one.what}", one.lines) for one in _write(asked, wish)]
        if (status := applying.why_not(shown, yes, dry_run)) is not None:
            return status
        print(f"{len(_write(asked, msgspec.structs.replace(wish, dry_run=False)))} changed")
    except client.RefusedQuestionError as error:
        if not error.faults:
            raise
        return applying.refuse(file, error.faults)
    return 0


@command.command("export")
@click.option("-o", "--output", type=options.one_of("format", ("toml", "json")), default="toml", metavar="FORMAT")
@options.central_options
def export(output: str, central: str | None, folder: str | None) -> int:
    """Print what is in force, as `apply` takes it; secrets are not in it, and stay as they are when it is applied."""
    found = options.ask(central, folder).fetch("alertbook", alertschemas.BookView)
    if output == "json":
        listing.print_record(listing.to_record(found), "json")
        return 0
    if found.at is None:
        print("# Nothing is written: the rules are hume's own, and mail goes to `alert.mail` of central.toml.")
    else:
        now_ns = SystemClock().wall_ns()
        print(terminal_of(sys.stdout).text(f"# by {found.author}, {moments.day_and_time(found.at, now_ns)}"))
    for line in found.toml.splitlines():
        print(terminal_of(sys.stdout).text(line))
    return 0


@command.command("channels")
@click.option("--columns", metavar="A,B", help="Only these columns, in this order.")
@options.output_option()
@options.central_options
def list_channels(columns: str | None, output: str, central: str | None, folder: str | None) -> int:
    """Where people are told, and whether it works."""
    found = options.ask(central, folder).fetch("channels", alertschemas.ChannelPage)
    if found.trouble:
        print(found.trouble, file=sys.stderr)
    listing.print_items(
        found.items,
        output,
        columns,
        ("name", "type", "state", "ok_at", "waiting", "error"),
        alertschemas.ChannelView,
        SystemClock().wall_ns(),
        empty="there is no channel: write one (hume alert apply), or `alert.mail` into central.toml",
    )
    return 0


@command.command("test")
@click.argument("channel", type=options.filled)
@options.central_options
def test_channel(channel: str, central: str | None, folder: str | None) -> int:
    """Have a test message told on a channel, and say what became of it."""
    asked = options.ask(central, folder)
    sent = asked.send("channels/tested", alertschemas.NotificationView, alertschemas.ChannelName(channel))
    until = time.monotonic() + PATIENCE_SECONDS
    while sent.state == "waiting" and time.monotonic() < until:
        time.sleep(_AGAIN_SECONDS)
        sent = asked.fetch(f"notifications/{sent.id}", alertschemas.NotificationView)
    if sent.state == "sent":
        print(f"{channel}: the other side has accepted it")
        return 0
    why = sent.error or "no notifier has sent it yet (hume-central notifier)"
    print(terminal_of(sys.stderr).text(f"hume: {channel}: {why}"), file=sys.stderr)
    return Exit.UNAVAILABLE if sent.state == "waiting" else Exit.REFUSED


def _write(asked: client.Central, wish: alertschemas.NewBook) -> list[alertschemas.BookChange]:
    return asked.send("alertbook", alertschemas.BookChanges, wish, method="PUT").changes
