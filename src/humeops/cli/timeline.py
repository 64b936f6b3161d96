# SPDX-License-Identifier: MIT
"""One run drawn as text: what became of it, its stretches to scale, and what it said when. Pure.

The bars share one scale, so that a long stretch is seen before its number is read. Texts are wrapped, never cut: this is
where a person comes to read them.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from humeops import spans
from humeops.api.schemas import EventView, RunDetail, RunView, Stretch
from humeops.cli import looks, moments, phrases, visible
from humeops.cli.folding import fold
from humeops.cli.terminal import UNCUT, Terminal

_BAR_MOST = 40
_BAR_LEAST = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_NAME_MOST = 24
_PAGE = 100  # columns of a page that is not a terminal
_INDENT = "  "
# What a screen gets of a run that said more than a few screens: its beginning, its end, and every trouble between, up to
# so many (the latest: they are nearest to what became of it).
_LONG = 250
_HEAD = 30
_TAIL = 70
_TROUBLES = 100
_ENDS = 20  # bars at the beginning and at the end


def draw(terminal: Terminal, detail: RunDetail, now_ns: int, folded: bool = False) -> Iterator[str]:
    """Yield the lines: heading, reason, origin; the stretches; the timeline. Folded, long ones lose their middle."""
    run = detail.run
    yield from heading(terminal, run, now_ns)
    if run.reason:
        yield from _wrapped(terminal, terminal.text(run.reason), "")
    yield from _wrapped(terminal, _origin(terminal, run), "", style="dim")
    # A single stretch says nothing that the heading did not say.
    if len(detail.stretches) > 1:
        yield ""
        yield from bars(terminal, run, detail.stretches, folded)
    yield ""
    yield from said(terminal, run, detail.events, folded)
    if detail.more_events:
        unread = max(0, run.events - len(detail.events))
        number = f"{unread:,} events" if unread else "some events"
        yield _gap(terminal, f"{number} before the last ones were not read; hume show --all reads them")


def heading(terminal: Terminal, run: RunView, now_ns: int) -> Iterator[str]:
    """Yield the first line: state, whose run, when, how long; in two lines where one is too short."""
    when = moments.day_and_time(run.started_at, now_ns)
    if run.state == "running":
        when += f", running for {spans.span(now_ns - run.started_at)}"
    elif run.duration is not None:
        when += f", took {spans.span(run.duration)}"
    badge = looks.badge(terminal, run.state)
    room = terminal.width - len(run.state) - 4
    name = terminal.cut(f"{terminal.text(run.host)}:{terminal.text(run.task)}", room)
    first = f"{badge}  {terminal.paint(name, 'bold')}"
    if visible.width(name) + 3 + len(when) <= room:
        yield f"{first}   {when}"
    else:
        yield first
        yield when


def bars(terminal: Terminal, run: RunView, stretches: Sequence[Stretch], folded: bool = False) -> Iterator[str]:
    """Yield a bar for each stretch; the last one of a run that went wrong ends in the state's shape."""
    most = min(_NAME_MOST, _width(terminal) // 3)
    rows = list(fold(stretches, _ENDS, _ENDS) if folded and len(stretches) > 3 * _ENDS else stretches)
    names = [terminal.cut(terminal.text(row.name), most) for row in rows if isinstance(row, Stretch)]
    lengths = [_length(row) for row in rows if isinstance(row, Stretch)]
    column, length = max(map(visible.width, names)), max(map(len, lengths))
    room = max(_BAR_LEAST, min(_BAR_MOST, _width(terminal) - len(_INDENT) - column - length - 6))
    longest = max(stretch.lasts for stretch in stretches) or 1
    for stretch in rows:
        if isinstance(stretch, int):
            yield _gap(terminal, f"{_INDENT}{terminal.ellipsis} {stretch:,} more {terminal.ellipsis}")
            continue
        name, text = terminal.cut(terminal.text(stretch.name), most), _length(stretch)
        last = stretch is stretches[-1]
        look = looks.look_of(run.state)
        style = look.style if last and run.state != "ok" else "green"
        mark = (look.shape if terminal.unicode else look.plain) if last and run.state != "ok" else ""
        bar = bar_of(stretch.lasts / longest, room, terminal.unicode) + mark
        padding = " " * (room + 1 - visible.width(bar))
        pad_name = " " * (column - visible.width(name))
        yield f"{_INDENT}{name}{pad_name}  {terminal.paint(bar, style)}{padding}  {text:>{length}}"


def bar_of(share: float, room: int, unicode: bool) -> str:
    """Return a bar for a share of the room; never quite empty, for every stretch took some time."""
    if not unicode:
        return "#" * max(1, round(share * room))
    whole, eighths = divmod(max(1, round(share * room * 8)), 8)
    return "█" * whole + (_EIGHTHS[eighths] if eighths else "")


def said(terminal: Terminal, run: RunView, events: Sequence[EventView], folded: bool = False) -> Iterator[str]:
    """Yield what the run said: time of day, time since its start, level or kind, text, data."""
    offset_columns = max((len(_offset(event, run)) for event in events), default=0)
    word_columns = max((len(phrases.what(event)) for event in events), default=0)
    day = moments.date_of(run.started_at)
    shown: Iterable[EventView | int] = events
    if folded and len(events) > _LONG:
        beginning_and_end = fold(events, _HEAD, _TAIL, _matters, _TROUBLES)
        shown = beginning_and_end
    for event in shown:
        if isinstance(event, int):
            yield _gap(terminal, f"{terminal.ellipsis} {event:,} events {terminal.ellipsis}  (hume show --all)")
            continue
        offset, word = _offset(event, run), phrases.what(event)
        if moments.date_of(event.time) != day:
            day = moments.date_of(event.time)
            yield terminal.paint(day, "dim")
        lead = f"{moments.time_of_day(event.time)}  {offset:>{offset_columns}}  "
        prefix = (
            f"{terminal.paint(lead, 'dim')}{terminal.paint(word, _style(event))}{' ' * (word_columns - len(word))}  "
        )
        yield from _wrapped(terminal, _text(terminal, event), prefix, len(lead) + word_columns + 2, _text_style(event))


def _matters(event: EventView) -> bool:
    return event.kind in ("stop", "loss") or looks.is_serious(event.level)


def _gap(terminal: Terminal, text: str) -> str:
    return terminal.paint(terminal.cut(text, terminal.width), "dim")


def _length(stretch: Stretch) -> str:
    return spans.span(stretch.lasts) + (" so far" if stretch.open else "")


def _origin(terminal: Terminal, run: RunView) -> str:
    parts = [
        terminal.text(run.script),
        f"uid {run.uid}" if run.uid is not None else "",
        f"tags {', '.join(map(terminal.text, run.tags))}" if run.tags else "",
        f"run {run.short}",
    ]
    return ", ".join(filter(None, parts))


def _offset(event: EventView, run: RunView) -> str:
    passed = event.at if event.at is not None else event.time - run.started_at
    return f"+{spans.span(passed)}" if passed > 0 else ""


def _style(event: EventView) -> str:
    if event.kind == "log":
        return looks.LEVEL_STYLES.get(event.level, "")
    if event.kind == "stop" and event.outcome is not None:
        return looks.look_of(event.outcome).style
    return "bold" if event.kind == "flag" else "dim"


def _text_style(event: EventView) -> str:
    return "bold" if event.kind == "flag" else ""


def _text(terminal: Terminal, event: EventView) -> str:
    # A text of several lines keeps them: here there is room, and a program's own words are best read as they came.
    text = "\n".join(map(terminal.text, phrases.said(event).split("\n")))
    return f"{text}  (line {event.line})" if event.line is not None and looks.is_serious(event.level) else text


def _wrapped(terminal: Terminal, text: str, prefix: str, indent: int = 0, style: str = "") -> Iterator[str]:
    room = max(10, _width(terminal) - indent)
    lines = [part for line in text.split("\n") for part in _fold(line, room)]
    for number, line in enumerate(lines):
        yield ((prefix if number == 0 else " " * indent) + terminal.paint(line, style)).rstrip()


def _fold(line: str, room: int) -> list[str]:
    # textwrap counts characters: wide letters may overhang, which a terminal folds by itself.
    return textwrap.wrap(line, room, replace_whitespace=False, drop_whitespace=True) or [""]


def _width(terminal: Terminal) -> int:
    return terminal.width if terminal.width < UNCUT else _PAGE
