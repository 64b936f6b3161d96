# SPDX-License-Identifier: MIT
"""A spool of an earlier version is brought to this one where it lies: whole, or not at all, with all that waits in it."""

import contextlib
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys

import pytest

import humeops
from humeops.daemon import opening, schema
from humeops.daemon.runs import OpenRuns
from humeops.wire import codec
from tests.unit.daemon.spooling import body, put, quick_folder, rows, said, started

OPEN, ENDED = "a" * 36, "b" * 36


@pytest.fixture
def folder():
    with quick_folder() as made:
        yield made


@pytest.fixture(params=[2, 3])
def earlier(request):
    return request.param


def make_spool(folder: pathlib.Path, version: int) -> list[tuple[int, bytes]]:
    """Leave a spool as this earlier version left it, with events, an open run and an ended one; return its events."""
    with started(folder) as spool:
        put(spool, body(), body("start"), body(level="error"))
        waiting = rows(spool)
        with contextlib.closing(sqlite3.connect(folder / "spool.db", isolation_level=None)) as db:
            db.execute("DROP TABLE run")
            db.execute("DROP TABLE undeclared")
            db.execute("DROP TABLE owner")
            for statement in schema.STATEMENTS[version]:
                if statement.startswith(("CREATE TABLE run", "CREATE TABLE undeclared")):
                    db.execute(statement)
            db.execute("INSERT INTO run VALUES (?, 'backup', 0, 'boot', 300, 30, 10, NULL)", (OPEN,))
            db.execute("INSERT INTO run VALUES (?, 'backup', 0, 'boot', 301, 31, 11, 5)", (ENDED,))
            db.execute(f"PRAGMA user_version = {version}")
    return waiting


def version(folder: pathlib.Path) -> int:
    with contextlib.closing(sqlite3.connect(folder / "spool.db")) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_what_waits_and_what_is_open_is_as_before(folder, earlier):
    waiting = make_spool(folder, earlier)

    with started(folder) as spool:
        assert rows(spool) == waiting
        runs = OpenRuns(spool.db)
        assert [run.id for run in runs.all_open()] == [OPEN]
        assert [run.id for run in runs.at("boot")[300, 30]] == [OPEN]
        assert ENDED not in [run.id for run in runs.all_open()]
        assert runs.find(ENDED) is not None
    assert version(folder) == schema.VERSION


def test_its_tables_are_then_those_of_a_new_spool(folder, earlier):
    make_spool(folder, earlier)
    with started(folder):
        pass

    with started(folder) as spool:
        assert len(OpenRuns(spool.db)) == 1
    assert not list(folder.glob("*.bad-*"))


def test_killed_in_the_middle_it_is_the_spool_it_was_and_the_next_start_does_it(folder, earlier):
    waiting = make_spool(folder, earlier)
    program = (
        "import pathlib, sys; from humeops.daemon.spool import Spool; Spool(pathlib.Path(sys.argv[1]))\n"
        "raise SystemExit('it was not killed')"
    )
    environ = {
        **os.environ,
        "HUME_CRASH_AT": "humed-upgrading-spool",
        "PYTHONPATH": str(pathlib.Path(humeops.__file__).parents[1]),
    }

    for _ in range(2):
        ended = subprocess.run([sys.executable, "-c", program, folder / "spool.db"], env=environ, check=False)
        assert ended.returncode == -signal.SIGKILL
        assert version(folder) == earlier

    with started(folder) as spool:
        assert rows(spool) == waiting
        assert len(OpenRuns(spool.db)) == 1


def test_a_damaged_one_is_salvaged_with_its_runs(folder, earlier):
    waiting = make_spool(folder, earlier)
    opening.note_damage(folder / "spool.db")

    with started(folder) as spool:
        assert sorted(said(spool)) == sorted(one for _, one in waiting)
        assert [run.id for run in OpenRuns(spool.db).all_open()] == [waiting_start(waiting), OPEN]
    assert len(list(folder.glob("*.bad-*"))) >= 1


def waiting_start(waiting: list[tuple[int, bytes]]) -> str:
    """Return the id of the start that waits: salvaged like the others, it opens its run."""
    return next(event.id for event in (codec.decode(one) for _, one in waiting) if event.kind == "start")


def test_a_spool_without_owners_gets_their_table_and_keeps_its_runs(folder):
    with started(folder) as spool:
        put(spool, body(), body("start"))
        waiting = rows(spool)
    with contextlib.closing(sqlite3.connect(folder / "spool.db", isolation_level=None)) as db:
        db.execute("DROP TABLE owner")
        db.execute("PRAGMA user_version = 4")

    with started(folder) as spool:
        assert rows(spool) == waiting
        assert spool.db.execute("SELECT count(*) FROM owner").fetchone() == (0,)
    with started(folder) as spool:
        assert rows(spool) == waiting
    assert version(folder) == schema.VERSION
    assert not list(folder.glob("*.bad-*"))
