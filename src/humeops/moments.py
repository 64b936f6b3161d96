# SPDX-License-Identifier: MIT
"""Points in time and spans of it, as people write and read them. Pure: the present comes in as an argument.

Reads `90s 15m 2h 1d 1w 1h30m`, ISO dates and times, a time of today, `now`, `today`, `yesterday`; writes
"11 min ago", "today 03:15:02". Local time is that of the machine that reads or writes them.
"""

import datetime
import re
import zoneinfo

from humeops import spans

_UNITS = {"s": spans.SECOND, "m": spans.MINUTE, "h": spans.HOUR, "d": spans.DAY, "w": 7 * spans.DAY}
_SPAN = re.compile(r"(?:[0-9]{1,9}[smhdw])+")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")

_LAST = 2**63 - 1 - spans.DAY  # so that whoever adds to a moment still has one that a database takes

FORMS = "such as 15m, 2h, 1d, today, yesterday, 03:15, 2026-11-23 or 2026-11-23T03:15"


def parse_span(text: str) -> int:
    """Return a span such as `1h30m` in ns, or raise ValueError."""
    if not _SPAN.fullmatch(text):
        raise ValueError(f"{text!a} is not a span of time such as 90s, 15m, 2h, 1d or 1w")
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text))


def parse_moment(text: str, now_ns: int, zone: datetime.tzinfo | None = None) -> int:
    """Return the moment in ns since 1970; a span means so long ago, a date its first moment. Raise ValueError.

    What lies beyond what 63 bits hold (2262) is the last moment that they do, less a day. What names no zone is meant in
    `zone`, without one in that of this machine.
    """
    word = text.strip()
    if _SPAN.fullmatch(word):
        return max(0, now_ns - parse_span(word))
    midnight = local_time(now_ns).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    named = {"now": now_ns, "today": _to_ns(midnight), "yesterday": _to_ns(midnight - datetime.timedelta(days=1))}
    if word in named:
        return named[word]
    if _CLOCK.fullmatch(word):
        word = f"{midnight:%Y-%m-%d}T{word.zfill(len(word) + (word.index(':') == 1))}"
    try:
        moment = datetime.datetime.fromisoformat(word)
        return min(_LAST, max(0, _to_ns(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))))
    except (ValueError, OverflowError):
        raise ValueError(f"{text!a} is no moment in time; write one {FORMS}") from None


def in_full(ns: int) -> str:
    """Return the moment in UTC to the microsecond, as `parse_moment` reads it anywhere."""
    microseconds = min(ns // 1000, 253_402_300_799_999_999)
    moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(microseconds=microseconds)
    return moment.isoformat().replace("+00:00", "Z")


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return the time zone of this name; raise ValueError when there is none, or the name is a file's elsewhere."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone {name[:60]!a}; it is written Europe/Madrid") from None


def local_time(ns: int) -> datetime.datetime:
    """Return the moment by the clock on the wall here."""
    # Far beyond any clock, datetime gives up; the last second it knows is shown instead of a fault.
    seconds = min(ns // spans.SECOND, 253_370_764_800)
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).astimezone()


def ago(moment_ns: int, now_ns: int) -> str:
    """Return how long ago that was: `11 min ago`; what lies ahead (a clock that differs) is said as such."""
    past = now_ns - moment_ns
    if past < -spans.MINUTE:
        return f"in {spans.rough(-past)}"
    return "just now" if past < spans.SECOND else f"{spans.rough(past)} ago"


def ahead(moment_ns: int, now_ns: int) -> str:
    """Return in how long that is expected: `in 58 s`, and when it is past how long ago that was."""
    left = moment_ns - now_ns
    return f"in {spans.rough(left)}" if left >= spans.SECOND else ago(moment_ns, now_ns)


def day_and_time(moment_ns: int, now_ns: int) -> str:
    """Return `today 03:15:02`, `yesterday 03:15:02` or `2026-11-20 03:15:02`."""
    moment, days = local_time(moment_ns), (local_time(now_ns).date() - local_time(moment_ns).date()).days
    day = {0: "today", 1: "yesterday"}.get(days, f"{moment:%Y-%m-%d}")
    return f"{day} {moment:%H:%M:%S}"


def brief(moment_ns: int, now_ns: int) -> str:
    """Return a moment in a few columns: `03:15:02` today, `Sun 03:15` this week, `20 Nov 03:15`, else `2025-11-20`."""
    moment, now = local_time(moment_ns), local_time(now_ns)
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"{moment:%H:%M:%S}"
    if 0 < days < 7:
        return f"{moment:%a %H:%M}"
    return f"{moment:%d %b %H:%M}" if moment.year == now.year else f"{moment:%Y-%m-%d}"


def date_of(moment_ns: int) -> str:
    """Return the local date, `2026-11-23`."""
    return f"{local_time(moment_ns):%Y-%m-%d}"


def time_of_day(moment_ns: int) -> str:
    """Return the local time of day, `03:15:02`."""
    return f"{local_time(moment_ns):%H:%M:%S}"


def _to_ns(moment: datetime.datetime) -> int:
    return int(moment.replace(microsecond=0).timestamp()) * spans.SECOND + moment.microsecond * 1000
