# SPDX-License-Identifier: MIT
"""The doctor's findings as calm lines: in the order of the checks, each with its shape, its word and what mends it. Pure.

Commands are never cut and never wrapped: they are there to be copied.
"""

import textwrap
from collections.abc import Iterator, Sequence

from humeops.cli.doctor.finding import STATES, Result, State
from humeops.cli.terminal import Terminal

LOOKS: dict[State, tuple[str, str, str]] = {  # shape, the same in ASCII, colour
    "ok": ("✓", "+", "green"),
    "warning": ("▲", "!", "yellow bold"),
    "broken": ("✗", "x", "red bold"),
}
_WORD = max(map(len, STATES))
_INDENT = "  "
_LEAST = 20


def draw(terminal: Terminal, results: Sequence[Result]) -> Iterator[str]:
    """Yield the findings in their order, and how many there are of each kind."""
    for result in results:
        yield from _lines(terminal, result)
    yield ""
    yield terminal.paint(summary(results), "dim")


def summary(results: Sequence[Result]) -> str:
    """Return the sum in words: `1 broken, 2 warnings, 11 ok`, or that all is well."""
    counts = {state: sum(result.finding.state == state for result in results) for state in reversed(STATES)}
    if counts["ok"] == len(results):
        return f"All is well: {len(results)} checks."
    names = {"warning": "warnings" if counts["warning"] > 1 else "warning"}
    return ", ".join(f"{count} {names.get(state, state)}" for state, count in counts.items() if count)


def _lines(terminal: Terminal, result: Result) -> Iterator[str]:
    state, found, mend = result.finding
    shape, plain, style = LOOKS[state]
    badge = terminal.paint(f"{shape if terminal.unicode else plain} {state}", style)
    gap = " " * (_WORD - len(state))
    indent = " " * (len(_INDENT) + 2 + _WORD + len(_INDENT))
    room = max(terminal.width - len(indent), _LEAST)
    first, *more = textwrap.wrap(terminal.text(found), room, break_on_hyphens=False) or [""]
    yield f"{_INDENT}{badge}{gap}{_INDENT}{first}"
    for line in more:
        yield indent + line
    if mend:
        yield f"{indent}{terminal.paint('mend:', 'dim')} {terminal.paint(terminal.text(mend), 'bold')}"
