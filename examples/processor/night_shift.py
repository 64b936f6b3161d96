# SPDX-License-Identifier: MIT
"""A processor for humed: outside of working hours, warnings of the tills are errors, and chatter is dropped.

Install it with an entry point `night-shift = "night_shift"` in the group `humeops.processors`, and name it in humed.toml:
`processors = ["night-shift"]`.
"""

import time

import pluggy

from humeops.event import Event

processor = pluggy.HookimplMarker("humeops")


@processor
def process(event: Event) -> Event | None:
    """Return the event as it is to go on, or None to drop it."""
    hour = time.localtime(event.time / 1e9).tm_hour
    if 7 <= hour < 19:
        return event
    if event.task.startswith("chatter"):
        return None
    if event.level == "warning" and "till" in event.tags:
        event.level = "error"
        event.tags = [*event.tags, "night"][:16]
    return event
