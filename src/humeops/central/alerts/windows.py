# SPDX-License-Identifier: MIT
"""Times of the week (`Mon..Fri 08:00-18:00`), and spans that begin again and again (cron or OnCalendar, and how long). Pure.

A window that ends before it begins goes over midnight and belongs to the day on which it began. Both ends are clock time in
the zone: on the night of a change of clocks a window is as long as the clock on the wall makes it.
"""

import datetime
import re
import zoneinfo
from collections.abc import Iterable
from typing import NamedTuple

from humeops import spans
from humeops.central.watches import schedule

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = "|".join(_DAYS)
_FORM = re.compile(
    rf"(?:(?P<days>(?:{_DAY})(?:(?:\.\.|,)(?:{_DAY}))*)(?:\s+|$))?(?:(?P<begin>\d\d:\d\d)-(?P<end>\d\d:\d\d))?"
)
_WHOLE_DAY = 24 * 60
_MOST_STARTS = 64
_FURTHEST_NS = 8 * spans.DAY  # windows that cover the whole week never end


class Window(NamedTuple):
    """On these days of the week (0 is Monday), from this minute of the day to that."""

    days: frozenset[int]
    begin: int
    end: int


def read(text: str) -> Window:
    """Return `Mon..Fri 08:00-18:00`, `22:00-07:00` or `Sat,Sun` as a window; raise ValueError."""
    found = _FORM.fullmatch(text.strip())
    if not text.strip() or found is None:
        raise ValueError(f"{text[:60]!a} is no time of the week, such as `Mon..Fri 08:00-18:00` or `22:00-07:00`")
    days = _days(found["days"]) if found["days"] else frozenset(range(7))
    if not found["begin"]:
        return Window(days, 0, _WHOLE_DAY)
    begin, end = _minute(found["begin"]), _minute(found["end"])
    if begin == end:
        raise ValueError(f"{text[:60]!a} begins when it ends; the whole day is written without times")
    return Window(days, begin, end)


def until(windows: Iterable[Window], zone: str, now_ns: int) -> int | None:
    """Return when what holds now ends, windows that adjoin or overlap being one; None when none holds. More than a week on is enough."""
    known, place = list(windows), _zone(zone)
    latest: int | None = None
    moment = now_ns
    while moment < now_ns + _FURTHEST_NS:
        ends = [end for window in known for end in _ends(window, place, moment)]
        if not ends:
            break
        latest = moment = max(ends)
    return latest


def _ends(window: Window, zone: datetime.tzinfo, now_ns: int) -> Iterable[int]:
    today = datetime.datetime.fromtimestamp(now_ns // spans.SECOND, zone).date()
    for day in (today - datetime.timedelta(days=1), today):
        if day.weekday() not in window.days:
            continue
        last = day if window.end > window.begin else day + datetime.timedelta(days=1)
        begin, end = _moment(day, window.begin, zone), _moment(last, window.end, zone)
        if begin <= now_ns < end:
            yield end


def repeated_until(plan: schedule.Plan, lasts_ns: int, now_ns: int) -> int | None:
    """Return until when a span that begins whenever the plan says, and lasts so long, holds; None when it does not now."""
    begun = schedule.next_after(plan, now_ns - lasts_ns)
    latest: int | None = None
    # Spans that overlap are one, which ends with the last of them; of very many it is enough that one of them holds still.
    for _ in range(_MOST_STARTS):
        if begun is None or begun > now_ns:
            break
        latest, begun = begun, schedule.next_after(plan, begun)
    return None if latest is None else latest + lasts_ns


def _moment(day: datetime.date, minute: int, zone: datetime.tzinfo) -> int:
    days, rest = divmod(minute, _WHOLE_DAY)
    day += datetime.timedelta(days=days)
    made = datetime.datetime(day.year, day.month, day.day, rest // 60, rest % 60, tzinfo=zone)
    return int(made.timestamp()) * spans.SECOND


def _zone(name: str) -> datetime.tzinfo:
    return zoneinfo.ZoneInfo(name) if name and name != "UTC" else datetime.UTC


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("..")
        begin = _DAYS.index(first)
        count = (_DAYS.index(last or first) - begin) % 7 + 1
        found.update((begin + shift) % 7 for shift in range(count))
    return frozenset(found)


def _minute(text: str) -> int:
    hour, minute = int(text[:2]), int(text[3:])
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"{text!a} is no time of the day")
    return hour * 60 + minute
