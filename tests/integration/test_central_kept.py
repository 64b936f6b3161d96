# SPDX-License-Identifier: MIT
"""The verbs with which an operator keeps central alive, as processes: beside a central that runs, and by hand."""

import json
import subprocess
import sys

import pytest

from humeops.central import intake
from humeops.central.store import agents
from humeops.central.store.database import open_database
from tests.fixtures.events import NOON, a_run, body_of, say


def central(root, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "humeops.cli.central", *map(str, arguments), "--dir", str(root)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def root(tmp_path):
    assert central(tmp_path, "init").returncode == 0
    database = open_database(tmp_path / "central.db")
    with database.writing() as connection:
        agent = intake.Agent(agents.find_or_make_agent(connection, "db1", NOON), "db1")
    raw = b'{"v":1,"kind":"\\u001b[2J"}'
    intake.take(database, agent, body_of(*a_run(), raw, say("log", 70)), NOON)
    database.close()
    return tmp_path


def test_letters_are_listed_shown_safely_and_dropped(root):
    (letter,) = json.loads(central(root, "dead", "-o", "json").stdout)
    short = f"{letter['epoch'][:8]}:3"

    listed, shown = central(root, "dead"), central(root, "dead", "show", short)
    retried, dropped = central(root, "dead", "retry", "--all"), central(root, "dead", "drop", short)

    assert (letter["host"], letter["seq"]) == ("db1", 3)
    assert letter["name"] in listed.stdout
    assert shown.stdout == '{"v":1,"kind":"\\u001b[2J"}\n'
    assert (retried.returncode, retried.stdout) == (65, "stored 0, known already 0, still dead 1\n")
    assert dropped.stdout == "dropped 1\n"
    assert central(root, "dead").stderr == "no dead letters\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["show"], "takes the name of one letter"),
        (["show", "nonsense"], "is not the name of a dead letter"),
        (["show", "abc:7"], "no dead letter abc:7"),
        (["drop"], "takes names, EPOCH:SEQ, or --all"),
        (["burn"], "there are list, show, retry, drop"),
    ],
)
def test_what_is_not_said_clearly_is_refused(root, arguments, complaint):
    done = central(root, "dead", *arguments)

    assert (done.returncode, done.stdout) == (64, "")
    assert complaint in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_backup_is_restored_elsewhere_and_retention_says_what_would_go(root, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")

    saved = central(root, "backup", root).stdout.strip()
    restored = central(other, "restore", saved)
    refused = central(root, "restore", saved)
    going = central(other, "retention", "--dry-run")

    assert restored.returncode == 0, restored.stderr
    assert refused.returncode == 64
    assert "--force" in refused.stderr
    assert going.returncode == 0, going.stderr
    assert going.stdout.splitlines()[0] == "debug: 0 runs, 0 events"


def test_beside_a_central_that_runs_one_may_look_and_back_up_and_nothing_else(root):
    database = open_database(root / "central.db")
    try:
        statuses = [
            central(root, *arguments).returncode
            for arguments in (
                ["dead"],
                ["retention", "--dry-run"],
                ["backup", root / "one"],
                ["dead", "drop", "--all"],
                ["retention"],
                ["restore", root / "one", "--force"],
            )
        ]
    finally:
        database.close()

    assert statuses == [0, 0, 0, 75, 75, 75]


def test_the_peoples_command_line_hands_over(root):
    done = subprocess.run(
        [sys.executable, "-m", "humeops.cli.main", "central", "dead", "-o", "json", "--dir", str(root)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["host"] == "db1"
