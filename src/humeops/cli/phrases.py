# SPDX-License-Identifier: MIT
"""An event in two words' worth of columns: what it is, and what it says. Pure; its texts are still untrusted."""

import typing

from humeops.api.schemas import EventView


def what(event: EventView) -> str:
    """Return the level of what was logged, the kind of all else."""
    return event.level if event.kind == "log" else event.kind


def said(event: EventView) -> str:
    """Return what the event says: the flag, the progress or the status, its text, its data."""
    data = value(event.data) if event.data else ""
    unit = f" {event.unit}" if event.unit and data else ""
    return "  ".join(filter(None, [_subject(event), event.message, data + unit]))


def value(of: typing.Any) -> str:
    """Return any value of the API in a form for people: `key=value` for objects, commas between the items of a list."""
    match of:
        case bool():
            return "true" if of else "false"
        case float():
            return f"{of:.6g}"
        case dict():
            return " ".join(f"{key}={value(inner)}" for key, inner in of.items())
        case list() | tuple():
            return ",".join(map(value, of))
        case _:
            return str(of)


def _subject(event: EventView) -> str:
    match event.kind:
        case "flag":
            return event.flag
        case "progress" if event.progress is not None:
            done, total = event.progress
            return f"{done:g} of {total:g} ({done / total:.0%})"
        case "stop":
            return f"exit {event.status}" if event.status is not None else (event.outcome or "")
        case _:
            return ""
