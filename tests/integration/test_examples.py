# SPDX-License-Identifier: MIT
"""The scripts in examples/, run as a person would: with hume up, with humed away, with nothing given."""

import contextlib
import json
import pathlib
import sqlite3
import subprocess

import pytest

from tests.fixtures import processes

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
STATUS = {
    "backup": 0,
    "cert-expiry": 0,
    "package-updates": 0,
    "disk-report": 0,
    "log-rotate": 0,
    "restore-test": 3,
}


@pytest.fixture
def temporary(tmp_path):
    """Where an example makes what it does not keep."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    return folder


@pytest.fixture
def run(installed, temporary):
    """Run an example with this installation's hume."""
    processes.find_hume()

    def run_example(name, *arguments, **environ):
        return subprocess.run(
            [EXAMPLES / f"{name}.sh", *arguments],
            env=installed.environ(TMPDIR=str(temporary), **environ),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run_example


@pytest.fixture
def given(tmp_path):
    """A folder somebody cares for."""
    folder = tmp_path / "given"
    folder.mkdir()
    return folder


@pytest.fixture
def central(installed):
    """humed and central at work in this installation; asks central as a person does."""
    installed.start_central()
    installed.start_humed()

    def ask(*question):
        return json.loads(installed.hume(*question, "-o", "json").stdout)

    return ask


def _settled_run(ask, task):
    found = {}

    def ended():
        found.update({run["task"]: run for run in ask("runs", task) if run["state"] != "running"})
        return task in found

    processes.wait_until(ended, f"the run of {task} has ended at central")
    return found[task]


def _flags(ask, task):
    said = ask("show", task)["events"]
    return [event["flag"] for event in said if event["kind"] == "flag"]


def test_every_example_is_in_this_list():
    assert {path.stem for path in EXAMPLES.glob("*.sh")} == set(STATUS)


@pytest.mark.parametrize("name", STATUS)
def test_an_example_tried_with_nothing_given_leaves_nothing_behind(run, temporary, name):
    answer = run(name)

    assert answer.returncode == STATUS[name], answer.stderr
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", STATUS)
def test_an_example_says_nothing_on_standard_output(run, name):
    answer = run(name)

    assert answer.stdout == ""


@pytest.mark.parametrize("name", STATUS)
def test_with_humed_away_an_example_works_and_what_it_said_waits(run, installed, name):
    answer = run(name)

    assert answer.returncode == STATUS[name], answer.stderr
    assert "NOT stored" not in answer.stderr
    assert len(list(installed.layout.drop.glob("*.hume"))) >= 3


def test_with_hume_disabled_an_example_works_and_nothing_is_said(run, installed):
    answer = run("backup", HUME_DISABLE="1")

    assert answer.returncode == 0, answer.stderr
    assert not installed.layout.drop.exists()


@pytest.mark.parametrize("name", STATUS)
def test_an_example_makes_no_folder_that_was_named_by_mistake(run, tmp_path, name):
    answer = run(name, tmp_path / "no" / "such")

    assert answer.returncode in {2, 66}
    assert f"{name}: no " in answer.stderr
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("name", ["backup", "cert-expiry", "log-rotate", "restore-test"])
def test_an_example_invents_nothing_in_a_folder_it_is_given(run, given, name):
    # An empty folder is what a disk that was not mounted looks like.
    answer = run(name, given)

    assert answer.returncode in {2, 66}
    assert f"{name}: no " in answer.stderr
    assert list(given.iterdir()) == []


@pytest.mark.parametrize("name", STATUS)
def test_an_empty_argument_is_a_mistake_not_a_wish_for_a_sample(run, name):
    answer = run(name, "")

    assert answer.returncode in {2, 66}


def test_a_backup_touches_no_file_of_a_site_without_a_database(run, given):
    page = given / "site" / "page-1.html"
    page.parent.mkdir()
    page.write_text("<h1>mine</h1>")

    answer = run("backup", given)

    assert answer.returncode == 66
    assert f"no database {given}/app.db" in answer.stderr
    assert page.read_text() == "<h1>mine</h1>"
    assert list(given.iterdir()) == [page.parent]


def test_a_sample_of_a_backup_goes_only_into_an_empty_folder(run, given):
    (given / "app.db").write_text("mine")

    answer = run("backup", "--sample", given)

    assert answer.returncode == 66
    assert "has files in it" in answer.stderr
    assert [path.read_text() for path in given.iterdir()] == ["mine"]


def test_a_backup_of_ones_own_tables_counts_the_one_that_is_named(run, given):
    (given / "site").mkdir()
    (given / "site" / "index.html").write_text("<h1>mine</h1>")
    with contextlib.closing(sqlite3.connect(given / "app.db")) as database:
        database.execute("CREATE TABLE people (name TEXT)")
        database.commit()

    answer = run("backup", given, TABLE="people")

    assert answer.returncode == 0, answer.stderr
    assert len(list((given / "backups").iterdir())) == 1


def test_a_log_that_is_away_for_a_moment_costs_no_older_log(run, given):
    older = [given / f"app.log.{number}.gz" for number in (1, 2, 3, 4)]
    for path in older:
        path.write_bytes(path.name.encode())

    answer = run("log-rotate", given)

    assert answer.returncode == 66
    assert [path.read_bytes().decode() for path in older] == [path.name for path in older]


def test_a_backup_can_be_restored(run, tmp_path):
    work = tmp_path / "work"
    assert run("backup", "--sample", work).returncode == 0

    answer = run("restore-test", work)

    assert answer.returncode == 0, answer.stderr


def test_a_backup_prunes_the_oldest_and_keeps_the_newest(run, tmp_path):
    work = tmp_path / "work"

    answer = run("backup", "--sample", work, KEEP="2")

    kept = sorted(path.name for path in (work / "backups").iterdir())
    assert answer.returncode == 0, answer.stderr
    assert len(kept) == 2
    assert kept[0] == "2026-01-04.000000"
    assert (work / "backups" / kept[1] / "SHA256SUMS").exists()


def test_a_backup_that_fails_leaves_no_half_made_set(run, tmp_path):
    work = tmp_path / "work"
    assert run("backup", "--sample", work).returncode == 0
    before = sorted((work / "backups").iterdir())
    (work / "app.db").write_text("no database any more" * 100)

    answer = run("backup", work)

    assert answer.returncode != 0
    assert sorted((work / "backups").iterdir()) == before


def test_a_log_below_the_limit_is_left_alone(run, tmp_path):
    (tmp_path / "app.log").write_text("short\n")

    answer = run("log-rotate", tmp_path)

    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "app.log").read_text() == "short\n"
    assert not (tmp_path / "app.log.1.gz").exists()


def test_central_knows_a_backup_with_its_timeline_and_data(run, central):
    run("backup")

    found = _settled_run(central, "backup")

    data = {datum["key"]: datum for datum in central("data") if datum["task"] == "backup"}
    assert found["state"] == "ok"
    assert sorted(found["tags"]) == ["backup", "example"]
    assert _flags(central, "backup") == ["files-archived", "db-dumped", "verified"]
    assert data["backup_bytes"]["unit"] == "bytes"
    assert data["backup_files"]["value"] == 24


def test_central_knows_how_far_a_failed_run_came_and_why(run, central):
    run("restore-test")

    found = _settled_run(central, "restore-test")

    script = (EXAMPLES / "restore-test.sh").read_text().splitlines()
    line = next(number for number, text in enumerate(script, 1) if text.startswith("matches site.tar.gz"))
    assert (found["state"], found["status"]) == ("failed", 3)
    assert found["last_flag"] == "db-restored"
    assert "exit 3" in found["reason"]
    assert f"line {line}" in found["reason"]


def test_central_shows_a_warning_of_a_script_that_ends_well(run, central):
    answer = run("cert-expiry")

    found = _settled_run(central, "cert-expiry")

    assert answer.returncode == 0
    assert found["state"] == "warning"


def test_central_knows_why_an_example_could_not_begin(run, central, tmp_path):
    run("cert-expiry", tmp_path / "typo")

    found = _settled_run(central, "cert-expiry")

    assert (found["state"], found["status"]) == ("failed", 66)
    assert "error" in {event["level"] for event in central("show", "cert-expiry")["events"]}


def test_what_was_said_while_humed_was_away_reaches_central(run, installed):
    run("log-rotate")
    installed.start_central()
    installed.start_humed()

    def ask(*question):
        return json.loads(installed.hume(*question, "-o", "json").stdout)

    found = _settled_run(ask, "log-rotate")

    assert found["state"] == "ok"
    assert _flags(ask, "log-rotate") == ["rotated", "compressed"]
