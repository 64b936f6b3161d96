# SPDX-License-Identifier: MIT
"""An event as a message of syslog: its fields, what hostile text becomes, and how it is cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.daemon.outputs.syslogform import form
from humeops.visible import visible
from humeops.wire import codec
from tests.unit.daemon.sayings import say

RFC5424 = re.compile(
    rb"<(\d{1,3})>1 (-|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([!-~]{1,255}) hume ([!-~]{1,128}) ([!-~]{1,32}) "
    rb'(-|\[hume@32473(?: [!-<>-\\^-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\]) (.*)',
    re.DOTALL,
)


def formed(kind="log", longest=8_192, **members):
    return form(codec.decode(say(kind, **members)), "local3", "hume@32473", longest)


def test_it_reads_like_this():
    event = codec.decode(say(task="backup", host="db1", level="warning", message="half done", tags=["cron", "db"]))
    event.id = "0192d3b4-0000-7000-8000-000000000001"

    assert form(event, "local3", "hume@32473", 8_192) == (
        b"<156>1 2026-11-23T03:59:51.000000Z db1 hume - log "
        b'[hume@32473 id="0192d3b4-0000-7000-8000-000000000001" task="backup" level="warning" tags="cron,db"] '
        b"backup: half done"
    )


@pytest.mark.parametrize(
    ("kind", "members", "text"),
    [
        ("start", {}, b"backup: start"),
        ("flag", {"flag": "core-updated"}, b"backup: core-updated"),
        ("progress", {"progress": [3, 7]}, b"backup: 3/7"),
        ("data", {"data": {"sites": 3}}, b"backup: sites=3"),
        ("ping", {}, b"backup: ping"),
    ],
)
def test_what_was_said_is_its_text_and_a_kind_that_says_nothing_tells_what_it_is(kind, members, text):
    assert formed(kind, **members).endswith(b"] " + text)


@pytest.mark.parametrize(
    ("level", "severity"), [("debug", 7), ("ok", 6), ("warning", 4), ("error", 3), ("critical", 2)]
)
def test_levels_are_severities(level, severity):
    assert formed(level=level, message="x").startswith(b"<%d>1 " % (19 * 8 + severity))


def test_no_text_ends_the_message_or_reaches_a_terminal():
    hostile = 'a\nb\r\x1b[2J]"\\ \u202ex'

    found = formed(message=hostile, host="h", task="t", data={"k": hostile})

    assert RFC5424.fullmatch(found), found
    assert b"\n" not in found
    assert b"\x1b" not in found
    assert found.endswith(rb't: a\x0ab\x0d\x1b[2J]"\ \u202ex')


@given(
    message=st.text(max_size=600),
    value=st.text(max_size=600),
    host=st.text(max_size=60),
    longest=st.integers(480, 2_000),
)
def test_whatever_was_said_it_is_one_message_within_its_length(message, value, host, longest):
    event = codec.decode(say(task="t"))
    event.message, event.data, event.host = message, {"k": value}, host

    found = form(event, "user", "hume@32473", longest)

    assert len(found) <= longest
    fields = RFC5424.fullmatch(found)
    assert fields, found
    assert visible(fields[7].decode()) == fields[7].decode()


def test_too_long_it_loses_its_data_first_and_then_the_end_of_its_text():
    with_data = formed(message="x" * 300, data={"k": "y" * 300}, longest=700)
    without = formed(message="x" * 900, longest=700)

    assert b"data=" not in with_data
    assert with_data.endswith(b"x" * 300)
    assert (len(without), without[-3:]) == (700, b"...")


def test_a_time_that_no_calendar_knows_is_left_out():
    event = codec.decode(say(task="t"))
    event.time = 2**63 - 1

    assert RFC5424.fullmatch(form(event, "user", "hume@32473", 8_192))
