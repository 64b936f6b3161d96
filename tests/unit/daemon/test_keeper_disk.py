# SPDX-License-Identifier: MIT
"""On a disk with little or no space left the keeper takes only what matters, and everything again once there is room."""

import logging

from humeops.daemon.spool import SpoolFullError
from humeops.daemon.worth import DEBUG, NAMES, NEVER_DROPPED, REST
from tests.unit.daemon.keeping import ALL_PAGES, CAP, PLENTY, debug


def test_with_little_free_only_what_matters_is_taken(make):
    kept = make(min_free_bytes=CAP)
    kept.free = CAP - 1
    kept.keeper.tend(0)

    assert not kept.admits(REST)
    assert kept.admits(NEVER_DROPPED)

    kept.free = CAP
    kept.keeper.tend(0)
    assert kept.admits(DEBUG)


def test_a_change_of_room_is_said_once(make, caplog):
    caplog.set_level(logging.INFO, "humeops")
    kept = make(min_free_bytes=CAP)
    kept.free = 0
    for _ in range(3):
        kept.keeper.tend(0)
    kept.free = PLENTY
    for _ in range(3):
        kept.keeper.tend(0)

    assert caplog.messages == ["the spool takes starts, stops and failures now", "the spool takes everything now"]


def test_a_full_disk_costs_the_ballast_and_room_brings_it_back(make, tmp_path):
    kept = make(ballast_bytes=CAP)
    ballast = tmp_path / "spool.ballast"
    assert ballast.exists()

    kept.free = CAP
    kept.keeper.on_full_disk(SpoolFullError("full"))
    kept.keeper.tend(0)
    assert not ballast.exists()
    assert not kept.admits(REST)
    assert kept.admits(NEVER_DROPPED)

    kept.free = PLENTY
    kept.keeper.tend(0)
    assert ballast.exists()
    assert kept.admits(DEBUG)


def test_a_disk_that_still_takes_nothing_stays_full_however_much_is_free(make):
    kept = make()
    kept.keeper.on_full_disk(SpoolFullError("read-only"))
    kept.spool.db.execute("PRAGMA query_only = ON")
    kept.keeper.tend(0)
    assert not kept.admits(REST)

    kept.spool.db.execute("PRAGMA query_only = OFF")
    kept.keeper.tend(0)
    assert kept.admits(DEBUG)


def test_a_full_disk_in_the_middle_of_a_step_is_borne(make):
    kept = make()
    kept.fill(ALL_PAGES + 5, debug())
    kept.spool.db.execute("PRAGMA query_only = ON")

    assert not kept.keeper.tend(0)

    assert kept.keeper.room == NAMES[NEVER_DROPPED]
    kept.spool.db.execute("PRAGMA query_only = OFF")
    kept.tend_all()
    assert kept.spool.used_bytes() <= CAP * 0.9
