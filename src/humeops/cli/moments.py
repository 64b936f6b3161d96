# SPDX-License-Identifier: MIT
"""Points in time and spans of it, as people write and read them. Pure: the present comes in as an argument.

Reads `90s 15m 2h 1d 1w 1h30m`, ISO dates and times, a time of today, `now`, `today`, `yesterday`; writes "4m10s",
"11 min ago", "today 03:15:02". Local time is that of the person's machine.
"""

import datetime
import re

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_SPAN = re.compile(r"(?:[0-9]{1,9}[smhdw])+")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")

FORMS = "such as 15m, 2h, 1d, today, yesterday, 03:15, 2026-11-23 or 2026-11-23T03:15"


def parse_span(text: str) -> int:
    """Return a span such as `1h30m` in ns, or raise ValueError."""
    if not _SPAN.fullmatch(text):
        raise ValueError(f"{text!a} is not a span of time such as 90s, 15m, 2h, 1d or 1w")
    return sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text))


def parse_moment(text: str, now_ns: int) -> int:
    """Return the moment in ns since 1970; a span means so long ago, a date its first moment. Raise ValueError."""
    word = text.strip()
    if _SPAN.fullmatch(word):
        return max(0, now_ns - parse_span(word))
    midnight = _local(now_ns).replace(hour=0, minute=0, second=0, microsecond=0)
    named = {"now": now_ns, "today": _to_ns(midnight), "yesterday": _to_ns(midnight - datetime.timedelta(days=1))}
    if word in named:
        return named[word]
    if _CLOCK.fullmatch(word):
        word = f"{midnight:%Y-%m-%d}T{word.zfill(len(word) + (word.index(':') == 1))}"
    try:
        return max(0, _to_ns(datetime.datetime.fromisoformat(word)))
    except (ValueError, OverflowError):
        raise ValueError(f"{text!a} is no moment in time; write one {FORMS}") from None


def span(ns: int) -> str:
    """Return a length of time in at most six characters where that is enough: `350ms`, `4.2s`, `4m10s`, `2h05m`, `3d04h`."""
    if ns < SECOND:
        return f"{max(ns, 0) / 1_000_000:.0f}ms"
    if ns < 10 * SECOND:
        return f"{ns / SECOND:.1f}s"
    for unit, part, letters in ((MINUTE, SECOND, " s"), (HOUR, MINUTE, "ms"), (DAY, HOUR, "hm")):
        if ns < unit:
            whole, rest = divmod(ns, part)
            return f"{whole}s" if part == SECOND else f"{whole}{letters[0]}{rest * 60 // part:02d}{letters[1]}"
    return f"{ns // DAY}d{ns % DAY // HOUR:02d}h"


def rough(ns: int) -> str:
    """Return a length of time as it is said: `42 s`, `11 min`, `5 h`, `3 days`."""
    for unit, smaller, word in ((MINUTE, SECOND, "s"), (HOUR, MINUTE, "min"), (2 * DAY, HOUR, "h")):
        if ns < unit:
            return f"{max(ns, 0) // smaller} {word}"
    return f"{ns // DAY} days"


def ago(moment_ns: int, now_ns: int) -> str:
    """Return how long ago that was: `11 min ago`; what lies ahead (a clock that differs) is said as such."""
    past = now_ns - moment_ns
    if past < -MINUTE:
        return f"in {rough(-past)}"
    return "just now" if past < SECOND else f"{rough(past)} ago"


def day_and_time(moment_ns: int, now_ns: int) -> str:
    """Return `today 03:15:02`, `yesterday 03:15:02` or `2026-11-20 03:15:02`."""
    moment, days = _local(moment_ns), (_local(now_ns).date() - _local(moment_ns).date()).days
    day = {0: "today", 1: "yesterday"}.get(days, f"{moment:%Y-%m-%d}")
    return f"{day} {moment:%H:%M:%S}"


def brief(moment_ns: int, now_ns: int) -> str:
    """Return a moment in a few columns: `03:15:02` today, `Sun 03:15` this week, `20 Nov 03:15`, else `2025-11-20`."""
    moment, now = _local(moment_ns), _local(now_ns)
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"{moment:%H:%M:%S}"
    if 0 < days < 7:
        return f"{moment:%a %H:%M}"
    return f"{moment:%d %b %H:%M}" if moment.year == now.year else f"{moment:%Y-%m-%d}"


def date_of(moment_ns: int) -> str:
    """Return the local date, `2026-11-23`."""
    return f"{_local(moment_ns):%Y-%m-%d}"


def time_of_day(moment_ns: int) -> str:
    """Return the local time of day, `03:15:02`."""
    return f"{_local(moment_ns):%H:%M:%S}"


def _local(ns: int) -> datetime.datetime:
    # Far beyond any clock, datetime gives up; the last second it knows is shown instead of a fault.
    seconds = min(ns // SECOND, 253_370_764_800)
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).astimezone()


def _to_ns(moment: datetime.datetime) -> int:
    return int(moment.astimezone().timestamp()) * SECOND + moment.microsecond * 1000
