# SPDX-License-Identifier: MIT
"""What is said of a task outside of any run, when it says how the task fares: an error, an `ok`, a stop with no start.

Of several the one said last counts, by time and id, whatever order they arrive in. Pure.
"""

import msgspec

from humeops.central import reason
from humeops.central.fold import State, Summary
from humeops.event import Event, Level

_OF_LEVEL: dict[Level, State] = {"ok": "ok", "warning": "warning", "error": "failed", "critical": "failed"}


class Verdict(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who said when how the task fares, and why. New fields go to the end, with a default: it is stored as an array."""

    time: int
    id: str
    state: State
    reason: str
    sorts_at: int | None = None  # as that of fold.Rare

    @property
    def key(self) -> tuple[int, str]:
        """Where this stands among what was said of the task."""
        return self.time if self.sorts_at is None else self.sorts_at, self.id


def of_event(event: Event, sorts_at: int | None = None) -> Verdict | None:
    """Return the verdict that this event is on its task; None when it belongs to a run or says nothing of the kind."""
    state = None if event.run else _state(event)
    return Verdict(event.time, event.id, state, reason.of_word(event), sorts_at) if state else None


def later(one: Verdict | None, other: Verdict | None) -> Verdict | None:
    """Return the one of these that was said later."""
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda verdict: verdict.key)


def deciding(verdict: Verdict | None, last: Summary | None) -> Verdict | None:
    """Return the verdict if the task's state is its, None if it is that of the run which started last.

    A run decides over what was said before it started, and as long as it runs.
    """
    if verdict is None or last is None:
        return verdict
    return verdict if last.state != "running" and verdict.key > last.begun else None


def _state(event: Event) -> State | None:
    if event.kind == "stop":
        return event.outcome
    return _OF_LEVEL.get(event.level) if event.kind == "log" else None
