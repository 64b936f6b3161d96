# SPDX-License-Identifier: MIT
"""A damaged spool is put aside with its bytes, and what it held moves to a new one, which says once what was lost."""

import contextlib
import sqlite3

import pytest

from humeops.clock import FakeClock
from humeops.daemon import opening
from humeops.daemon.opening import CAUSE_DAMAGED
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sharing import SharedData
from humeops.wire import codec
from tests.unit.daemon.sayings import id_of
from tests.unit.daemon.spoiling import contents, counted, live, ruin
from tests.unit.daemon.spooling import NOBODY, body, losses, put, quick_folder, rows, said, started


@pytest.fixture
def folder():
    with quick_folder() as made:
        yield made


def test_a_damaged_spool_is_kept_with_its_bytes_and_what_it_held_is_saved(folder):
    bodies = live(folder, folded=True)
    before = ruin(folder / "crashed")

    with started(folder / "crashed") as spool:
        assert sorted(said(spool)) == sorted(bodies)
        assert counted(spool) == 0

    (aside,) = (path for path in (folder / "crashed").glob("*.bad-*") if path.name[-4:] not in ("-wal", "-shm"))
    assert {part: aside.with_name(aside.name + part).read_bytes() for part in before} == before


def test_a_spool_damaged_inside_is_kept_with_its_bytes_too(folder):
    live(folder, folded=False, count=60)
    with (folder / "crashed" / "spool.db").open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xff" * 4_096 * 4)
    before = contents(folder / "crashed")

    with started(folder / "crashed"):
        pass

    (aside,) = (path for path in (folder / "crashed").glob("*.bad-*") if path.name[-4:] not in ("-wal", "-shm"))
    assert {part: aside.with_name(aside.name + part).read_bytes() for part in before} == before


def test_a_new_spool_is_a_new_epoch_numbered_without_holes_and_says_which_one_it_replaces(folder):
    bodies = live(folder, folded=True)
    with started(folder / "crashed") as spool:
        old = spool.epoch
    ruin(folder / "crashed")

    with started(folder / "crashed") as spool:
        assert spool.epoch != old
        assert [seq for seq, _ in rows(spool)] == list(range(1, len(bodies) + 2))
        assert losses(spool)[0].data == {"epoch": old, "first": 1, "last": 24, "count": 0, "cause": CAUSE_DAMAGED}


def test_damage_is_told_once_and_the_new_spool_lasts(folder):
    live(folder, folded=True)
    ruin(folder / "crashed")

    for _ in range(3):
        with started(folder / "crashed") as spool:
            assert len(losses(spool)) == 1
    assert len(list((folder / "crashed").glob("*.bad-*"))) == 1


def test_damage_that_only_its_use_ran_into_counts_once(folder):
    bodies = live(folder, folded=True)
    opening.note_damage(folder / "crashed" / "spool.db")

    for _ in range(2):
        with started(folder / "crashed") as spool:
            assert sorted(said(spool)) == sorted(bodies)
            assert len(losses(spool)) == 1
    assert not (folder / "crashed" / "spool.db.damaged").exists()


def test_two_damaged_spools_of_one_second_are_both_kept(folder):
    live(folder, folded=True)
    for _ in range(2):
        ruin(folder / "crashed")
        with started(folder / "crashed"):
            pass

    assert len(list((folder / "crashed").glob("*.bad-*"))) == 2


def test_what_was_dropped_or_committed_before_the_damage_is_not_counted_as_lost_by_it(folder):
    live(folder, folded=True)
    with started(folder / "crashed") as spool:
        with spool.group() as group:
            group.release(10)
        with spool.group() as group:
            group.drop([12, 13, 20], "a test")
    with contextlib.closing(sqlite3.connect(folder / "crashed" / "spool.db")) as db:
        db.execute("DROP TABLE datum")

    with started(folder / "crashed") as spool:
        assert counted(spool) == 0
        assert len(said(spool)) == 11
        assert spool.dropped() == {"a test": 3, CAUSE_DAMAGED: 0}


def test_open_runs_and_shared_data_move_along(folder):
    (folder / "live").mkdir()
    start = body("start", task="backup", origin={"chain": [[3, 4]]})
    data = body("data", task="backup", data={"rows": 42})
    with started(folder / "live") as spool, spool.group() as group:
        for one in (start, data):
            group.put(one)
            OpenRuns(spool.db).apply(codec.decode(one), NOBODY, group, 1)
            SharedData(spool.db).apply(codec.decode(one), group)
    with contextlib.closing(sqlite3.connect(folder / "live" / "spool.db")) as db:
        db.execute("DROP TABLE lost")

    with started(folder / "live") as spool:
        assert len(OpenRuns(spool.db)) == 1
        assert b'"value":42' in SharedData(spool.db).answer(b'{"key":"rows"}', codec.decode(data).time)


def test_long_events_that_lie_in_several_pages_are_saved(folder):
    (folder / "live").mkdir()
    long = [body(message="ü" * 8_000) for _ in range(5)]
    with started(folder / "live") as spool:
        put(spool, *long)
    with contextlib.closing(sqlite3.connect(folder / "live" / "spool.db")) as db:
        db.execute("DROP TABLE lost")

    with started(folder / "live") as spool:
        assert said(spool) == long


def test_the_clock_names_what_is_kept(folder):
    live(folder, folded=True)
    ruin(folder / "crashed")
    with started(folder / "crashed", FakeClock(1_795_406_391 * 10**9)):
        pass

    assert (folder / "crashed" / "spool.db.bad-1795406391").exists()


def test_every_body_has_an_id_of_its_own():
    assert id_of(body()) != id_of(body())
