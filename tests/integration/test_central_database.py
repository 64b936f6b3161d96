# SPDX-License-Identifier: MIT
"""hume-central and a database that is damaged, or is somebody else's file: one line, and nothing is touched."""

import contextlib
import os
import sqlite3
import subprocess
import sys

import pytest


def damage(path, at, length):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * length)


def put_pipe(path):
    path.unlink()
    os.mkfifo(path)


def put_foreign(path):
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE invoices (n INTEGER)")


@pytest.fixture
def made(tmp_path):
    """A folder with a sound database of hume-central."""
    assert run_central("migrate", "--dir", tmp_path).returncode == 0
    (tmp_path / "central.db.lock").unlink()
    return tmp_path


def run_central(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "humeops.cli.central", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def refused(*arguments):
    ended = run_central(*arguments)
    assert ended.returncode == 74, ended
    assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize("verb", [("serve", "--port", 0), ("migrate",)], ids=["serve", "migrate"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: damage(path, 0, 16), "damaged at its beginning"),
        (lambda path: damage(path, 0, path.stat().st_size), "damaged at its beginning"),
        (lambda path: damage(path, 100, path.stat().st_size - 100), "cannot be used"),
        (lambda path: os.truncate(path, 4_096), "cannot be used"),
        (put_foreign, "not hume-central's"),
        (lambda path: path.write_text("root:x:0:0:root:/root:/bin/sh\n"), "is not a database"),
        (put_pipe, "is not a file"),
    ],
    ids=["magic", "all", "all but its header", "cut short", "another database", "text", "pipe"],
)
def test_a_damaged_or_foreign_database_is_one_line_and_74(made, spoil, words, verb):
    path = made / "central.db"
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""

    said = refused(*verb, "--dir", made)

    assert words in said
    assert str(path) in said
    if words != "cannot be used":
        assert not (made / "central.db.lock").exists()
        assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_file_that_is_named_like_its_lock_and_is_not_is_left_alone(made):
    lock = made / "central.db.lock"
    lock.write_text("not a number\n")

    assert "not hume-central's lock" in refused("migrate", "--dir", made)
    assert lock.read_text() == "not a number\n"


def test_a_database_says_whose_it_is_from_the_start(made):
    assert (made / "central.db").read_bytes()[68:72] == b"hume"


def test_hume_up_prints_the_same_line(made):
    damage(made / "central.db", 0, 16)
    ended = subprocess.run(
        [sys.executable, "-m", "humeops.cli.main", "up", "--dir", str(made), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode != 0
    assert f"hume-central: {made}/central.db is not a database" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_is_a_folder_is_a_wrong_setting(tmp_path):
    (tmp_path / "central.db").mkdir()

    ended = run_central("migrate", "--dir", tmp_path)

    assert (ended.returncode, ended.stderr.count("\n")) == (78, 1)
    assert "is a folder" in ended.stderr
    assert not (tmp_path / "central.db.lock").exists()
