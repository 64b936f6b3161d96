# SPDX-License-Identifier: MIT
"""Text on a page: wrapped to its width, never cut, since this is where a person comes to read it. Pure."""

import textwrap
from collections.abc import Iterator

from humeops.cli.terminal import UNCUT, Terminal

_PAGE = 100  # columns of a page that is not a terminal
INDENT = "  "


def width(terminal: Terminal) -> int:
    """Return how many columns a page has here."""
    return terminal.width if terminal.width < UNCUT else _PAGE


def wrapped(terminal: Terminal, text: str, prefix: str, indent: int = 0, style: str = "") -> Iterator[str]:
    """Yield a visible text in lines: `prefix` before the first, `indent` columns before the others."""
    room = max(10, width(terminal) - indent)
    lines = [part for line in text.split("\n") for part in _fold(line, room)]
    for number, line in enumerate(lines):
        yield ((prefix if number == 0 else " " * indent) + terminal.paint(line, style)).rstrip()


def heading(terminal: Terminal, text: str) -> Iterator[str]:
    """Yield an empty line and the heading of a part."""
    yield ""
    yield terminal.paint(text, "bold")


def _fold(line: str, room: int) -> list[str]:
    # textwrap counts characters: wide letters may overhang, which a terminal folds by itself.
    return textwrap.wrap(line, room, replace_whitespace=False, drop_whitespace=True) or [""]
