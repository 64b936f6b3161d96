# SPDX-License-Identifier: MIT
"""The state that is shown: what the events tell, unless something that did not happen says more. Pure.

The diagram is in docs/reference/states.md; a test compares its letters with LETTERS.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from humeops.central.watches.judging import Judged

ENDED = ("ok", "warning", "failed")

# (from, to) as the diagram has them: a state, or one of the groups below. The first that fits names the transition.
LETTERS: dict[str, tuple[str, str]] = {
    "h": ("any", "paused"),
    "i": ("any", "unknown"),
    "g": ("any", "overdue"),
    "f": ("any", "late"),
    "j": ("watched", "told"),
    "d": ("running", "lost"),
    "b": ("running", "ended"),
    "a": ("any", "running"),
    "c": ("any", "told"),
}
_GROUPS: dict[str, tuple[str, ...]] = {
    "ended": ENDED,
    "watched": ("late", "overdue", "unknown", "paused"),
    "told": ("new", "running", *ENDED, "lost"),
}


class Told(NamedTuple):
    """A change of what the events tell."""

    before: str
    after: str


class Change(NamedTuple):
    """A change of what is shown. `move` is which of the changes of what the events tell it is; None: it is the watch's."""

    before: str
    after: str
    move: int | None


def shown(told: str, judged: Judged) -> str:
    """Return the state to show."""
    return judged or told


def compose(before: Judged, moves: Sequence[Told], after: Judged, told: str) -> list[Change]:
    """Return what is to be seen of these changes of what the events tell, with the judgement before and after them.

    `told` is what the events tell after them. While the same thing stays missing nothing is seen to change.
    """
    if before == after and before:
        return []
    now = before or (moves[0].before if moves else told)
    steps: list[tuple[str, int | None]] = [(move.after, number) for number, move in enumerate(moves)]
    if not steps and before:
        steps.append((told, None))
    if after:
        # With nothing said between, one missing thing follows the other.
        steps = [*(steps if moves else []), (after, None)]
    changes = []
    for state, number in steps:
        if state != now:
            changes.append(Change(now, state, number))
            now = state
    return changes


def letter(before: str, after: str) -> str:
    """Return the letter that the diagram gives to this change."""
    return next(name for name, (left, right) in LETTERS.items() if _fits(before, left) and _fits(after, right))


def _fits(state: str, place: str) -> bool:
    return place == "any" or state in _GROUPS.get(place, (place,))


def states() -> Iterable[str]:
    """Return every state that may be shown."""
    return (*_GROUPS["told"], *_GROUPS["watched"])
