# SPDX-License-Identifier: MIT
"""How far a running run is, in words."""

from typing import Literal

import pytest

from humeops.api.schemas import OutlookView, RunDetail, RunView
from humeops.web import run

SECOND = 1_000_000_000
NOW = 1_795_406_391 * SECOND


def how_far(
    progress: tuple[float, float] | None, left: int | None, by: Literal["progress", "usual"] = "progress"
) -> str:
    outlook = None if left is None else OutlookView(NOW + left * SECOND, by)
    view = RunView("x", "x", "db1", "backup", "running", NOW - 60 * SECOND, progress=progress)
    return run._how_far(RunDetail(view, outlook=outlook), NOW)


@pytest.mark.parametrize(
    ("progress", "left", "by", "told"),
    [
        ((3, 12), 180, "progress", "25 %, about 3 min left, by what it says is done"),
        ((3, 12), -32, "progress", "25 %, should have been through 32 s ago, by what it says is done"),
        (None, 90, "usual", "about 1 min 30 s left, if it takes as long as usual"),
        ((0, 12), None, "progress", "0 %"),
        (None, None, "usual", ""),
    ],
)
def test_how_far_a_run_is_reads_as_one_sentence(progress, left, by, told):
    assert how_far(progress, left, by) == told
