# SPDX-License-Identifier: MIT
"""The spool is deleted or replaced under a living humed: what it acknowledged outlives the process nevertheless."""

import signal
import sqlite3
import subprocess

import pytest

from humeops.daemon import highwater
from tests.fixtures.processes import Installation, wait_until

WITH_WAL = ("spool.db", "spool.db-wal", "spool.db-shm")


def say(installed: Installation, *texts: str) -> None:
    for text in texts:
        said = installed.hume("--strict", "info", "-t", "trial", text)
        assert (said.returncode, said.stderr) == (0, "")


def held(installed: Installation) -> list[str]:
    """What waits in the spool that is there now."""
    return [body.split('"message":"')[1].split('"')[0] for _, body in installed.spool_rows() if '"message"' in body]


def delete_file(installed: Installation) -> None:
    installed.layout.spool.unlink()


def delete_with_wal(installed: Installation) -> None:
    for name in WITH_WAL:
        (installed.root / name).unlink()


def delete_with_witness(installed: Installation) -> None:
    delete_with_wal(installed)
    (installed.root / highwater.NAME).unlink()


def delete_wal(installed: Installation) -> None:
    (installed.root / "spool.db-wal").unlink()


def rename(installed: Installation) -> None:
    installed.layout.spool.rename(installed.root / "elsewhere.db")


def put_another_there(installed: Installation) -> None:
    other = installed.root / "other.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE somebodys (thing)")
    other.replace(installed.layout.spool)


def put_a_folder_there(installed: Installation) -> None:
    installed.layout.spool.unlink()
    installed.layout.spool.mkdir()


def delete_all(installed: Installation) -> None:
    # As people do it: what humed itself takes away meanwhile, as its pid file, is gone as well.
    subprocess.run(["rm", "-rf", installed.root], check=True)


WAYS = [delete_file, delete_with_wal, delete_with_witness, delete_wal, rename, put_another_there, put_a_folder_there]


@pytest.mark.parametrize("lose", WAYS)
def test_the_next_word_is_kept_and_so_is_all_that_was_said_before(installed: Installation, lose) -> None:
    humed = installed.start_humed()
    say(installed, "one", "two")
    lose(installed)

    say(installed, "three")

    assert humed.wait(timeout=20) == 74
    installed.start_humed()
    wait_until(lambda: sorted(held(installed)) == ["one", "three", "two"], "everything is in the new spool")
    log = (installed.root / "humed.stderr").read_text()
    assert f"{installed.layout.spool} was deleted or replaced while humed was at work on it" in log
    assert "lost" not in log.replace("has lost its name", "")


def test_nobody_has_to_say_anything_for_it_to_be_noticed(installed: Installation) -> None:
    humed = installed.start_humed()
    say(installed, "one")
    delete_with_wal(installed)

    assert humed.wait(timeout=20) == 74
    installed.start_humed()

    assert held(installed) == ["one"]


def test_told_to_stop_humed_saves_it_first(installed: Installation) -> None:
    humed = installed.start_humed()
    say(installed, "one")
    delete_with_wal(installed)

    humed.send_signal(signal.SIGTERM)

    assert humed.wait(timeout=20) == 74
    installed.start_humed()
    assert held(installed) == ["one"]


def test_with_its_whole_folder_gone_it_is_saved_into_a_new_one(installed: Installation) -> None:
    humed = installed.start_humed()
    say(installed, "one")
    delete_all(installed)

    assert humed.wait(timeout=20) == 74
    installed.start_humed()

    assert held(installed) == ["one"]


def test_what_was_put_in_its_place_is_kept_beside_it(installed: Installation) -> None:
    humed = installed.start_humed()
    say(installed, "one")
    put_another_there(installed)

    assert humed.wait(timeout=20) == 74

    (aside,) = installed.root.glob("spool.db.odd-*")
    with sqlite3.connect(aside) as db:
        assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("somebodys",)]


def test_open_runs_and_data_are_saved_too(installed: Installation) -> None:
    humed = installed.start_humed()
    installed.hume("--strict", "set", "-t", "trial", "rows=42")
    delete_with_wal(installed)
    assert humed.wait(timeout=20) == 74

    installed.start_humed()

    assert installed.hume("get", "-t", "trial", "rows").stdout == "42\n"
