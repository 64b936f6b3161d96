# SPDX-License-Identifier: MIT
"""A spool that nobody serves is judged from outside as humed's start would judge it, and not a byte of it changes."""

import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import typing

import pytest

from humeops.cli import spoolfile
from humeops.daemon.opening import note_damage
from tests.unit.daemon.spooling import body, crash, put, started


def _fill(folder):
    with started(folder) as spool:
        for _ in range(20):
            put(spool, body(message="m" * 900))


def _killed(folder):
    """Leave what a kill leaves: a WAL with commits in it, and its index."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException), started(folder) as spool:
            put(spool, body(message="m" * 900), body(message="n" * 900))
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _noise(folder):
    with (folder / "spool.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 8192)


def _ruin(folder):
    (folder / "spool.db").write_bytes(b"no database, for sure" * 300)


def _cut(folder):
    os.truncate(folder / "spool.db", 12_000)


def _change_mark(folder):
    with contextlib.closing(sqlite3.connect(folder / "spool.db")) as db:
        db.execute("UPDATE mark SET committed_upto = 3")
        db.commit()


def _go_back(folder):
    shutil.copy(folder / "spool.db", folder / "old")
    with started(folder) as spool:
        put(spool, body())
    (folder / "old").rename(folder / "spool.db")


def _note(folder):
    note_damage(folder / "spool.db")


def _remove(folder):
    (folder / "spool.db").unlink()


def _make_older(folder):
    with contextlib.closing(sqlite3.connect(folder / "spool.db")) as db:
        db.execute("PRAGMA user_version = 1")


DAMAGES = {
    "its pages are noise": (_noise, "the spool is damaged", True),
    "it is no database": (_ruin, "the spool cannot be read: file is not a database", True),
    "it is cut": (_cut, "the spool", True),
    "its mark was changed": (_change_mark, "its mark is not what was written", True),
    "it went back": (_go_back, "it ends with 20", True),
    "it was found damaged in use": (_note, "found damaged while it was in use", True),
    "it is gone": (_remove, "the spool is gone", True),
    "it is another version's": (_make_older, "made by another version of humed", False),
}


ODD: dict[str, typing.Callable[[pathlib.Path], object]] = {
    "a folder": pathlib.Path.mkdir,
    "a FIFO": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/null"),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
    "symbolic links": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_named_and_to_be_moved_away(tmp_path, kind):
    ODD[kind](tmp_path / "spool.db")

    trouble = spoolfile.find_trouble(tmp_path / "spool.db")

    assert trouble is not None
    assert kind in trouble.text
    assert trouble.mend == f"mv {tmp_path}/spool.db {tmp_path}/spool.db.odd"
    with pytest.raises(sqlite3.Error), spoolfile.reading(tmp_path / "spool.db"):
        pass


@pytest.mark.parametrize("kind", ["a folder", "a FIFO", "a link to nothing"])
def test_what_stands_in_the_witnesss_place_is_named_and_to_be_moved_away(tmp_path, kind):
    ODD[kind](tmp_path / "spool.high")

    trouble = spoolfile.find_trouble(tmp_path / "spool.db")

    assert trouble is not None
    assert "something else is in its place" in trouble.text
    assert trouble.mend == f"mv {tmp_path}/spool.high {tmp_path}/spool.high.odd"


def _everything(folder: pathlib.Path):
    return {
        path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir() if not path.is_socket()
    }


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_wrong_is_said_and_nothing_is_touched(tmp_path, damage):
    _fill(tmp_path)
    spoil, words, starting_mends = DAMAGES[damage]
    spoil(tmp_path)
    before = _everything(tmp_path)

    trouble = spoolfile.find_trouble(tmp_path / "spool.db")

    assert trouble is not None
    assert trouble.text.startswith(f"{tmp_path}/spool.db: ")
    assert words in trouble.text
    assert trouble.starting_mends is starting_mends
    assert _everything(tmp_path) == before


@pytest.mark.parametrize("leave", [_fill, _killed], ids=["ended", "killed"])
def test_a_sound_spool_is_left_in_peace(tmp_path, leave):
    leave(tmp_path)
    before = _everything(tmp_path)

    assert spoolfile.find_trouble(tmp_path / "spool.db") is None
    with spoolfile.reading(tmp_path / "spool.db") as db:
        assert db.execute("SELECT count(*) FROM event").fetchone()[0] > 0

    assert _everything(tmp_path) == before


def test_damage_in_what_a_kill_left_is_said(tmp_path):
    _killed(tmp_path)
    with (tmp_path / "spool.db-wal").open("r+b") as file:
        file.seek(32)
        file.write(b"\xa5" * 64)
    before = _everything(tmp_path)

    trouble = spoolfile.find_trouble(tmp_path / "spool.db")

    assert trouble is not None
    assert trouble.starting_mends
    assert _everything(tmp_path) == before


def test_a_wal_without_its_index_is_no_damage(tmp_path):
    (tmp_path / "live").mkdir()
    _killed(tmp_path / "live")
    copied = crash(tmp_path / "live", tmp_path / "copied")
    before = _everything(copied)

    assert spoolfile.find_trouble(copied / "spool.db") is None

    assert _everything(copied) == before


def test_no_spool_and_an_empty_file_are_no_damage(tmp_path):
    (tmp_path / "empty.db").touch()

    assert spoolfile.find_trouble(tmp_path / "spool.db") is None
    assert spoolfile.find_trouble(tmp_path / "nowhere" / "spool.db") is None
    assert spoolfile.find_trouble(tmp_path / "empty.db") is None
