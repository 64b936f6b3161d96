# SPDX-License-Identifier: MIT
"""The ballast is space that is really there, is given back at once, and is only taken where there is plenty."""

import pytest

from humeops.daemon.ballast import Ballast, free_bytes

SIZE = 64 * 1024


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spool.ballast"


def test_it_takes_blocks_and_not_just_a_size(path):
    assert Ballast(path, SIZE).lay(10 * SIZE)

    assert path.stat().st_size == SIZE
    assert path.stat().st_blocks * 512 >= SIZE


def test_it_is_not_laid_where_it_would_not_leave_as_much_again(path):
    assert not Ballast(path, SIZE).lay(2 * SIZE)
    assert not path.exists()


def test_it_gives_its_space_back_once(path):
    ballast = Ballast(path, SIZE)
    ballast.lay(10 * SIZE)

    assert ballast.drop()
    assert not ballast.drop()
    assert not path.exists()


def test_it_is_laid_again_when_there_is_room(path):
    ballast = Ballast(path, SIZE)
    ballast.lay(10 * SIZE)
    ballast.drop()

    assert not ballast.lay(SIZE)
    assert ballast.lay(10 * SIZE)
    assert path.stat().st_size == SIZE


def test_the_one_of_an_earlier_life_counts(path):
    Ballast(path, SIZE).lay(10 * SIZE)

    assert Ballast(path, SIZE).lay(0)


def test_a_part_of_one_does_not_count(path):
    path.write_bytes(b"torn")

    assert not Ballast(path, SIZE).lay(0)


def test_without_a_folder_there_is_none(tmp_path):
    assert not Ballast(tmp_path / "nowhere" / "spool.ballast", SIZE).lay(10 * SIZE)


def test_what_is_free_is_known(tmp_path):
    assert free_bytes(tmp_path) > 0
