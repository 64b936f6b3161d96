# SPDX-License-Identifier: MIT
"""Times of the week and repeating spans: when they hold, and when they end, also over midnight and when clocks change."""

import datetime
import zoneinfo

import pytest

from humeops import spans
from humeops.central.alerts import windows
from humeops.central.watches.schedule import Plan

MADRID = "Europe/Madrid"


def at(text, zone=MADRID):
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp()) * spans.SECOND


@pytest.mark.parametrize(
    ("window", "moment", "ends"),
    [
        ("22:00-07:00", "2026-11-27T23:30", "2026-11-28T07:00"),
        ("22:00-07:00", "2026-11-28T06:59", "2026-11-28T07:00"),
        ("22:00-07:00", "2026-11-28T07:00", None),
        ("Mon..Fri 08:00-18:00", "2026-11-27T08:00", "2026-11-27T18:00"),
        ("Mon..Fri 08:00-18:00", "2026-11-28T12:00", None),
        ("Fri 22:00-07:00", "2026-11-28T06:00", "2026-11-28T07:00"),
        ("Fri 22:00-07:00", "2026-11-27T06:00", None),
        ("Sat,Sun", "2026-11-28T23:59", "2026-11-30T00:00"),
        ("Sat..Mon 00:00-24:00", "2026-11-30T10:00", "2026-12-01T00:00"),
        # The clock goes back at 03:00 on the 25th of October: the night has an hour more.
        ("22:00-07:00", "2026-10-25T01:00", "2026-10-25T07:00"),
    ],
)
def test_a_window_holds_until_it_ends(window, moment, ends):
    assert windows.until([windows.read(window)], MADRID, at(moment)) == (at(ends) if ends else None)


@pytest.mark.parametrize(
    ("told", "moment", "ends"),
    [
        (["23:09-23:12", "23:12-23:14"], "2026-11-27T23:10", "2026-11-27T23:14"),
        (["Sat,Sun"], "2026-11-28T12:00", "2026-11-30T00:00"),
        (["Mon..Fri 22:00-07:00", "Sat,Sun"], "2026-11-27T23:00", "2026-11-30T00:00"),
        (["22:00-24:00", "00:00-07:00"], "2026-11-27T23:00", "2026-11-28T07:00"),
        (["08:00-12:00", "13:00-14:00"], "2026-11-27T09:00", "2026-11-27T12:00"),
        (["Mon..Sun"], "2026-11-27T12:00", "2026-12-06T00:00"),
    ],
)
def test_windows_that_adjoin_are_one(told, moment, ends):
    assert windows.until([windows.read(text) for text in told], MADRID, at(moment)) == at(ends)


@pytest.mark.parametrize(
    "text", ["", "8-18", "25:00-26:00", "08:00-08:00", "Mon-Fri 08:00-18:00", "Montag", "24:30-01:00"]
)
def test_what_is_no_window_is_told(text):
    with pytest.raises(ValueError, match="time"):
        windows.read(text)


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-11-29T02:00", "2026-11-29T03:00"),
        ("2026-11-29T02:59", "2026-11-29T03:00"),
        ("2026-11-29T03:00", None),
        ("2026-11-28T02:30", None),
    ],
)
def test_a_span_that_comes_again_holds_as_long_as_it_lasts(moment, ends):
    plan = Plan(0, "0 2 * * sun", "", MADRID)

    assert windows.repeated_until(plan, spans.HOUR, at(moment)) == (at(ends) if ends else None)


def test_spans_that_overlap_are_one():
    plan = Plan(0, "0 * * * *", "", "UTC")

    assert windows.repeated_until(plan, 3 * spans.HOUR, at("2026-11-28T10:30", "UTC")) == at("2026-11-28T13:00", "UTC")
