# SPDX-License-Identifier: MIT
"""What an event is worth when space runs out: the order of sacrifice. Pure.

Debug events go first, then progress, then the rest; starts, stops, failures and the record of losses are never given up
by policy.
"""

from humeops.event import SEVERITY, Event

DEBUG = 0
PROGRESS = 1
REST = 2
NEVER_DROPPED = 3

NAMES = {DEBUG: "debug events", PROGRESS: "progress", REST: "other events", NEVER_DROPPED: "starts, stops and failures"}

_FAILURE = SEVERITY["error"]


def worth_of(event: Event) -> int:
    """Return which class of the order of sacrifice this event is in."""
    if event.kind in ("start", "stop", "loss", "gone") or SEVERITY[event.level] >= _FAILURE:
        return NEVER_DROPPED
    if event.kind == "progress":
        return PROGRESS
    return DEBUG if event.kind == "log" and event.level == "debug" else REST
