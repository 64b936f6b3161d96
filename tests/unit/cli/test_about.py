# SPDX-License-Identifier: MIT
"""`hume about`: what people say of a task, shown whole; what is said is sent, and nothing beside it."""

import json

import pytest

from humeops.api.schemas import AboutView, GivenTagView, WordView
from humeops.clock import SystemClock
from tests.unit.cli.central import MINUTE


@pytest.fixture
def told(filled):
    now = SystemClock().wall_ns()
    filled.about = AboutView(
        now - 5 * MINUTE,
        "mia",
        owner="the team",
        description="all dumps\nof the shop",
        runbook=f"https://wiki.example/{'x' * 90}",
        words={
            "description": WordView("about", "mia", now - 5 * MINUTE),
            "owner": WordView("file", "ada, fleet.toml", now - 9 * MINUTE),
            "runbook": WordView("about", "mia", now - 5 * MINUTE),
        },
        tags=[GivenTagView("team-a", "ada", now - 9 * MINUTE), GivenTagView("\x1b[31mred", "bob", now - 7 * MINUTE)],
    )
    return filled


def test_what_is_said_is_shown_whole_with_who_and_when(hume, told):
    said = hume("about", "db1:backup", ask=told)

    assert said.out.splitlines() == [
        "description  all dumps",
        "             of the shop",
        "             mia, 5 min ago",
        "owner        the team",
        "             declared by ada, fleet.toml, 9 min ago",
        f"runbook      https://wiki.example/{'x' * 90}",
        "             mia, 5 min ago",
        "tag          team-a  ada, 9 min ago",
        "tag          \\x1b[31mred  bob, 7 min ago",
    ]
    assert told.asked[-1] == ("/api/v1/about", {"host": "db1", "task": "backup"})
    assert told.said == []


def test_programs_get_what_central_tells(hume, told):
    said = json.loads(hume("about", "db1:backup", "-o", "json", ask=told).out)

    assert (said["author"], said["owner"], said["tags"][0]["tag"]) == ("mia", "the team", "team-a")


def test_of_what_nobody_said_anything_nothing_is_shown(hume, filled):
    said = hume("about", "db1:backup", ask=filled)

    assert (said.status, said.out, said.err) == (0, "", "nobody said anything of it\n")


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        (["--owner", "mia"], {"owner": "mia"}),
        (["--owner", ""], {"owner": ""}),
        (["--description", "x", "--runbook", "https://y"], {"description": "x", "runbook": "https://y"}),
        (["--tag", "b", "--tag", "a"], {"tag": ["a", "b"], "untag": []}),
        (["--untag", "team-a", "--tag", "a"], {"tag": ["a"], "untag": ["team-a"]}),
    ],
)
def test_what_is_named_is_said_and_nothing_beside_it(hume, told, options, sent):
    said = hume("about", "db1:backup", *options, ask=told)

    assert (said.status, said.out, said.err) == (0, "", "")
    assert told.said == [{"host": "db1", "task": "backup", **sent}]


def test_a_task_that_one_host_has_needs_no_host(hume, told):
    hume("about", "vacuum", "--owner", "mia", "-o", "json", ask=told)

    assert told.said == [{"host": "db1", "task": "vacuum", "owner": "mia"}]


def test_a_tag_that_nobody_gave_is_not_taken_back(hume, told):
    said = hume("about", "db1:backup", "--untag", "cron", "--tag", "a", ask=told)

    assert said.status == 1
    assert said.err == (
        "hume: nobody gave db1:backup the tag cron: given are \\x1b[31mred, team-a; "
        "what its script says, its script takes back\n"
    )
    assert told.said == []


def test_what_central_refuses_is_one_line(hume, told):
    told.broken = (
        400,
        b'{"title": "wrong", "status": 400, "detail": "`tags`: 17 tags; a task may be given 16 at most"}',
    )

    said = hume("about", "db1:backup", "--owner", "x", ask=told)

    assert said.status != 0
    assert said.err.count("\n") == 1
    assert "a task may be given 16 at most" in said.err
