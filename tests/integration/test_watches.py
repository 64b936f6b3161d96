# SPDX-License-Identifier: MIT
"""Watches as people use them, on real processes: said by a script or by hand, found, shown, paused, taken back."""

import json

import pytest

from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.processes import wait_until


@pytest.fixture
def central(installed):
    installed.start_central()
    return installed


def state(owner, task):
    found = owner.get("/api/v1/tasks").body["items"]
    return next((one["state"] for one in found if one["task"] == task), None)


def test_a_script_that_does_not_come_again_is_late(central):
    central.start_humed()
    assert (
        central.hume("start", "backup", "--every", "1s", "--grace", "1s", "--owner", "ops", "--strict").returncode == 0
    )
    assert central.hume("stop", "0", "-t", "backup").returncode == 0

    with owner_of(central) as owner:
        wait_until(lambda: state(owner, "backup") == "late", "it is late", 20)
        (watch,) = owner.get("/api/v1/watches").body["items"]
        (task,) = owner.get("/api/v1/tasks").body["items"]
    assert watch["expect"] == {"every": "1s", "grace": "1s", "owner": "ops"}
    assert "no start by" in watch["why"] == task["reason"]


def test_a_watch_is_added_listed_paused_and_removed_by_hand(central):
    assert central.hume("watch", "add", "db1:copy", "--every", "1s", "--grace", "1s").returncode == 0
    with owner_of(central) as owner:
        wait_until(lambda: state(owner, "copy") == "late", "it is late", 20)
        assert "every 1s" in central.hume("watch", "list", "db1:copy", "state:late").stdout
        assert central.hume("watch", "list", "state:ok").stdout == ""
        assert central.hume("watch", "list", "level:error").returncode == 64
        assert central.hume("watch", "pause", "db1:copy").returncode == 0
        assert state(owner, "copy") == "paused"
    assert central.hume("watch", "remove", "db1:copy").returncode == 0
    assert central.hume("watch", "show", "copy").returncode == 65


def test_what_cannot_be_declared_is_told_by_name(central):
    wrong = central.hume("watch", "add", "db1:copy", "--cron", "61 * * * *")

    assert (wrong.returncode, "`cron`" in wrong.stderr) == (64, True)


GOOD = '[[watch]]\ntask = "part1"\nhost = "db1"\nevery = "1d"\n[[watch]]\ntask = "web"\nmax = "1h"\n'


@pytest.mark.parametrize("way", ["--dry-run", "--yes"])
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('cron = "61 * * * *"', "watch 3 (db1:part2): `cron`"),
        ("", "watch 3 (db1:part2): `expect`: nothing is expected"),
    ],
)
def test_a_file_with_a_fault_is_told_whole_and_nothing_of_it_is_taken(central, tmp_path, way, wrong, told):
    file = tmp_path / "w.toml"
    file.write_text(f'{GOOD}[[watch]]\ntask = "part2"\nhost = "db1"\n{wrong}\n')

    said = central.hume("watch", "apply", way, file)

    assert (said.returncode, said.stdout) == (64, "")
    assert f"{file}: {told}" in said.stderr
    with owner_of(central) as owner:
        assert owner.get("/api/v1/watches").body["items"] == []


def test_a_file_is_declared_and_what_is_tried_alone_is_not(central, tmp_path):
    file = tmp_path / "w.toml"
    file.write_text(GOOD)
    with owner_of(central) as owner:
        assert central.hume("watch", "apply", "--dry-run", file).returncode == 0
        assert owner.get("/api/v1/watches").body["items"] == []

        assert central.hume("watch", "apply", "--yes", file).stdout.endswith("2 declared\n")

        assert [one["task"] for one in owner.get("/api/v1/watches").body["items"]] == ["part1", "web"]


def test_what_a_script_says_leaves_what_people_limited_and_who_said_what_is_seen(central, tmp_path):
    central.start_humed()
    central.hume("start", "backup", "--every", "1d", "--max", "2h")
    with owner_of(central) as owner:
        wait_until(lambda: state(owner, "backup") == "running", "it is there", 20)
    host = central.hume("watch", "list", "-o", "json").stdout.partition('"host":"')[2].partition('"')[0]
    assert central.hume("watch", "add", f"{host}:backup", "--limits", "rows > 0", "--grace", "1h").returncode == 0
    central.hume("start", "backup", "--every", "2d")

    def shown():
        return central.hume("watch", "show", "backup").stdout

    wait_until(lambda: "every = 2d" in shown(), "it is said", 20)
    assert ("max =" in shown(), "limits = rows > 0  (owner, " in shown()) == (False, True)
    nothing = central.hume("watch", "add", "db7:x", "--max", "")
    assert (nothing.returncode, "nothing is expected" in nothing.stderr) == (64, True)
    central.hume("watch", "add", f"{host}:backup", "--limits", "")
    assert "limits" not in shown()

    file = tmp_path / "w.toml"
    file.write_text(f'[[watch]]\nhost = "{host}"\ntask = "backup"\nmax = "3h"\n')
    assert "+ max = 3h" in central.hume("watch", "apply", "--yes", file).stdout
    central.hume("watch", "add", f"{host}:backup", "--at-least", "5")
    file.write_text(f'[[watch]]\nhost = "{host}"\ntask = "backup"\nat_most = 3\n')
    clash = central.hume("watch", "apply", "--dry-run", file)
    assert (clash.returncode, "the other part was said by owner" in clash.stderr) == (64, True)
    file.write_text(f'[[watch]]\nhost = "{host}"\ntask = "backup"\nat_most = 9\n')
    said = central.hume("watch", "apply", "--yes", file).stdout
    assert ("- max = 3h" in said, "+ at_most = 9" in said, "every" in said) == (True, True, False)
    assert ("max =" in shown(), "grace = 1h" in shown()) == (False, True)


def test_a_task_is_named_and_no_pattern(central):
    wrong = central.hume("watch", "add", "db1:ba*", "--every", "1d")

    assert (wrong.returncode, "in the host alone" in wrong.stderr) == (64, True)


def test_a_fault_in_what_a_script_declares_is_told_wherever_one_looks(central):
    central.start_humed()
    assert central.hume("start", "bad", "--cron", "61 3 * * *", "--strict").returncode == 0
    with owner_of(central) as owner:
        wait_until(lambda: state(owner, "bad"), "it is there", 20)
    for verb in (("status",), ("watch", "list"), ("watch", "show", "bad")):
        said = central.hume(*verb).stdout
        assert ("not taken" in said, "Bad minute" in said, "as expected" in said) == (True, True, False)


def test_a_pattern_that_fits_no_host_yet_is_seen_and_what_still_holds_is_told(central):
    assert central.hume("watch", "add", "zz*:certs", "--every", "1d").returncode == 0
    central.hume("watch", "add", "zz1:certs", "--every", "2d")

    listed = central.hume("watch", "list").stdout
    assert ("zz*" in listed, "fits no host yet" in listed) == (True, True)
    tagged = central.hume("watch", "add", "renew", "--tag", "web", "--every", "1d").stdout
    assert "fits no host yet" in tagged
    assert "tagged web: fits no host yet" in central.hume("watch", "list").stdout
    central.hume("watch", "remove", "renew", "--tag", "web")
    assert "zz*:certs  fits no host yet" in central.hume("watch", "show", "zz*:certs").stdout
    assert json.loads(central.hume("watch", "show", "zz*:certs", "-o", "json").stdout)[0]["expect"] == {"every": "1d"}
    assert "still declared: zz*:certs, by " in central.hume("watch", "remove", "zz1:certs").stdout
    assert "still" not in central.hume("watch", "remove", "zz*:certs").stdout
    assert central.hume("watch", "list").stdout == ""


def test_an_agent_may_not_declare_for_others(central):
    with agent_of(central) as agent:
        assert agent.get("/api/v1/watches").status == 403


def test_a_run_that_came_late_is_found_as_such_and_what_is_next_is_told(central):
    central.start_humed()
    central.hume("run", "-t", "copy", "--", "true")
    central.hume("watch", "add", "copy", "--every", "1s", "--grace", "1s")
    with owner_of(central) as owner:
        wait_until(lambda: state(owner, "copy") == "late", "it is late", 20)
        central.hume("watch", "add", "copy", "--every", "6h")
        wait_until(lambda: state(owner, "copy") == "ok", "it is late no more", 20)
        central.hume("watch", "add", "copy", "--every", "1s", "--grace", "1s")
        wait_until(lambda: state(owner, "copy") == "late", "it is late again", 20)
        central.hume("run", "-t", "copy", "--every", "6h", "--", "true")
        wait_until(lambda: state(owner, "copy") == "ok", "it has come", 20)
        assert len(owner.get("/api/v1/runs?task=copy").body["items"]) == 2
        assert len(owner.get("/api/v1/runs?task=copy&late=true").body["items"]) == 1
    assert len(central.hume("runs", "copy", "--late", "-o", "ndjson").stdout.splitlines()) == 1
    assert "the next start is expected" in central.hume("show", "copy").stdout
    assert "next in 5 h" in central.hume("status").stdout
