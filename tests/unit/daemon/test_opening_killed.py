# SPDX-License-Identifier: MIT
"""Killed, or without room, in the middle of replacing a damaged spool: the next start finishes it, and nothing is lost."""

import itertools
import pathlib

import pytest

from humeops.daemon import opening, replacing
from humeops.daemon.spool import SpoolFullError
from tests.unit.daemon.spoiling import contents, live, ruin
from tests.unit.daemon.spooling import crash, losses, quick_folder, said, started


@pytest.fixture
def folder():
    with quick_folder() as made:
        yield made


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
        patch.setattr(replacing, "sync_folder", die_in_time(replacing.sync_folder))
        try:
            with started(trial):
                return False
        except KilledError:
            return True


def test_killed_while_the_new_one_is_made_it_is_made_again(folder, monkeypatch):
    bodies = live(folder, folded=True)
    ruin(folder / "crashed")
    with monkeypatch.context() as patch:
        patch.setattr(replacing, "call_it_whole", _die)
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
