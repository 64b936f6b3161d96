# SPDX-License-Identifier: MIT
"""Times, amounts and states as the pages write them. Pure; still untrusted: the templates escape.

Times are those of central's own zone, which the foot of each page names; in UTC they stand in the elements' `datetime`.
"""

import datetime

from humeops import amounts, moments, spans
from humeops.event import Value

# Troubles first, then what runs, then what is quiet.
STATES = ("failed", "lost", "overdue", "late", "warning", "unknown", "running", "ok", "new", "paused")
_RANK = {state: rank for rank, state in enumerate(STATES)}
SERIOUS = ("warning", "error", "critical")


# Why a signature did not verify, as `hume run --signed` says it in one word.
_FAULTS = {
    "unsigned": "it was to be signed, and is not",
    "changed": "it is not what was signed",
    "signature": "nobody who may signed it",
    "revoked": "the key that signed it is revoked",
    "expired": "its signature has ended",
    "rolled-back": "an older version than ran here before",
    "name": "it was signed under another name",
    "arguments": "it was called with arguments that it was not signed for",
    "host": "it was not signed for this host",
    "source": "what it sources is not what was signed",
    "malformed": "its signature cannot be read",
    "untrusted": "this host believes nobody: its lists are missing, or open to others",
    "outdated": "whom this host believes is out of date: hume signers update",
    "unread": "it, or its signature, could not be read",
    "unremembered": "its version could not be remembered",
}


def fault(word: str) -> str:
    """Return why a script did not verify, in words."""
    return _FAULTS.get(word, word)


def rank(state: str) -> int:
    """Return where this state stands among troubles; what is well ranks alike."""
    return min(_RANK.get(state, 0), _RANK["ok"])


def shape(state: str) -> str:
    """Return the state's shape as a character, for titles."""
    shapes = {"failed": "✗", "lost": "◌", "overdue": "◷", "late": "◷", "warning": "△", "running": "◔", "ok": "✓"}
    return shapes.get(state, "?")


def span(ns: int) -> str:
    """Return a length of time as a sentence has it: `350 ms`, `4.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`."""
    return spans.in_words(ns)


def utc(moment_ns: int) -> str:
    """Return the moment as `datetime` wants it."""
    return moments.local_time(moment_ns).astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def zone(now_ns: int) -> str:
    """Return the name of central's zone."""
    moment = moments.local_time(now_ns)
    return f"{moment:%Z} (UTC{moment:%z})"


def amount(number: float, unit: str) -> str:
    """Return a number with its unit, thousands set apart."""
    if unit == "s" and number >= 0:
        return span(int(number * spans.SECOND))
    if unit == "bytes":
        return amounts.amount(number, unit)
    if float(number).is_integer() and abs(number) < 1e15:
        return f"{number:,.0f} {unit}".rstrip()
    return amounts.amount(number, unit)


def value(of: Value, unit: str = "", key: str = "") -> str:
    """Return a piece of data as text; where no unit was said, its name may tell one."""
    if isinstance(of, bool):
        return "yes" if of else "no"
    if isinstance(of, int | float):
        return amount(of, amounts.unit_of(key, unit))
    return str(of)
