# SPDX-License-Identifier: MIT
"""What an event is worth when space runs out: the order of sacrifice. Pure.

Debug events go first, then progress, then the rest; starts, stops, failures and the record of losses are never given up
by policy.
"""

from humeops.event import KINDS, LEVELS, SEVERITY, Event, Kind, Level

DEBUG = 0
PROGRESS = 1
REST = 2
NEVER_DROPPED = 3

NAMES = {DEBUG: "debug events", PROGRESS: "progress", REST: "other events", NEVER_DROPPED: "starts, stops and failures"}

_FAILURE = SEVERITY["error"]


def _worth(kind: Kind, level: Level) -> int:
    if kind in ("start", "stop", "loss", "gone") or SEVERITY[level] >= _FAILURE:
        return NEVER_DROPPED
    if kind == "progress":
        return PROGRESS
    return DEBUG if kind == "log" and level == "debug" else REST


# Asked for every event: looked up, not reckoned.
_WORTH = {(kind, level): _worth(kind, level) for kind in KINDS for level in LEVELS}


def worth_of(event: Event) -> int:
    """Return which class of the order of sacrifice this event is in."""
    return _WORTH[event.kind, event.level]
