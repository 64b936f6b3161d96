# SPDX-License-Identifier: MIT
"""The promise, with humed killed at every named moment, twice in a row: what was reported stored arrives, exactly once.

E-SET: A are the messages whose `hume --strict` ended with 0, U those with another end, D what the central database holds.
Then A ⊆ D ⊆ A ∪ U, and nothing in D twice.
"""

import pathlib

import pytest

from humeops import crash
from tests.fixtures import eset, processes

ROOT = pathlib.Path(__file__).parents[2]

# Not on an event's way: the test that tries each.
ELSEWHERE = {
    "humed-before-gone-commit": "tests/chaos/test_gone_killed.py",
    "humed-after-gone-commit": "tests/chaos/test_gone_killed.py",
    "humed-upgrading-spool": "tests/unit/daemon/test_schema.py",
}
HUMED_POINTS = [name for name in crash.NAMES if name.startswith("humed-") and name not in ELSEWHERE]


@pytest.mark.parametrize("point", ELSEWHERE)
def test_the_points_that_are_not_passed_here_are_tried_elsewhere(point: str) -> None:
    assert f'"{point}"' in (ROOT / ELSEWHERE[point]).read_text("utf-8")


@pytest.mark.parametrize("point", HUMED_POINTS)
def test_what_was_stored_survives_humed_dying_there_twice(installed: processes.Installation, point: str) -> None:
    said = eset.Said()
    installed.start_central()

    for _ in range(2):
        # Something lies in the drop folder first, so that the points of its way are passed too.
        eset.say_some(installed, said, 2)
        doomed = installed.start_humed(ready=False, HUME_CRASH_AT=point)
        eset.say_until_dead(installed, said, doomed)
        assert doomed.wait(timeout=20) == -9, f"{point} was never passed"
    installed.start_humed()
    eset.say_some(installed, said, 2)

    eset.assert_arrived_exactly_once(installed, said)


def test_a_group_half_acknowledged_is_whole(installed: processes.Installation) -> None:
    said = eset.Said()
    installed.start_central()
    humed = installed.start_humed(HUME_CRASH_AT="humed-before-ack:5")

    eset.say_at_once(installed, said, 12)
    assert humed.wait(timeout=20) == -9
    installed.start_humed()

    eset.assert_arrived_exactly_once(installed, said)
