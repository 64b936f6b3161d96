# SPDX-License-Identifier: MIT
"""Redraw a board in place until Ctrl-C, on the terminal's second screen, so that the first one comes back untouched."""

import sys
import time
from collections.abc import Callable

import click

from humeops.cli.terminal import END_OF_LINE, Terminal, terminal_of
from humeops.errors import UnavailableError

EVERY_SECONDS = 2.0
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _END_OF_SCREEN = "\x1b[H", "\x1b[J"


def watch(draw: Callable[[Terminal], list[str]]) -> int:
    """Draw, wait, draw again. Central going away is shown and waited for; Ctrl-C is the way out and status 0."""
    if not sys.stdout.isatty():
        raise click.UsageError("--watch needs a terminal", click.get_current_context())
    try:
        lines = draw(terminal_of(sys.stdout))  # what fails at once is an error line, not a flickering screen
        sys.stdout.write(_ENTER)
        while True:
            _paint(lines, terminal_of(sys.stdout))
            time.sleep(EVERY_SECONDS)
            lines = _again(draw, lines)
    except KeyboardInterrupt:
        return 0
    finally:
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()


def fit_height(lines: list[str], height: int) -> list[str]:
    """Return lines that fit the screen; the last one says how many do not."""
    if len(lines) <= height:
        return lines
    return [*lines[: height - 1], f"  and {len(lines) - height + 1} more lines"]


def _again(draw: Callable[[Terminal], list[str]], before: list[str]) -> list[str]:
    terminal = terminal_of(sys.stdout)
    try:
        return draw(terminal)
    except UnavailableError as error:
        note = terminal.paint(terminal.cut(f"not now: {error}", terminal.width), "yellow")
        return [note, *(line for line in before if not line.endswith(note))]


def _paint(lines: list[str], terminal: Terminal) -> None:
    shown = fit_height(lines, terminal.height)
    sys.stdout.write(_HOME + "\n".join(line + END_OF_LINE for line in shown) + _END_OF_SCREEN)
    sys.stdout.flush()
