# SPDX-License-Identifier: MIT
"""What events and data say, in few columns: an event's word and sentence, a value with its unit. Pure; still untrusted."""

import typing

from humeops import amounts, moments
from humeops.api.schemas import AgentView, DatumView, EventView
from humeops.event import Value, unit_of

# Longer ones are in `hume events -o json`.
MAX_RANGES_SHOWN = 60


def what(event: EventView) -> str:
    """Return the level of what was logged, the kind of all else."""
    return event.level if event.kind == "log" else event.kind


def sharing(agent: AgentView, now_ns: int) -> str:
    """Return that several humeds use this host's credential in turn, and what their machines call themselves; mostly nothing."""
    if agent.shared_at is None:
        return ""
    machines = ", ".join(dict.fromkeys(one.host or "?" for one in agent.shared_by))
    return f"two humeds used its credential in turn, {moments.ago(agent.shared_at, now_ns)}: {machines}"


def said(event: EventView) -> str:
    """Return what the event says: the flag, the progress or the status, its text, its data."""
    if event.kind == "loss":
        return event.message + _numbers(event)
    return "  ".join(filter(None, [_subject(event), event.message, _data(event)]))


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


def amount(datum: DatumView, now_ns: int) -> str:
    """Return a shared value, a number with its unit and large ones of bytes rounded; what no longer holds says so."""
    text = sized(datum.value, datum.unit)
    if datum.expires_at is not None and datum.expires_at <= now_ns:
        return f"{text} (expired {moments.ago(datum.expires_at, now_ns)})"
    return text


def sized(of: Value, unit: str) -> str:
    """Return a value, a number with its unit, bytes rounded to what people read."""
    named = unit_of(of, unit)
    return amounts.size(of) if named == "bytes" and type(of) is int else measured(of, named)


def plural(count: int, noun: str) -> str:
    """Return the number and the noun: `1 file`, `2 files`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _data(event: EventView) -> str:
    return " ".join(f"{key}={measured(inner, event.unit)}" for key, inner in event.data.items())


def measured(of: Value, unit: str) -> str:
    """Return a value, a number with its unit."""
    named = unit_of(of, unit)
    return f"{value(of)} {named}" if named else value(of)


def _numbers(loss: EventView) -> str:
    """Return which numbers of its host's spool the lost events had: exactly, or among which, where others were kept."""
    first, last, ranges = (loss.data.get(name) for name in ("first", "last", "ranges"))
    if type(first) is not int or type(last) is not int:
        return ""
    if first == last:
        return f" (number {first})"
    if loss.data.get("count") == last - first + 1:
        return f" (numbers {first} to {last})"
    if isinstance(ranges, str) and 0 < len(ranges) <= MAX_RANGES_SHOWN:
        return f" (numbers {', '.join(ranges.split())})"
    return f" (among numbers {first} to {last})"


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
