# SPDX-License-Identifier: MIT
"""One run drawn as text: what became of it, what explains it, and what it said when. Pure.

The parts that explain are `stretches`, `origins` and `explained`; here stand the heading and the timeline itself.
"""

from collections.abc import Iterable, Iterator, Sequence

from humeops import moments, spans, visible
from humeops.api.schemas import EventView, RunDetail, RunView
from humeops.cli import explained, looks, origins, page, phrases, stretches
from humeops.cli.folding import fold
from humeops.cli.terminal import Terminal

# What a screen gets of a run that said more than a few screens: its beginning, its end, and every trouble between, up to
# so many (the latest: they are nearest to what became of it).
_LONG = 250
_HEAD = 30
_TAIL = 70
_TROUBLES = 100


def draw(terminal: Terminal, detail: RunDetail, now_ns: int, folded: bool = False) -> Iterator[str]:
    """Yield the lines: what became of it and why; what explains it; the timeline. Folded, long ones lose their middle."""
    run = detail.run
    yield from heading(terminal, detail, now_ns)
    if run.reason:
        yield from page.wrapped(terminal, terminal.text(run.reason), "")
    yield from origins.lines(terminal, detail)
    yield from explained.outlook(terminal, detail, now_ns)
    # A single stretch says nothing that the heading did not say.
    if len(detail.stretches) > 1:
        yield ""
        yield from stretches.bars(terminal, run, detail.stretches, folded)
    yield from explained.findings(terminal, detail)
    yield from explained.numbers(terminal, detail)
    yield from explained.children(terminal, detail, now_ns)
    yield ""
    yield from said(terminal, run, detail.events, folded)
    if detail.more_events:
        unread = max(0, run.events - len(detail.events))
        number = f"{unread:,} events" if unread else "some events"
        yield _gap(terminal, f"{number} before the last ones were not read; hume show --all reads them")
    yield from explained.output(terminal, detail)
    yield from explained.links(terminal, detail, now_ns)


def heading(terminal: Terminal, detail: RunDetail, now_ns: int) -> Iterator[str]:
    """Yield the first line: state, whose run, when, how long, how long usually; in two lines where one is too short."""
    run, usual = detail.run, detail.usual
    when = moments.day_and_time(run.started_at, now_ns)
    if run.state == "running":
        when += f", running for {spans.span(now_ns - run.started_at)}"
    elif run.duration is not None:
        when += f", took {spans.span(run.duration)}"
    if usual is not None and usual.duration is not None:
        when += f", usually {spans.span(usual.duration)}"
    badge = looks.badge(terminal, run.state)
    room = terminal.width - len(run.state) - 4
    name = terminal.cut(f"{terminal.text(run.host)}:{terminal.text(run.task)}", room)
    first = f"{badge}  {terminal.paint(name, 'bold')}"
    if visible.width(name) + 3 + len(when) <= room:
        yield f"{first}   {when}"
    else:
        yield first
        yield from page.wrapped(terminal, when, "")


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
        yield from page.wrapped(
            terminal, _text(terminal, event), prefix, len(lead) + word_columns + 2, _text_style(event)
        )


def _matters(event: EventView) -> bool:
    return event.kind in ("stop", "loss") or looks.is_serious(event.level)


def _gap(terminal: Terminal, text: str) -> str:
    return terminal.paint(terminal.cut(text, terminal.width), "dim")


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
