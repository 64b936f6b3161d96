# SPDX-License-Identifier: MIT
"""Whatever became of the spool's files, humed starts or says one clear line, and every event is there or counted as lost."""

import contextlib
import itertools
import pathlib
import random
import shutil
import sqlite3

import pytest

from humeops.clock import FakeClock
from humeops.daemon import opening, seal
from humeops.daemon.opening import CAUSE_DAMAGED, CAUSE_GONE, CAUSE_WENT_BACK
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Spool, SpoolFullError
from humeops.errors import HumeError
from humeops.wire import codec
from tests.fixtures import chance
from tests.unit.daemon.sayings import id_of
from tests.unit.daemon.spooling import body, crash, losses, lost_ranges, put, quick_folder, rows, said, started

SOME = pytest.param(False, id="some")
ALL = pytest.param(True, id="all", marks=[pytest.mark.soak, pytest.mark.timeout(7_200)])
BYTES_TRIED = 120


@pytest.fixture
def folder():
    with quick_folder() as made:
        yield made


def live(folder: pathlib.Path, *, folded: bool, count: int = 24) -> list[bytes]:
    """Let a spool take events in commits of three, and leave in `crashed` what a kill, or a clean end, leaves behind."""
    (folder / "live").mkdir()
    bodies = [body(message="m" * (number * 7 % 300)) for number in range(count)]
    with started(folder / "live") as spool:
        for first in range(0, count, 3):
            put(spool, *bodies[first : first + 3])
            if first == count // 9 * 3:
                spool.db.execute("PRAGMA wal_checkpoint(RESTART)")
        if not folded:
            crash(folder / "live", folder / "crashed")
    if folded:
        crash(folder / "live", folder / "crashed")
    return bodies


def spoil(folder: pathlib.Path, name: str, at: int) -> None:
    """Flip one bit of a byte."""
    with (folder / name).open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << at % 8]))


def damaged_rows(spool: Spool) -> int:
    found = spool.db.execute("SELECT seq, body, seal FROM event")
    return sum(seal.make_seal(seq, one) != sealed for seq, one, sealed in found)


def kept(spool: Spool) -> list[bytes]:
    found = spool.db.execute("SELECT seq, body, seal FROM event ORDER BY seq")
    sound = [one for seq, one, sealed in found if seal.make_seal(seq, one) == sealed]
    return [one for one in sound if codec.decode(one).kind != "loss"]


def counted(spool: Spool) -> int:
    """Return how many events the loss events of this spool say were lost."""
    bodies = [one for (one,) in spool.db.execute("SELECT body FROM event") if b'"kind":"loss"' in one]
    return sum(int(str(codec.decode(one).data["count"])) for one in bodies)


def assert_all_accounted_for(folder: pathlib.Path, bodies: list[bytes]) -> None:
    found: list[bytes] = []
    accounted, refused = 0, None
    try:
        with started(folder) as spool:
            found = kept(spool)
            accounted = len(found) + counted(spool) + damaged_rows(spool)
    except HumeError as error:
        refused = str(error)
    if refused is None:
        assert set(found) <= set(bodies), "something was made up"
        assert len(found) == len(set(found)), "something is there twice"
        assert accounted == len(bodies)
    else:
        # The one flipped bit that reads as another version's file.
        assert "made by another version of humed (schema" in refused
        assert "\n" not in refused


def places(length: int, every_one: bool, what: str) -> list[int]:
    if every_one:
        return list(range(length))
    draw = chance.seeded(what)
    return sorted({*range(0, 100, 7), *draw.sample(range(length), BYTES_TRIED)})


# -- one bit, one cut --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("every_one", [SOME, ALL])
@pytest.mark.parametrize("name", ["spool.db", "spool.db-wal"])
@pytest.mark.parametrize("folded", [True, False], ids=["folded", "killed"])
def test_one_flipped_bit_anywhere(folder, name, folded, every_one):
    bodies = live(folder, folded=folded)
    if not (folder / "crashed" / name).exists():
        return
    for number, at in enumerate(places((folder / "crashed" / name).stat().st_size, every_one, "flipped bits")):
        spoiled = crash(folder / "crashed", folder / str(number))
        spoil(spoiled, name, at)

        assert_all_accounted_for(spoiled, bodies)
        shutil.rmtree(spoiled)


@pytest.mark.parametrize("every_one", [SOME, ALL])
@pytest.mark.parametrize("name", ["spool.db", "spool.db-wal"])
@pytest.mark.parametrize("folded", [True, False], ids=["folded", "killed"])
def test_a_file_cut_short_anywhere(folder, name, folded, every_one):
    bodies = live(folder, folded=folded)
    if not (folder / "crashed" / name).exists():
        return
    for number, at in enumerate(places((folder / "crashed" / name).stat().st_size, every_one, "cuts")):
        spoiled = crash(folder / "crashed", folder / str(number))
        with (spoiled / name).open("r+b") as file:
            file.truncate(at)

        assert_all_accounted_for(spoiled, bodies)
        shutil.rmtree(spoiled)


@pytest.mark.parametrize("name", ["spool.db", "spool.db-wal"])
def test_a_page_of_noise_anywhere(folder, name):
    bodies = live(folder, folded=name == "spool.db", count=120)
    noise = random.Random(1).randbytes(4_096)
    for at in range(0, (folder / "crashed" / name).stat().st_size, 4_096):
        spoiled = crash(folder / "crashed", folder / str(at))
        with (spoiled / name).open("r+b") as file:
            file.seek(at)
            file.write(noise)

        assert_all_accounted_for(spoiled, bodies)
        shutil.rmtree(spoiled)


# -- commits that vanished ---------------------------------------------------------------------------------------------


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
            OpenRuns(spool.db).apply(codec.decode(start), group, 1)
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


def test_an_empty_spool_that_is_gone_is_nothing_to_tell(folder):
    (folder / "live").mkdir()
    with started(folder / "live") as spool:
        put(spool, body())
        with spool.group() as group:
            group.release(1)
    (folder / "live" / "spool.db").unlink()

    with started(folder / "live") as spool:
        assert rows(spool) == []


# -- a damaged spool ---------------------------------------------------------------------------------------------------


def ruin(folder: pathlib.Path) -> dict[str, bytes]:
    """Damage the head of the file; return what the files then hold."""
    with (folder / "spool.db").open("r+b") as file:
        file.write(b"no database, for sure")
    return contents(folder)


def contents(folder: pathlib.Path) -> dict[str, bytes]:
    return {
        part: (folder / f"spool.db{part}").read_bytes()
        for part in ("", "-wal")
        if (folder / f"spool.db{part}").exists()
    }


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
            OpenRuns(spool.db).apply(codec.decode(one), group, 1)
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


# -- killed, or without room, in the middle of it ----------------------------------------------------------------------


class KilledError(BaseException):
    """Stands for SIGKILL: nothing that hume does afterwards may count."""


def test_killed_at_any_step_of_the_change_it_is_finished_by_the_next_start(folder, monkeypatch):
    bodies = live(folder, folded=True)
    ruin(folder / "crashed")
    for steps in itertools.count():
        trial = crash(folder / "crashed", folder / f"trial-{steps}")
        if not _killed_after(steps, trial, monkeypatch):
            break

        with started(trial) as spool:
            assert sorted(said(spool)) == sorted(bodies)
            assert len(losses(spool)) == 1
        assert not list(trial.glob("*.new")) + list(trial.glob("*.making"))

    assert steps >= 6


def _killed_after(steps: int, trial: pathlib.Path, monkeypatch) -> bool:
    """Start, and die before the n-th renaming or syncing of folders."""
    left = itertools.count(steps, -1)

    def die_in_time(doing):
        def do(*arguments):
            if next(left) == 0:
                raise KilledError
            return doing(*arguments)

        return do

    with monkeypatch.context() as patch:
        patch.setattr(pathlib.Path, "rename", die_in_time(pathlib.Path.rename))
        patch.setattr(opening, "_sync_folder", die_in_time(opening._sync_folder))
        try:
            with started(trial):
                return False
        except KilledError:
            return True


def test_killed_while_the_new_one_is_made_it_is_made_again(folder, monkeypatch):
    bodies = live(folder, folded=True)
    ruin(folder / "crashed")
    with monkeypatch.context() as patch:
        patch.setattr(opening, "_call_it_whole", _die)
        with pytest.raises(KilledError), started(folder / "crashed"):
            pass

    with started(folder / "crashed") as spool:
        assert sorted(said(spool)) == sorted(bodies)


def _die(*_):
    raise KilledError


def test_without_room_for_the_new_one_the_old_one_stays_where_it_is(folder, monkeypatch):
    live(folder, folded=True)
    before = ruin(folder / "crashed")
    with monkeypatch.context() as patch:
        patch.setattr(opening, "_put", _no_room)
        with pytest.raises(SpoolFullError), started(folder / "crashed"):
            pass

    assert contents(folder / "crashed") == before


def _no_room(*_):
    raise SpoolFullError("no room")


def test_the_clock_names_what_is_kept(folder):
    live(folder, folded=True)
    ruin(folder / "crashed")
    with started(folder / "crashed", FakeClock(1_795_406_391 * 10**9)):
        pass

    assert (folder / "crashed" / "spool.db.bad-1795406391").exists()


def test_every_body_has_an_id_of_its_own():
    assert id_of(body()) != id_of(body())
