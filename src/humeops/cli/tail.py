# SPDX-License-Identifier: MIT
"""`hume tail`: the last of what was said, oldest first; with -f, what is said from now on, too.

The stream is opened before the list is read, so nothing falls between the two; what is in both is shown once.
"""

import collections
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

import click
import msgspec

from humeops import cells, moments
from humeops.api import schemas
from humeops.cli import choosing, client, listing, livestream, looks, options, page, phrases
from humeops.cli.terminal import Terminal, terminal_of
from humeops.clock import SystemClock

_FORMATS = ("table", "ndjson")
_REMEMBERED = 10_000  # ids of what was shown
_MISSED = 1_000  # at most so much is fetched after a gap

Show = Callable[[schemas.EventView], str]


@click.command("tail")
@click.argument("words", metavar="[FILTER]...", nargs=-1, type=options.filled)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is said from now on, until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(0), default=10, show_default=True, metavar="N", help="The last N.")
@options.output_option(_FORMATS, "table or ndjson.")
@options.central_options
def command(
    words: Sequence[str], follow: bool, lines: int, output: str, central: str | None, folder: str | None
) -> int:
    """Show the last of what was said, oldest first; with -f, go on as it is said.

    FILTER: as in 'level>=warning host:db*'; see docs/reference/filters.md.
    """
    wanted = choosing.read(words, "events")
    params = choosing.question(wanted, now_ns=SystemClock().wall_ns())
    asked = options.ask(central, folder)
    show = _as_json if output == "ndjson" else _as_line
    told = livestream.follow(asked, {**params, "what": "event"}) if follow else iter(())
    first = next(told, None)  # it is open now: what is said after this comes by it
    try:
        for event in _new(asked, params, lines, told if first else ()):
            print(show(event), flush=follow)
    except KeyboardInterrupt:
        return 0
    return 0


def _new(
    central: client.Central, params: client.Params, lines: int, told: Iterable[livestream.Told]
) -> Iterator[schemas.EventView]:
    """Yield the last ones, then what is told, each once."""
    shown: collections.OrderedDict[str, None] = collections.OrderedDict()
    for event in _chain(central, params, lines, told):
        if event.id in shown:
            continue
        shown[event.id] = None
        if len(shown) > _REMEMBERED:
            shown.popitem(last=False)
        yield event


def _chain(
    central: client.Central, params: client.Params, lines: int, told: Iterable[livestream.Told]
) -> Iterator[schemas.EventView]:
    begun_ns = SystemClock().wall_ns()
    yield from _last(central, params, lines) if lines else ()
    for one in told:
        if one.name == "event":
            yield msgspec.json.decode(one.data, type=schemas.EventView)
        elif one.name == "resync":
            missed = _last(central, params, _MISSED)
            yield from (event for event in missed if event.received_at >= begun_ns)


def _last(central: client.Central, params: client.Params, count: int) -> list[schemas.EventView]:
    """Return the last ones, as long ago first; no more than one look finds where no index helps: what comes now must not wait."""
    return list(central.items("events", schemas.EventPage, params, count, _is_enough))[::-1]


def _is_enough(page: schemas.EventPage) -> bool:
    """Tell whether a page was the first that took long, and say so."""
    if page.looked_to is None:
        return False
    moment = moments.day_and_time(page.looked_to, SystemClock().wall_ns())
    print(f"hume: what was said before {moment} was not looked at: hume events does", file=sys.stderr)
    return True


def _as_json(event: schemas.EventView) -> str:
    return cells.to_json(listing.to_record(event))


def _as_line(event: schemas.EventView) -> str:
    return "\n".join(lines_of(terminal_of(sys.stdout), event, SystemClock().wall_ns()))


def lines_of(terminal: Terminal, event: schemas.EventView, now_ns: int) -> Iterator[str]:
    """Yield the lines of one event: when, where, its level or kind, what it says."""
    place = terminal.text(":".join(filter(None, (event.host, event.task))))
    word = phrases.what(event)
    lead = f"{moments.brief(event.time, now_ns)}  {place}  "
    style = looks.LEVEL_STYLES.get(event.level, "") if event.kind == "log" else ""
    prefix = f"{terminal.paint(lead, 'dim')}{terminal.paint(word, style)}  "
    text = terminal.text(phrases.said(event))
    yield from page.wrapped(terminal, text, prefix, min(len(lead) + len(word) + 2, terminal.width // 2))
