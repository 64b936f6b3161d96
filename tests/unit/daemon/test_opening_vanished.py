# SPDX-License-Identifier: MIT
"""Commits that vanished, with the file or out of its log, are put back from what is there, or are one declared hole."""

import os
import pathlib
import shutil

import pytest

from humeops.daemon.opening import CAUSE_GONE, CAUSE_WENT_BACK
from humeops.daemon.runs import OpenRuns
from humeops.daemon.spooldb import SpoolBrokenError
from humeops.wire import codec
from tests.unit.daemon.spoiling import counted, live, spoil
from tests.unit.daemon.spooling import NOBODY, body, crash, losses, lost_ranges, put, quick_folder, rows, said, started


@pytest.fixture
def folder():
    with quick_folder() as made:
        yield made


def test_a_sound_spool_is_opened_as_it_is(folder):
    bodies = live(folder, folded=False)

    with started(folder / "crashed") as spool:
        assert [one for _, one in rows(spool)] == bodies


def test_what_lies_behind_a_flipped_bit_in_the_wal_is_put_back_under_its_number(folder):
    bodies = live(folder, folded=False)
    spoil(folder / "crashed", "spool.db-wal", 32)  # the first frame's head: SQLite then believes nothing of it all

    with started(folder / "crashed") as spool:
        assert rows(spool)[:24] == list(enumerate(bodies, 1))
        assert [event.data["count"] for event in losses(spool)] == [0]
        assert lost_ranges(spool) == []


def test_what_cannot_be_put_back_is_a_declared_hole_and_numbering_goes_on_behind_it(folder):
    live(folder, folded=False)
    (folder / "crashed" / "spool.db-wal").unlink()

    with started(folder / "crashed") as spool:
        held = [seq for seq, _ in rows(spool)]
        (loss,) = losses(spool)
        first = held[-2] + 1
        assert held[-1] == 25
        assert loss.data == {
            "epoch": spool.epoch,
            "first": first,
            "last": 24,
            "count": 25 - first,
            "cause": CAUSE_WENT_BACK,
        }
        assert lost_ranges(spool) == [(first, 24)]
        assert spool.dropped() == {CAUSE_WENT_BACK: 25 - first}


def test_a_hole_is_told_once(folder):
    live(folder, folded=False)
    (folder / "crashed" / "spool.db-wal").unlink()

    for _ in range(3):
        with started(folder / "crashed") as spool:
            assert len(losses(spool)) == 1


def test_what_central_had_committed_is_neither_lost_nor_sent_again(folder):
    (folder / "live").mkdir()
    with started(folder / "live") as spool:
        put(spool, body(), body())
        spool.db.execute("PRAGMA wal_checkpoint(RESTART)")
        put(spool, body(), body())
        with spool.group() as group:
            group.release(4)
        crash(folder / "live", folder / "crashed")
    (folder / "crashed" / "spool.db-wal").unlink()

    with started(folder / "crashed") as spool:
        assert spool.committed_upto == 4
        assert said(spool) == []
        assert counted(spool) == 0


def test_a_run_whose_start_vanished_is_open_again(folder):
    (folder / "live").mkdir()
    start = body("start", task="backup", origin={"chain": [[3, 4]]})
    with started(folder / "live") as spool:
        put(spool, body())
        spool.db.execute("PRAGMA wal_checkpoint(RESTART)")
        with spool.group() as group:
            group.put(start)
            OpenRuns(spool.db).apply(codec.decode(start), NOBODY, group, 1)
        crash(folder / "live", folder / "crashed")
    spoil(folder / "crashed", "spool.db-wal", 40)

    with started(folder / "crashed") as spool:
        assert len(OpenRuns(spool.db)) == 1
        assert start in said(spool)


def test_a_witness_of_another_epoch_says_nothing(folder):
    bodies = live(folder, folded=True)
    (folder / "other").mkdir()
    with started(folder / "other") as spool:
        put(spool, *[body() for _ in range(99)])
    shutil.copy(folder / "other" / "spool.high", folder / "crashed")

    with started(folder / "crashed") as spool:
        assert [one for _, one in rows(spool)] == bodies


def test_without_a_witness_the_spool_is_believed(folder):
    bodies = live(folder, folded=False)
    (folder / "crashed" / "spool.high").unlink()

    with started(folder / "crashed") as spool:
        assert [one for _, one in rows(spool)] == bodies


def test_a_witness_that_is_behind_means_nothing(folder):
    (folder / "live").mkdir()
    with started(folder / "live") as spool:
        put(spool, body())
    early = (folder / "live" / "spool.high").read_bytes()
    with started(folder / "live") as spool:
        put(spool, body())
    (folder / "live" / "spool.high").write_bytes(early)

    with started(folder / "live") as spool:
        assert (spool.last_seq, losses(spool)) == (2, [])


def test_a_spool_that_is_gone_is_told(folder):
    live(folder, folded=True)
    (folder / "crashed" / "spool.db").unlink()

    with started(folder / "crashed") as spool:
        (loss,) = losses(spool)
        assert (loss.data["count"], loss.data["cause"]) == (24, CAUSE_GONE)


def test_of_a_spool_that_is_gone_nothing_is_said_to_be_kept(folder, caplog):
    live(folder, folded=True)
    for part in folder.joinpath("crashed").glob("spool.db*"):
        part.unlink()

    with started(folder / "crashed"):
        pass

    assert "24 lost; of the old spool nothing is left to be kept" in caplog.text
    assert list(folder.joinpath("crashed").glob("*.bad-*")) == []


def test_what_is_left_of_a_spool_that_is_gone_is_kept_and_named(folder, caplog):
    live(folder, folded=False)
    (folder / "crashed" / "spool.db").unlink()

    with started(folder / "crashed"):
        pass

    (kept,) = folder.joinpath("crashed").glob("*.bad-*")
    assert f"of the old spool is kept: {kept}" in caplog.text


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("a folder", pathlib.Path.mkdir),
        ("a FIFO", os.mkfifo),
        ("a link to nothing", lambda path: path.symlink_to("no")),
    ],
)
def test_what_is_no_file_is_left_alone_and_named(folder, kind, make):
    make(folder / "spool.db")
    before = os.lstat(folder / "spool.db")

    with pytest.raises(SpoolBrokenError, match=f"spool.db: not a spool but {kind}: move it away$"), started(folder):
        pass

    assert os.lstat(folder / "spool.db").st_ino == before.st_ino


def test_an_empty_spool_that_is_gone_is_nothing_to_tell(folder):
    (folder / "live").mkdir()
    with started(folder / "live") as spool:
        put(spool, body())
        with spool.group() as group:
            group.release(1)
    (folder / "live" / "spool.db").unlink()

    with started(folder / "live") as spool:
        assert rows(spool) == []
