# SPDX-License-Identifier: MIT
"""One bit, one cut, one page of noise, anywhere: humed starts or says one clear line, and every event is there or counted."""

import logging
import pathlib
import random
import shutil

import pytest

from humeops.daemon import seal
from humeops.daemon.spool import Spool
from humeops.errors import HumeError
from humeops.wire import codec
from tests.fixtures import chance
from tests.unit.daemon.spoiling import counted, live, spoil
from tests.unit.daemon.spooling import body, crash, put, quick_folder, started

SOME = pytest.param(False, id="some")
ALL = pytest.param(True, id="all", marks=[pytest.mark.soak, pytest.mark.timeout(7_200)])
BYTES_TRIED = 120
NEAR = 64


@pytest.fixture(autouse=True)
def quiet(caplog):
    """Keep no log: of a hundred thousand starts it would fill the memory."""
    caplog.set_level(logging.CRITICAL, "humeops")


@pytest.fixture
def folder():
    with quick_folder() as made:
        yield made


def damaged_rows(spool: Spool) -> int:
    found = spool.db.execute("SELECT seq, body, seal FROM event")
    return sum(seal.make_seal(seq, one) != sealed for seq, one, sealed in found)


def kept(spool: Spool) -> list[bytes]:
    found = spool.db.execute("SELECT seq, body, seal FROM event ORDER BY seq")
    sound = [one for seq, one, sealed in found if seal.make_seal(seq, one) == sealed]
    return [one for one in sound if codec.decode(one).kind != "loss"]


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


def cuts(length: int, every_one: bool) -> list[int]:
    """Every third byte, and every one near the edge of a page; a start after a cut takes twice as long as another."""
    chosen = places(length, every_one, "cuts")
    return [at for at in chosen if not every_one or at % 3 == 0 or (at + NEAR) % 4_096 < 2 * NEAR]


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


@pytest.mark.parametrize("at", [18, 47, 61], ids=["who may write", "the form of the schema", "the version"])
def test_a_head_that_speaks_of_another_sqlite_or_no_humed_is_damage_and_all_of_it_is_saved(folder, at):
    bodies = live(folder, folded=True)
    spoiled = crash(folder / "crashed", folder / "spoiled")
    spoil(spoiled, "spool.db", at)

    with started(spoiled) as spool:
        put(spool, body())

        found = kept(spool)
    assert len(found) == len(bodies) + 1
    assert set(bodies) < set(found)


@pytest.mark.parametrize("every_one", [SOME, ALL])
@pytest.mark.parametrize("name", ["spool.db", "spool.db-wal"])
@pytest.mark.parametrize("folded", [True, False], ids=["folded", "killed"])
def test_a_file_cut_short_anywhere(folder, name, folded, every_one):
    bodies = live(folder, folded=folded)
    if not (folder / "crashed" / name).exists():
        return
    for number, at in enumerate(cuts((folder / "crashed" / name).stat().st_size, every_one)):
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
