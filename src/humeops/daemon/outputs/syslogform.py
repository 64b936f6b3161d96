# SPDX-License-Identifier: MIT
"""An event as a message of syslog (RFC 5424). Pure.

What scripts say is untrusted: nothing in it may end the message, begin another, or reach a terminal as a control character.
The text is one line, with whatever is hidden written out; the same goes for the values of the structured data, in which `"`,
`\\` and `]` are escaped besides. The fields that only take printable ASCII get `_` for anything else.
"""

import datetime
import re

import msgspec

from humeops.clock import NS_PER_SECOND
from humeops.event import Event, Level
from humeops.visible import visible

FACILITIES = {"user": 1, "daemon": 3, "cron": 9, **{f"local{number}": 16 + number for number in range(8)}}
# RFC 5424, table 2. An `ok` is information to a syslog.
SEVERITIES: dict[Level, int] = {"debug": 7, "info": 6, "ok": 6, "warning": 4, "error": 3, "critical": 2}
_NOT_PRINTABLE = re.compile(r"[^!-~]")
_IN_VALUE = re.compile(r'(["\\\]])')
_CUT = b"..."
_LAST_YEAR_SECONDS = 253_402_300_799  # the end of 9999, which is all a timestamp can say


def form(event: Event, facility: str, structured_id: str, max_bytes: int) -> bytes:
    """Return the message, at most so many bytes: what is too much is cut from the data first, then from the text."""
    priority = FACILITIES[facility] * 8 + SEVERITIES[event.level]
    process = str(event.origin.pid) if event.origin.pid else "-"
    head = f"<{priority}>1 {_timestamp(event.time)} {_field(event.host, 255)} hume {process} {event.kind} "
    members = _members(event)
    text = _text(event).encode()
    whole = f"{head}[{structured_id}{_parameters(members)}] ".encode() + text
    if len(whole) <= max_bytes:
        return whole
    members.pop("data", None)
    front = f"{head}[{structured_id}{_parameters(members)}] ".encode()
    if len(front) + len(_CUT) > max_bytes:
        front = f"{head}- ".encode()
    if len(front) + len(text) <= max_bytes:
        return front + text
    return front + text[: max_bytes - len(front) - len(_CUT)].decode(errors="ignore").encode() + _CUT


def _timestamp(time_ns: int) -> str:
    seconds, rest = divmod(time_ns, NS_PER_SECOND)
    if seconds > _LAST_YEAR_SECONDS:
        return "-"
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def _field(text: str, longest: int) -> str:
    return _NOT_PRINTABLE.sub("_", text)[:longest] or "-"


def _members(event: Event) -> dict[str, str]:
    origin = event.origin
    found: dict[str, object] = {
        "id": event.id,
        "task": event.task,
        "run": event.run,
        "level": event.level,
        "flag": event.flag,
        "outcome": event.outcome,
        "status": event.status,
        "signal": event.signal,
        "progress": "/".join(f"{number:g}" for number in event.progress) if event.progress else None,
        "uid": origin.uid,
        "script": origin.script,
        "line": origin.line,
        "tags": ",".join(event.tags),
        "data": msgspec.json.encode(event.data).decode() if event.data else None,
    }
    return {name: str(value) for name, value in found.items() if value not in (None, "")}


def _parameters(members: dict[str, str]) -> str:
    return "".join(f' {name}="{_escape(value)}"' for name, value in members.items())


def _escape(value: str) -> str:
    return _IN_VALUE.sub(r"\\\1", visible(value))


def _text(event: Event) -> str:
    """Return what a person reads: the task, and what was said; of kinds that say nothing, what they mean."""
    said = event.message or event.flag
    if event.kind == "stop":
        said = " ".join(filter(None, (f"stop {event.outcome or ''}".strip(), event.message)))
    elif event.kind == "data":
        said = ", ".join(f"{key}={value}" for key, value in event.data.items())
    elif event.kind == "progress" and event.progress:
        said = " ".join(filter(None, ("/".join(f"{number:g}" for number in event.progress), event.message)))
    elif event.kind in ("start", "ping", "gone"):
        said = " ".join(filter(None, (event.kind, event.message)))
    return visible(f"{event.task or '-'}: {said or event.kind}")
