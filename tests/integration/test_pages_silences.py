# SPDX-License-Identifier: MIT
"""Silences from the page, without JavaScript: later, again and again, and looked at before they hold."""

import datetime

import pytest

from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.browsing import OWN, signed_in
from tests.fixtures.events import say

TYPED = {"what": "task:backup", "why": "moving the disks", "lasts": "2h"}


@pytest.fixture
def visitor(installed):
    installed.start_central()
    with agent_of(installed) as agent:
        agent.send(say("log", level="error", task="backup", message="disk gone"))
    with signed_in(installed) as made:
        yield made


def made(installed):
    with owner_of(installed) as owner:
        return owner.get("/api/v1/silences").body["items"]


def test_one_that_begins_later_and_one_that_comes_again(visitor, installed):
    later = {**TYPED, "starts": "2031-01-02T06:00", "tz": "Europe/Madrid"}
    assert visitor.post("/silences", later, **OWN).status == 303
    again = {**TYPED, "lasts": "1h", "calendar": "Sun 02:00", "ends": "2031-02-01T00:00", "tz": "Europe/Madrid"}
    assert visitor.post("/silences", again, **OWN).status == 303

    repeated, once = made(installed)
    six = int(datetime.datetime(2031, 1, 2, 5, tzinfo=datetime.UTC).timestamp()) * 10**9
    assert (once["state"], once["starts_at"], once["ends_at"]) == ("ahead", six, six + 7_200 * 10**9)
    assert (repeated["calendar"], repeated["lasts"], repeated["tz"]) == ("Sun 02:00", 3_600, "Europe/Madrid")
    assert repeated["ends_at"] == int(datetime.datetime(2031, 1, 31, 23, tzinfo=datetime.UTC).timestamp()) * 10**9


def test_it_is_looked_at_before_it_holds(visitor, installed):
    seen = visitor.post("/silences", {**TYPED, "do": "check", "cron": "0 2 * * *", "lasts": "1h"}, **OWN)

    assert seen.status == 200
    assert "1 task fits it now" in seen.text
    assert ":backup" in seen.text
    assert "It would hold from" in seen.text
    assert "and so on" in seen.text
    assert 'value="moving the disks"' in seen.text
    assert made(installed) == []
    assert "1 task fits it now" in visitor.get("/silences/fits?what=task:backup").text
    assert "did you mean" in visitor.get("/silences/fits?what=tsk:backup").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": "tsk:backup"}, "did you mean"),
        ({"what": "*"}, "say host:*"),
        ({"lasts": "long"}, "How long"),
        ({"starts": "tomorrow"}, "From"),
        ({"tz": "Mars/Base"}, "no time zone"),
        ({"ends": "2031-01-01T00:00"}, "comes again"),
        ({"cron": "61 * * * *"}, "cron"),
        ({"cron": "0 2 * * *", "calendar": "Sun 02:00"}, "not both"),
        ({"what": "task:bakcup"}, "No task fits it now"),
    ],
)
def test_what_cannot_be_meant_is_told_and_stays_as_typed(visitor, installed, typed, said):
    seen = visitor.post("/silences", {**TYPED, **typed}, **OWN)

    assert (seen.status, said in seen.text) == (400, True)
    assert f'value="{typed.get("what", "task:backup")}"' in seen.text
    assert made(installed) == []


def test_what_nothing_fits_yet_is_taken_when_it_is_meant(visitor, installed):
    assert visitor.post("/silences", {**TYPED, "what": "task:later", "sure": "yes"}, **OWN).status == 303

    assert [one["what"] for one in made(installed)] == ["task:later"]
