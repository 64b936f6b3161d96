# SPDX-License-Identifier: MIT
"""`hume rules test`: of an event that is given, of those that wait here, and of those that central has."""

import json
import os
import pathlib
import pwd

import pytest

from humeops.api.schemas import EventView
from humeops.daemon.spool import Spool
from humeops.wire import eventid
from tests.unit.cli.central import SECOND, TOKEN
from tests.unit.daemon.sayings import say

SECRETS = '[[rules]]\nname = "secrets"\nredact = ["passwords"]\n'


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "hume"
    made.mkdir()
    (made / "humed.toml").write_text('host = "db1"\n' + SECRETS)
    return made


def said(number, message, **members):
    time = 1_795_000_000 * SECOND + number
    return EventView(
        eventid.make_event_id(time, number), time, time, "db1", "log", "info", "backup", message=message, **members
    )


@pytest.fixture
def central_beside(fake, folder, monkeypatch):
    (folder / "central.url").write_text(fake.url)
    monkeypatch.setenv("HUME_TOKEN", TOKEN)
    return fake


def test_an_event_that_is_given_is_said_by_whoever_asks(hume, folder):
    name = pwd.getpwuid(os.getuid()).pw_name
    (folder / "humed.toml").write_text(f'[[rules]]\nname = "mine"\nmatch = {{ user = "{name}" }}\ndrop = true\n')

    told = [hume("rules", "test", "--event", json.dumps(one)) for one in ({}, {"origin": {"uid": 54321}})]

    assert [one.out.splitlines()[-1] for one in told] == ["  → dropped", "  → stored: info"]


def test_what_waits_here_goes_before_what_central_has(hume, folder, central_beside):
    central_beside.events = [said(1, "there")]
    spool = Spool(folder / "spool.db")
    with spool.group() as group:
        group.put(say(message="password=here"), 1, 1)
    spool.close()

    told = hume("rules", "test", "--last", "1")

    assert "→ stored: info  password=***" in told.out
    assert "there" not in told.out


def test_while_nothing_waits_the_last_that_central_has_of_this_host_are_shown(hume, central_beside):
    central_beside.events = [
        said(3, "password=c", uid=1000, script="/opt/x", line=3),
        EventView("x", 2, 2, "db1", "loss", "warning", "humed", message="lost"),
        EventView("y", 1, 1, "web1", "log", "info", "t", message="another host"),
        said(1, "first", tags=["a"]),
    ]

    told = hume("rules", "test", "--last", "5")

    assert told.status == 0
    assert told.out.splitlines() == [
        "no event waits on this host: these are the last of it that central has",
        "backup  log info  first",
        "  secrets               matches, and changes nothing",
        "  → stored: info  first  #a",
        "backup  log info  password=c",
        "  secrets               redacted",
        "  → stored: info  password=***",
    ]


@pytest.mark.parametrize(("token", "why"), [("wrong", "central is not asked ("), (TOKEN, "central has none of it")])
def test_where_there_is_none_to_show_it_says_why(hume, central_beside, monkeypatch, token, why):
    monkeypatch.setenv("HUME_TOKEN", token)

    told = hume("rules", "test")

    assert told.status == 0
    assert why in told.out
    assert told.out.endswith("give one with --event\n")


def test_rules_that_are_wrong_are_told_with_their_line(hume, folder: pathlib.Path):
    (folder / "humed.toml").write_text(SECRETS + "drpo = true\n")

    told = hume("rules", "test")

    assert told.status == 78
    assert "humed.toml:4: no setting `rules[0].drpo`; did you mean `drop`?" in told.err
