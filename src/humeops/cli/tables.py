# SPDX-License-Identifier: MIT
"""Rows of records as an aligned table: no boxes, one quiet heading, the last column takes what is left and is cut.

How a column looks follows from its name, so that any field of the API can be a column. Pure: lines come out, nothing is
printed.
"""

import dataclasses
import textwrap
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence

from humeops import moments, spans, visible
from humeops.cli import looks, narrow, phrases
from humeops.cli.terminal import Terminal

GAP = "  "
_SENTENCE_LINES = 3
HEADINGS = {
    "short": "run",
    "started_at": "started",
    "ended_at": "ended",
    "ok_at": "last worked",
    "expected_at": "next expected",
    "last_event_at": "last heard",
    "last_seen_at": "last heard",
    "message": "text",
    "duration": "took",
    "amount": "value",
    "became": "what became of it",
}
_FREE_TEXT = frozenset({"message", "reason", "data", "said", "value", "amount", "became"})  # these give way first

Row = Mapping[str, typing.Any]


def render(
    terminal: Terminal, rows: Sequence[Row], columns: Sequence[str], now_ns: int, may_drop: bool = False
) -> Iterator[str]:
    """Yield the heading and one line for each row, none wider than the terminal.

    With `may_drop` columns of less importance go where there is no room for all, and the sentence may go on below its row.
    """
    sentence = None
    if may_drop:
        columns, sentence = _narrow(terminal, rows, columns, now_ns)
    cells = [[cell(terminal, row, column, now_ns) for column in columns] for row in rows]
    heads = [_heading(column) for column in columns]
    natural = [
        max(visible.width(text) for text in [head, *(texts[index] for texts in cells)])
        for index, head in enumerate(heads)
    ]
    widths = fit(natural, columns, terminal.width)
    yield terminal.paint(_line(terminal, heads, widths), "dim")
    for row, texts in zip(rows, cells, strict=True):
        yield _line(terminal, texts, widths, [style_of(row, column) for column in columns])
        if sentence is not None:
            yield from _below(terminal, cell(terminal, row, sentence, now_ns))


def _narrow(
    terminal: Terminal, rows: Sequence[Row], columns: Sequence[str], now_ns: int
) -> tuple[list[str], str | None]:
    """Return the columns there is room for, and the one that is told below each row, if any."""
    natural = {
        column: max(len(_heading(column)), *(visible.width(cell(terminal, row, column, now_ns)) for row in rows))
        for column in columns
    }
    is_one_host = len({row.get("host") for row in rows}) == 1
    layout = narrow.choose(natural, is_one_host, terminal.width, len(GAP))
    if layout.is_below:
        return layout.columns[:-1], layout.columns[-1]
    return layout.columns, None


def _below(terminal: Terminal, text: str) -> Iterator[str]:
    room = terminal.width - len(GAP)
    lines = textwrap.wrap(text, room, break_on_hyphens=False)
    if len(lines) > _SENTENCE_LINES:
        lines = [*lines[: _SENTENCE_LINES - 1], " ".join(lines[_SENTENCE_LINES - 1 :])]
    for line in lines:
        yield GAP + terminal.cut(line, room)


def _heading(column: str) -> str:
    name = column.rpartition(".")[2]
    return HEADINGS.get(name, name.replace("_", " "))


def fit(natural: Sequence[int], columns: Sequence[str], room: int) -> list[int]:
    """Return widths that fit: free text gives way first, then long names, at last whatever is widest."""
    widths = list(natural)
    spare = room - len(GAP) * (len(widths) - 1)
    free = [index for index, column in enumerate(columns) if column.partition(".")[0] in _FREE_TEXT]
    names = [index for index, column in enumerate(columns) if index not in free and column not in (*_SHOWN, "short")]
    every = range(len(widths))
    steps = (
        *((40, free), (24, names), (30, free), (16, names), (20, free), (12, names)),
        # Times and ids are worth nothing in part: names and texts become short before.
        *((8, [*free, *names]), (4, [*free, *names]), (8, every), (1, every)),
    )
    for floor, indices in steps:
        while (over := sum(widths) - spare) > 0:
            candidates = [index for index in indices if widths[index] > floor]
            if not candidates:
                break
            widest = max(candidates, key=widths.__getitem__)
            widths[widest] -= min(over, widths[widest] - floor)
    return widths


def cell(terminal: Terminal, row: Row, column: str, now_ns: int) -> str:
    """Return one value as it is shown."""
    value = pick(row, column)
    name = column.rpartition(".")[2]
    if value is None or value == "" or value in ([], {}):
        return ""
    if name in _SHOWN and not isinstance(value, (dict, list)):
        return _SHOWN[name](terminal, value, now_ns)
    return terminal.text(phrases.value(value))


def pick(row: Row, column: str) -> typing.Any:
    """Return the value of a column, following its dots; None where there is nothing."""
    value: typing.Any = row
    rest = column
    while rest:
        if not isinstance(value, Mapping):
            return None
        if rest in value:  # a datum's name may hold dots itself
            return value[rest]
        name, _, rest = rest.partition(".")
        value = value.get(name)
    return value


def style_of(row: Row, column: str) -> str:
    """Return the style in which a column of this row stands."""
    value = row.get(column)
    if column == "what":
        outcome = row.get("outcome")
        quiet = "bold" if value == "flag" else looks.look_of(outcome).style if outcome else "dim"
        return looks.LEVEL_STYLES.get(str(value), "" if value == "info" else quiet)
    if column == "state":
        return looks.look_of(str(value)).style
    if column == "level":
        return looks.LEVEL_STYLES.get(str(value), "")
    return "dim" if column in ("short", "id", "tags", "script", "uid") else ""


def _line(terminal: Terminal, texts: Sequence[str], widths: Sequence[int], styles: Sequence[str] = ()) -> str:
    parts = []
    for index, (text, width) in enumerate(zip(texts, widths, strict=True)):
        shown = terminal.cut(text, width)
        gap = "" if index == len(texts) - 1 else " " * (width - visible.width(shown))
        parts.append(terminal.paint(shown, styles[index] if styles else "") + gap)
    return GAP.join(parts).rstrip()


_SHOWN: dict[str, Callable[[Terminal, typing.Any, int], str]] = {
    "state": lambda terminal, value, now: looks.badge(_colourless(terminal), value),
    "duration": lambda terminal, value, now: spans.span(value),
    "at": lambda terminal, value, now: f"+{spans.span(value)}",
    "time": lambda terminal, value, now: moments.brief(value, now),
    "ok_at": lambda terminal, value, now: moments.brief(value, now),
    "expected_at": lambda terminal, value, now: moments.day_and_time(value, now),
    "since": lambda terminal, value, now: moments.brief(value, now),
    "started_at": lambda terminal, value, now: moments.brief(value, now),
    "ended_at": lambda terminal, value, now: moments.brief(value, now),
    "received_at": lambda terminal, value, now: moments.brief(value, now),
    "last_event_at": lambda terminal, value, now: moments.ago(value, now),
    "last_seen_at": lambda terminal, value, now: moments.ago(value, now),
    "expires_at": lambda terminal, value, now: moments.brief(value, now),
}


def _colourless(terminal: Terminal) -> Terminal:
    # The line is coloured after it has been cut to width.
    return dataclasses.replace(terminal, colour=False)
