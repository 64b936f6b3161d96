# SPDX-License-Identifier: MIT
"""From a silence as it is typed to what the API is asked, and when it would hold, in words. Pure.

A browser's fields of date and time know no zone: they are meant in the one that is named beside them, else in that of the page's own times.
"""

import datetime
import zoneinfo
from typing import Annotated

import msgspec

from humeops import moments
from humeops.api.alertschemas import NewSilence
from humeops.api.parameters import ParameterError
from humeops.central.alerts import silence
from humeops.central.alerts.silence import Silence
from humeops.clock import NS_PER_SECOND

_TIMES = 3


class Typed(msgspec.Struct):
    """What stands in the form: `lasts` is a span; with `cron` or `calendar` it is one that repeats, until `ends` if that is said."""

    what: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    why: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    lasts: Annotated[str, msgspec.Meta(max_length=32)] = ""
    starts: Annotated[str, msgspec.Meta(max_length=32)] = ""
    cron: Annotated[str, msgspec.Meta(max_length=256)] = ""
    calendar: Annotated[str, msgspec.Meta(max_length=256)] = ""
    ends: Annotated[str, msgspec.Meta(max_length=32)] = ""
    tz: Annotated[str, msgspec.Meta(max_length=64)] = ""


def wish_of(typed: Typed, now_ns: int) -> NewSilence:
    """Return what is asked for; raise ParameterError, which names the field as the page does."""
    try:
        lasts = moments.parse_span(typed.lasts.strip())
    except ValueError as error:
        raise ParameterError(f"How long: {error}") from None
    zone = _zone(typed.tz.strip())
    starts, ends = _moment("From", typed.starts, zone), _moment("Until", typed.ends, zone)
    repeats = bool(typed.cron.strip() or typed.calendar.strip())
    if ends is not None and not repeats:
        raise ParameterError("Until: is said of one that comes again; of another one say how long")
    return NewSilence(
        typed.what.strip(),
        typed.why.strip(),
        ends if repeats else (now_ns if starts is None else starts) + lasts,
        starts,
        typed.cron.strip(),
        typed.calendar.strip(),
        typed.tz.strip(),
        lasts // NS_PER_SECOND if repeats else 0,
    )


def times_of(draft: Silence, now_ns: int) -> str:
    """Return when it would hold, the first times of one that repeats."""
    if draft.plan is None:
        begins, ends = (moments.day_and_time(at, now_ns) for at in (draft.starts_at, draft.ends_at or draft.starts_at))
        return f"It would hold from {begins} until {ends}."
    found: list[str] = []
    at = max(draft.starts_at, now_ns)
    while len(found) < _TIMES:
        begins_at = at if silence.holds_until(draft, at) is not None else silence.next_at(draft, at)
        until = silence.holds_until(draft, begins_at) if begins_at is not None else None
        if begins_at is None or until is None:
            break
        found.append(f"{moments.day_and_time(begins_at, now_ns)} to {moments.day_and_time(until, now_ns)}")
        at = until
    more = " and so on" if len(found) == _TIMES else ""
    return f"It would hold from {', '.join(found)}{more}." if found else "It would never hold."


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    if not name:
        return None
    try:
        return moments.zone_of(name)
    except ValueError as error:
        raise ParameterError(f"In the zone: {error}") from None


def _moment(field: str, text: str, zone: zoneinfo.ZoneInfo | None) -> int | None:
    word = text.strip()
    if not word:
        return None
    try:
        moment = datetime.datetime.fromisoformat(word)
        meant = moment if moment.tzinfo is not None or zone is None else moment.replace(tzinfo=zone)
        return max(0, int(meant.timestamp())) * NS_PER_SECOND
    except (ValueError, OverflowError, OSError):
        raise ParameterError(f"{field}: {word[:40]!a} is no moment; it is written 2026-12-01T06:00") from None
