# SPDX-License-Identifier: MIT
"""How states and levels look: a shape, a word and a colour, in that order, so that each survives without the others.

One table; the order of STATES is the order of lists: troubles first, then what runs, then what is quiet. Pure.
"""

import typing

from humeops.cli.terminal import Terminal
from humeops.event import LEVELS


class Look(typing.NamedTuple):
    """One state: its shape, the same in ASCII, its colour, and what it means to a monitoring system."""

    shape: str
    plain: str
    style: str
    check: int  # exit status as monitoring plugins give it: 0 ok, 1 warning, 2 failed, 3 unknown


STATES: dict[str, Look] = {
    "failed": Look("✗", "x", "red bold", 2),
    "lost": Look("◌", "o", "magenta bold", 2),
    "late": Look("◷", "@", "blue bold", 2),
    "overdue": Look("◷", "@", "blue bold", 2),
    "warning": Look("△", "!", "yellow bold", 1),
    "unknown": Look("?", "?", "magenta", 3),
    "running": Look("◔", ">", "cyan", 0),
    "ok": Look("✓", "+", "green", 0),
    "new": Look("·", "-", "dim", 0),
    "paused": Look("=", "=", "dim", 0),
}
# Of alerts, silences and channels; no states of tasks.
_OTHERS: dict[str, Look] = {
    "open": Look("✗", "x", "red bold", 2),
    "taken": Look("◔", ">", "cyan", 0),
    "silenced": Look("=", "=", "dim", 0),
    "waiting": Look("·", "-", "dim", 0),
    "closed": Look("✓", "+", "green", 0),
    "holds": Look("=", "=", "cyan", 0),
    "ahead": Look("·", "-", "dim", 0),
    "over": Look("✓", "+", "dim", 0),
    "works": Look("✓", "+", "green", 0),
    "fails": Look("△", "!", "yellow bold", 1),
    "dead": Look("✗", "x", "red bold", 2),
    "unused": Look("·", "-", "dim", 0),
}
PROBLEMS = tuple(state for state, look in STATES.items() if look.check)
_UNHEARD_OF = Look("?", "?", "magenta", 3)  # a state of a newer central: shown as it is called
_ORDER = {state: rank for rank, state in enumerate(STATES)}
_WORST_FIRST = (2, 1, 3)
LEVEL_STYLES = {"debug": "dim", "ok": "green", "warning": "yellow", "error": "red", "critical": "red bold"}
WORD_COLUMNS = max(map(len, STATES))


def look_of(state: str) -> Look:
    """Return how this state looks."""
    return STATES.get(state) or _OTHERS.get(state, _UNHEARD_OF)


def rank(state: str) -> int:
    """Return where this state stands in a list: ok and all quieter ones are equal, so that names order them."""
    return min(_ORDER.get(state, 0), _ORDER["ok"])


def badge(terminal: Terminal, state: str, columns: int = 0) -> str:
    """Return shape and word in the state's colour, padded to so many columns."""
    look = look_of(state)
    text = f"{look.shape if terminal.unicode else look.plain} {terminal.text(state)}"
    return terminal.paint(text, look.style) + " " * max(0, columns - len(text))


def exit_status(states: typing.Iterable[str]) -> int:
    """Return what a monitoring plugin would: failed before warning before unknown; 0 when nothing is wrong."""
    found = {look_of(state).check for state in states}
    return next((status for status in _WORST_FIRST if status in found), 0)


def is_serious(level: str) -> bool:
    """Tell whether a level is warning or worse."""
    return level in LEVELS and LEVELS.index(level) >= LEVELS.index("warning")
