# SPDX-License-Identifier: MIT
"""The stretches of a run drawn to one scale, each beside what it usually takes. Pure.

A long stretch is seen before its number is read; one that is unusual has a mark of its own, so that it is seen without
colours, too.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from humeops import spans, visible
from humeops.api.schemas import RunView, Stretch
from humeops.cli import looks, page
from humeops.cli.folding import fold
from humeops.cli.terminal import Terminal

_BAR_MOST = 40
_BAR_LEAST = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_NAME_MOST = 24
_ROOMY = 72  # with fewer columns what is usual is only a number in parentheses
_ENDS = 20  # bars at the beginning and at the end of a run with very many


class _Columns(NamedTuple):
    name: int
    bar: int
    length: int


def bars(terminal: Terminal, run: RunView, stretches: Sequence[Stretch], folded: bool = False) -> Iterator[str]:
    """Yield a bar for each stretch; the last one of a run that went wrong ends in the state's shape."""
    rows = list(fold(stretches, _ENDS, _ENDS) if folded and len(stretches) > 3 * _ENDS else stretches)
    columns = _columns(terminal, [row for row in rows if isinstance(row, Stretch)])
    longest = max(stretch.lasts for stretch in stretches) or 1
    for row in rows:
        if isinstance(row, int):
            yield terminal.paint(f"{page.INDENT}{terminal.ellipsis} {row:,} more {terminal.ellipsis}", "dim")
        else:
            yield _row(terminal, run, row, row is stretches[-1], columns, row.lasts / longest)


def bar_of(share: float, room: int, unicode: bool) -> str:
    """Return a bar for a share of the room; never quite empty, for every stretch took some time."""
    if not unicode:
        return "#" * max(1, round(share * room))
    whole, eighths = divmod(max(1, round(share * room * 8)), 8)
    return "█" * whole + (_EIGHTHS[eighths] if eighths else "")


def _columns(terminal: Terminal, rows: Sequence[Stretch]) -> _Columns:
    name = max(visible.width(_name(terminal, row)) for row in rows)
    length = max(len(_length(row)) for row in rows)
    usual = max((visible.width(_usual(terminal, row)) for row in rows), default=0)
    taken = len(page.INDENT) + name + length + 6 + (usual + 2 if usual else 0)
    return _Columns(name, max(_BAR_LEAST, min(_BAR_MOST, page.width(terminal) - taken)), length)


def _row(terminal: Terminal, run: RunView, row: Stretch, last: bool, columns: _Columns, share: float) -> str:
    look = looks.look_of(run.state)
    is_odd_end = last and run.state != "ok"
    mark = (look.shape if terminal.unicode else look.plain) if is_odd_end else ""
    style = look.style if is_odd_end else "yellow" if row.unusual else "green"
    bar = bar_of(share, columns.bar, terminal.unicode) + mark
    name = _name(terminal, row)
    line = (
        f"{page.INDENT}{name}{' ' * (columns.name - visible.width(name))}  {terminal.paint(bar, style)}"
        f"{' ' * (columns.bar + 1 - visible.width(bar))}  {_length(row):>{columns.length}}"
    )
    usual = _usual(terminal, row)
    return f"{line}  {terminal.paint(usual, 'yellow bold' if row.unusual else 'dim')}" if usual else line


def _name(terminal: Terminal, row: Stretch) -> str:
    return terminal.cut(
        terminal.text(row.name), min(_NAME_MOST, page.width(terminal) // (3 if page.width(terminal) >= _ROOMY else 4))
    )


def _usual(terminal: Terminal, row: Stretch) -> str:
    if row.usual is None:
        return ""
    mark = "! " if row.unusual else ""
    if page.width(terminal) < _ROOMY:
        return f"{mark}({spans.span(row.usual)})"
    toward = f", to {terminal.cut(terminal.text(row.toward), _NAME_MOST)}" if row.toward else ""
    return f"{mark}usually {spans.span(row.usual)}{toward}"


def _length(row: Stretch) -> str:
    return spans.span(row.lasts) + (" so far" if row.open else "")
