# SPDX-License-Identifier: MIT
"""When starts are expected, near every change of the clock in ten years, against a reckoning minute by minute."""

import datetime
import functools
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.central.watches import schedule
from humeops.central.watches.schedule import Plan, next_after, next_uncovered

S = 1_000_000_000
HOUR = 3_600
BEGIN = int(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC).timestamp())
END = int(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC).timestamp())
# Both hemispheres, half an hour, three quarters, changes at midnight, the odd years of Morocco and Egypt.
ZONES = [
    "Europe/Madrid", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "Australia/Lord_Howe",
    "Australia/Adelaide", "Pacific/Chatham", "Pacific/Auckland", "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut",
    "America/Havana", "Asia/Tehran", "America/Asuncion", "Europe/Chisinau", "Antarctica/Troll", "Asia/Kolkata",
]  # fmt: skip


def offset(zone, second):
    return datetime.datetime.fromtimestamp(second, zone).utcoffset()


@functools.cache
def changes(name):
    """Return the seconds at which this zone's clock is put forward or back."""
    zone, found = zoneinfo.ZoneInfo(name), []
    for day in range(BEGIN, END, 86_400):
        low, high = day, day + 86_400
        if offset(zone, low) == offset(zone, high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
        found.append(high)
    return found


def minutes_around(change, hours=30):
    begin = (change - hours * HOUR) // 60 * 60
    return range(begin, change + hours * HOUR, 60)


def matches(zone, second, hour, minute):
    local = datetime.datetime.fromtimestamp(second, zone)
    return (hour is None or local.hour == hour) and local.minute == minute


def starts(plan, begin, end):
    found, at = [], next_after(plan, begin * S)
    while at is not None and at < end * S:
        found.append(at // S)
        at = next_after(plan, at)
    return found


def as_systemd(zone, around, hour, minute):
    found = every_time(zone, around, hour, minute)
    return [second for second in found if datetime.datetime.fromtimestamp(second, zone).fold == 0]


def every_time(zone, around, hour, minute):
    return [second for second in around if second > around[0] and matches(zone, second, hour, minute)]


def as_cron(zone, change, around, hour, minute):
    """A fixed time: once a day on the clock on the wall, at once after an hour in which it was skipped."""
    found = [second for second in around if matches(zone, second, hour, minute)]
    before, after = offset(zone, change - 1), offset(zone, change)
    if after < before:
        back = int((before - after).total_seconds())
        found = [second for second in found if not (change <= second < change + back)]
    else:
        skipped = datetime.datetime.fromtimestamp(change - 1, zone).replace(tzinfo=None)
        gap = [
            skipped + datetime.timedelta(seconds=shift) for shift in range(1, int((after - before).total_seconds()), 60)
        ]
        if any((one.hour, one.minute) == (hour, minute) for one in gap):
            found.append(change)
    return sorted(set(found) - {around[0]})


def check(name, hours, every=1):
    zone = zoneinfo.ZoneInfo(name)
    for change in changes(name)[::every]:
        around = minutes_around(change)
        for hour, minute in hours(zone, change):
            calendar = Plan(calendar=f"{'*' if hour is None else hour}:{minute:02}", tz=name)
            assert starts(calendar, around[0], around[-1]) == as_systemd(zone, around[:-1], hour, minute), (
                name,
                change,
            )
            cron = Plan(cron=f"{minute} {'*' if hour is None else hour} * * *", tz=name)
            expected = (
                every_time(zone, around[:-1], None, minute)
                if hour is None
                else as_cron(zone, change, around[:-1], hour, minute)
            )
            assert starts(cron, around[0], around[-1]) == expected, (name, change, hour, minute)


def near(zone, change):
    """Return times of the day before, in and after what is skipped or repeated; None: every hour."""
    local = [datetime.datetime.fromtimestamp(change + shift, zone) for shift in (-3_000, -600, 0, 600, 3_000, 6_000)]
    return [*{(one.hour, one.minute) for one in local}, (None, 15), (12, 0)]


@pytest.mark.parametrize("name", ZONES)
def test_near_changes_of_the_clock_starts_are_expected_as_cron_and_systemd_do_it(name):
    check(name, near, every=3)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
def test_in_every_zone_of_the_world_over_ten_years_they_are_too():
    for name in sorted(zoneinfo.available_timezones()):
        if "/" in name:
            check(name, near)


@pytest.mark.parametrize("plan", [Plan(cron="30 2 * * *", tz="Europe/Madrid"), Plan(calendar="02:30 Europe/Madrid")])
def test_where_one_begins_to_look_makes_no_difference(plan):
    change = next(one for one in changes("Europe/Madrid") if one % 86_400 == HOUR and one > BEGIN + 200 * 86_400)
    every = starts(plan, change - 2 * 86_400, change + 2 * 86_400)

    for begin in range(change - 4 * HOUR, change + 4 * HOUR, 599):
        assert next_after(plan, begin * S) == min(one for one in every if one > begin) * S


@given(
    st.integers(0, 4_000_000_000), st.sampled_from(ZONES), st.sampled_from(["15 3 * * *", "*/7 * * * *", "0 0 1 * *"])
)
def test_the_next_start_lies_ahead_and_nothing_lies_between(second, name, cron):
    plan = Plan(cron=cron, tz=name)
    found = next_after(plan, second * S)

    assert found is not None
    assert found > second * S
    assert next_after(plan, found - S) == found


def test_a_period_is_real_time():
    assert next_after(Plan(every=3_600), 5 * S) == 3_605 * S


def test_a_start_a_little_early_is_that_of_its_time_where_times_lie_apart():
    daily, minutely = Plan(cron="15 3 * * *"), Plan(cron="* * * * *")
    due = next_after(daily, schedule.SOME_MOMENT)

    assert due is not None
    assert next_uncovered(daily, due - 20 * S) == due + 86_400 * S
    assert next_uncovered(daily, due - 40 * S) == due
    assert next_uncovered(minutely, due - 20 * S) == due


def test_what_never_comes_is_none():
    assert next_after(Plan(calendar="*-02-30"), schedule.SOME_MOMENT) is None
    assert next_after(Plan(calendar="2020-01-01"), schedule.SOME_MOMENT) is None
    assert next_after(Plan(cron="* * * * *"), 2**63 - 1) is None
