# SPDX-License-Identifier: MIT
"""Points in time and spans, as people write and read them."""

import time
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops import moments, spans
from humeops.spans import DAY, HOUR, MINUTE, SECOND

NOW = 1_795_406_391 * SECOND  # 2026-11-23 03:59:51 UTC


@pytest.fixture(autouse=True)
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", NOW - 90 * SECOND),
        ("1h30m", NOW - 90 * MINUTE),
        ("1w", NOW - 7 * DAY),
        ("now", NOW),
        ("today", NOW - 4 * HOUR - 59 * MINUTE - 51 * SECOND),
        ("yesterday", NOW - DAY - 4 * HOUR - 59 * MINUTE - 51 * SECOND),
        ("3:15", NOW - 104 * MINUTE - 51 * SECOND),
        ("2026-11-23", NOW - 4 * HOUR - 59 * MINUTE - 51 * SECOND),
        ("2026-11-23T03:00:00Z", NOW - 59 * MINUTE - 51 * SECOND),
        ("2026-11-23 04:00", NOW - 59 * MINUTE - 51 * SECOND),
        ("99999999w", 0),
        ("2500-01-01", 2**63 - 1 - DAY),
        ("9999-12-31T23:59:59Z", 2**63 - 1 - DAY),
    ],
)
def test_a_moment_is_read_as_people_write_it(text, moment):
    assert moments.parse_moment(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "1y", "soon", "25:99", "2026-13-01", "-1d", "1d ago", "٣d"])
def test_what_is_no_moment_is_refused_with_the_right_forms(text):
    with pytest.raises(ValueError, match="no moment in time; write one such as 15m"):
        moments.parse_moment(text, NOW)


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0ms"),
        (350_000_000, "350ms"),
        (4_200_000_000, "4.2s"),
        (42 * SECOND, "42s"),
        (250 * SECOND, "4m10s"),
        (1082 * SECOND, "18m02s"),
        (125 * MINUTE, "2h05m"),
        (76 * HOUR, "3d04h"),
    ],
)
def test_a_span_is_short(ns, text):
    assert spans.span(ns) == text


@given(st.integers(-(2**63), 2**63 - 1))
def test_no_number_of_central_breaks_a_text(ns):
    for text in (spans.span(ns), spans.rough(ns), moments.ago(ns, NOW)):
        assert text.isprintable()


@given(st.integers(0, 2**63 - 1))
def test_no_moment_of_central_breaks_a_text(ns):
    for text in (moments.day_and_time(ns, NOW), moments.brief(ns, NOW), moments.time_of_day(ns), moments.date_of(ns)):
        assert text.isprintable()


def test_how_long_ago_is_said_roughly():
    assert [moments.ago(NOW - ns, NOW) for ns in (0, 42 * SECOND, 11 * MINUTE, 5 * HOUR, 3 * DAY, -10 * SECOND)] == [
        "just now",
        "42 s ago",
        "11 min ago",
        "5 h ago",
        "3 days ago",
        "just now",
    ]
    assert moments.ago(NOW + 5 * MINUTE, NOW) == "in 5 min"


@pytest.mark.parametrize(("seconds", "text"), [(58, "in 58 s"), (0.5, "just now"), (0, "just now"), (-20, "20 s ago")])
def test_what_is_expected_is_said_to_the_second(seconds, text):
    assert moments.ahead(NOW + int(seconds * SECOND), NOW) == text


def test_a_moment_is_brief_in_tables():
    assert moments.brief(NOW - HOUR, NOW) == "03:59:51"
    assert moments.brief(NOW - DAY, NOW) == "Sun 04:59"
    assert moments.brief(NOW - 9 * DAY, NOW) == "14 Nov 04:59"
    assert moments.brief(NOW - 400 * DAY, NOW) == "2025-10-19"


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2026-11-23T12:00", 17), ("2026-11-23T12:00Z", 12), ("2026-11-23T12:00+02:00", 10), ("2026-11-23", 5)],
)
def test_what_names_no_zone_is_meant_in_the_one_that_is_given(text, hours):
    midnight = moments.parse_moment("2026-11-23T00:00Z", NOW)

    assert moments.parse_moment(text, NOW, zoneinfo.ZoneInfo("America/New_York")) == midnight + hours * HOUR


def test_a_time_of_today_is_one_of_today_in_the_zone_that_is_given():
    # There it is still the day before.
    there = zoneinfo.ZoneInfo("America/New_York")

    assert moments.parse_moment("12:00", NOW, there) == moments.parse_moment("2026-11-22T12:00-05:00", NOW)
