# SPDX-License-Identifier: MIT
"""Points in time as people read them: "11 min ago", "today 03:15:02". How they write them is in humeops.moments. Pure.

Local time is that of the person's machine.
"""

from humeops import spans
from humeops.moments import local_time


def ago(moment_ns: int, now_ns: int) -> str:
    """Return how long ago that was: `11 min ago`; what lies ahead (a clock that differs) is said as such."""
    past = now_ns - moment_ns
    if past < -spans.MINUTE:
        return f"in {spans.rough(-past)}"
    return "just now" if past < spans.SECOND else f"{spans.rough(past)} ago"


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
