# SPDX-License-Identifier: MIT
"""One sentence for each trouble, made from facts: "exit 3 at line 41, after db-dumped". Pure.

The same sentence stands on the terminal, in the API and in alerts; nobody words it anew.
"""

from humeops.central.fold import Said, Summary
from humeops.event import Event

MAX_QUOTE = 120


def of_run(summary: Summary) -> str:
    """Return why this run is not well; empty when it is, or still runs."""
    match summary.state:
        case "failed":
            return _ended(summary, "failed")
        case "warning":
            return _warned(summary)
        case _:
            return ""


def of_word(event: Event) -> str:
    """Return why a task is not well, of which this was said outside of any run; empty when it says that all is well."""
    if event.kind != "stop":
        return "" if event.level == "ok" else _quote(event.message) or event.level
    if event.outcome == "ok":
        return ""
    otherwise = "failed" if event.outcome == "failed" else "ended with a warning"
    words = [f"exit {event.status}" if event.status else otherwise]
    if event.origin.line:
        words.append(f" at line {event.origin.line}")
    words.append(", without a start")
    if event.message:
        words.append(f": {_quote(event.message)}")
    return "".join(words)


def _ended(summary: Summary, otherwise: str) -> str:
    stop = summary.stop
    words = [f"exit {stop.status}" if stop and stop.status else otherwise]
    line = _line(stop) or _line(summary.error)
    if line:
        words.append(f" at line {line}")
    if summary.flag:
        words.append(f", after {summary.flag.flag}")
    if stop and stop.message:
        words.append(f": {_quote(stop.message)}")
    return "".join(words)


def _warned(summary: Summary) -> str:
    levels = summary.levels
    counts = [
        _count(levels.get("critical", 0) + levels.get("error", 0), "error"),
        _count(levels.get("warning", 0), "warning"),
    ]
    said = " and ".join(count for count in counts if count)
    if not said or summary.grumble is None:
        return _ended(summary, "ended with a warning")
    last = _quote(summary.grumble.message)
    if not last:
        return said
    return f"{said}: {last}" if said.startswith("1 ") and " and " not in said else f"{said}, the last: {last}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""


def _line(said: Said | None) -> int | None:
    return said.line if said else None


def _quote(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MAX_QUOTE else words[: MAX_QUOTE - 1].rstrip() + "…"
