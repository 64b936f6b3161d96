# SPDX-License-Identifier: MIT
"""When the next start is expected: a period, a line of cron, or a calendar event of systemd, in a zone of time. Pure.

At both changes of the clock each is what its own program does. Cron (Debian's): a job of a fixed time that falls into the
skipped hour runs right after it, one in the repeated hour runs once, and jobs of every hour or minute follow real time.
systemd: what falls into the skipped hour is left out, what falls into the repeated one is expected the first time. A period
is real time.
"""

import datetime
import functools
import zoneinfo
from typing import NamedTuple

from humeops import moments, spans

# What cron calls some lines (crontab(5)); `@reboot` is no time.
NICKNAMES = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0"}
NICKNAMES |= {"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}
# To try a declaration by: any moment will do.
SOME_MOMENT = 1_795_406_391 * spans.SECOND
# A start a little before its time (the host's clock is ahead) is the start of that time, where times lie well apart.
EARLY_NS = 30 * spans.SECOND
_NEAR = 3 * 3_600  # seconds: no clock is put back by more, and no change lasts longer
_LAST_NS = 4_102_444_800 * spans.SECOND  # 2100; nobody waits for what lies beyond


class Plan(NamedTuple):
    """One of a period (seconds), a line of cron, or a calendar event; the zone is UTC unless it is named."""

    every: int = 0
    cron: str = ""
    calendar: str = ""
    tz: str = ""


def next_after(plan: Plan, moment_ns: int) -> int | None:
    """Return the first expected start after this moment; None when there is none any more. Raises ValueError for nonsense."""
    if plan.every:
        return moment_ns + plan.every * spans.SECOND
    if not 0 <= moment_ns < _LAST_NS:
        return None
    return _next_of_calendar(plan, moment_ns // spans.SECOND)


def is_zone(word: str) -> bool:
    """Tell whether this word names a zone of time, as the last one of a calendar event may."""
    try:
        moments.zone_of(word)
    except ValueError:
        return False
    return True


def next_uncovered(plan: Plan, sign_ns: int) -> int | None:
    """Return the first expected start that a sign of life at this moment does not account for."""
    first = next_after(plan, sign_ns)
    if plan.every or first is None or first - sign_ns > EARLY_NS:
        return first
    second = next_after(plan, first)
    return second if second is None or second - first > 4 * EARLY_NS else first


@functools.lru_cache(maxsize=4_096)
def _next_of_calendar(plan: Plan, second: int) -> int | None:
    # Here, so that the command line, which only compares what is expected, does without central's libraries.
    import cronsim
    import oncalendar

    zone: datetime.tzinfo = zoneinfo.ZoneInfo(plan.tz) if plan.tz and plan.tz != "UTC" else datetime.UTC
    start = datetime.datetime.fromtimestamp(_before_change(zone, second), zone)
    try:
        line = NICKNAMES.get(plan.cron, plan.cron)
        starts = cronsim.CronSim(line, start) if line else oncalendar.TzIterator(plan.calendar, start)
        for found in starts:
            # Through UTC: between two moments of one zone Python reckons by the clock on the wall.
            moment = int(found.astimezone(datetime.UTC).timestamp())
            if moment > second:
                return moment * spans.SECOND
    except (cronsim.CronSimError, oncalendar.OnCalendarError) as error:
        raise ValueError(str(error) or "it cannot be read") from None
    except OverflowError:  # a year that no date has
        return None
    return None


def _before_change(zone: datetime.tzinfo, second: int) -> int:
    """Return where to begin to reckon: near a change of the clock from before it, else right here.

    The library goes by the clock on the wall, and inside a repeated hour that tells only half of where one is.
    """
    if zone is datetime.UTC:
        return second
    near = {datetime.datetime.fromtimestamp(max(0, second + shift), zone).utcoffset() for shift in (-_NEAR, 0, _NEAR)}
    return second if len(near) == 1 else max(0, second - _NEAR)
