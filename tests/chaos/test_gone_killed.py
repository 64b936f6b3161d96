# SPDX-License-Identifier: MIT
"""humed killed just when it says that a run is gone, twice: it is said exactly once, here and at central, and the run is over."""

import pytest

from tests.fixtures.eset import queue
from tests.fixtures.processes import Installation, wait_until
from tests.fixtures.scripts import running


@pytest.mark.parametrize("point", ["humed-before-gone-commit", "humed-after-gone-commit"])
def test_killed_there_twice_a_run_is_gone_exactly_once(installed: Installation, point: str) -> None:
    installed.start_central()
    for task in ("first", "second"):
        doomed = installed.start_humed(HUME_CRASH_AT=point)
        with running(installed, f"hume start {task}") as script:
            script.kill()
        assert doomed.wait(timeout=20) == -9, f"{point} was never passed"
    installed.start_humed()

    wait_until(lambda: queue(installed)["open_runs"] == 0, "no run is open", 10)
    wait_until(lambda: queue(installed)["depth"] == 0, "central has everything", 30)

    told = installed.central_rows("SELECT task, kind FROM event ORDER BY task, kind")
    assert told == [("first", "gone"), ("first", "start"), ("second", "gone"), ("second", "start")]


def test_humed_killed_again_and_again_while_scripts_die_says_each_once(installed: Installation) -> None:
    installed.start_central()
    tasks = [f"task-{number}" for number in range(6)]
    for task in tasks:
        humed = installed.start_humed()
        with running(installed, f"hume start {task}; hume info working") as script:
            script.kill()
        humed.kill()
        humed.wait()
    installed.start_humed()

    wait_until(lambda: queue(installed)["open_runs"] == 0, "no run is open", 10)
    wait_until(lambda: queue(installed)["depth"] == 0, "central has everything", 30)

    told = installed.central_rows("SELECT task FROM event WHERE kind = 'gone' ORDER BY task")
    assert told == [(task,) for task in tasks]
