# SPDX-License-Identifier: MIT
"""`hume scripts` as people and programs see it, from a real central."""

import csv
import io
import json

import pytest

from tests.fixtures import processes
from tests.fixtures.asking import agent_of
from tests.fixtures.events import a_run, say

SIGNED = {"signature": "ok", "signer": "ann@example.com", "script_version": 3, "script": "/opt/backup.sh"}


def ran(task, number, sha256, **data):
    events = a_run(begins=number, ends=number + 0.5)
    events[0].origin.script, events[0].origin.sha256 = f"/opt/{task}.sh", sha256 * 64
    events[0].data = {**data, "script_sha256": sha256 * 64} if data else {}
    for event in events:
        event.task = task
    return events


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central("--agent-host", "db1")
        told = {"signature": "revoked", "script": "/opt/purge.sh", "script_sha256": "c" * 64}
        with agent_of(made) as agent:
            events = [*ran("backup", 1, "a", **SIGNED), *ran("rotate", 2, "a"), *ran("rotate", 3, "b")]
            assert agent.send(*events, say("log", 4, task="purge", level="error", data=told)).status == 200
        yield made


def listed(central, *words):
    done = central.hume("scripts", *words, "-o", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_people_see_how_each_was_signed(central):
    done = central.hume("scripts", COLUMNS="200")

    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["host", "task", "signed", "news", "seen", "path"]
    rows = {line[1]: " ".join(line[2:]) for line in lines[1:]}
    assert rows["backup"].startswith("by ann@example.com, version 3")
    assert rows["rotate"].startswith("unsigned")
    assert rows["purge"].startswith("revoked, unverified")
    assert rows["purge"].endswith("/opt/purge.sh")


def test_where_there_is_no_room_the_path_stands_below(central):
    done = central.hume("scripts", "db1:backup", COLUMNS="60")

    lines = done.stdout.splitlines()
    assert "by ann@example.com, version 3" in lines[1]
    assert lines[2] == "  /opt/backup.sh"


def test_programs_see_all_of_it(central):
    (backup,) = listed(central, "db1:backup")

    assert (backup["path"], backup["sha256"], backup["signature"]) == ("/opt/backup.sh", "a" * 64, "ok")
    assert (backup["signer"], backup["version"], backup["marks"]) == ("ann@example.com", 3, ["signed"])


def test_csv_has_a_row_for_each(central):
    rows = list(csv.DictReader(io.StringIO(central.hume("scripts", "-o", "csv").stdout)))

    assert [row["task"] for row in rows] == ["backup", "purge", "rotate"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["--signature", "signed"], ["backup"]),
        (["--signature", "unsigned", "--signature", "unverified"], ["purge", "rotate"]),
        (["--signer", "ann@example.com"], ["backup"]),
        (["--task", "ro*"], ["rotate"]),
        (["db1"], ["backup", "purge", "rotate"]),
        (["db1:purge"], ["purge"]),
        (["signature:unverified"], ["purge"]),
        (["db1", "script:*/rotate.sh"], ["rotate"]),
        (["not signature:signed"], ["purge", "rotate"]),
        (["nowhere"], []),
    ],
)
def test_filters(central, words, found):
    assert [one["task"] for one in listed(central, *words)] == found


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["signature:chnged"], "did you mean `changed`"),
        (["--signature", "unsined"], "did you mean unsigned"),
        (["level:error"], "says nothing of scripts"),
        (["--columns", "singer"], "did you mean signer"),
    ],
)
def test_what_is_wrong_is_told_with_the_nearest_right_word(central, words, told):
    done = central.hume("scripts", *words)

    assert done.returncode == 64
    assert told in done.stderr
