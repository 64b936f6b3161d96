# SPDX-License-Identifier: MIT
"""The promise over a long time: what was reported stored arrives exactly once, whoever is killed meanwhile.

`make soak` says 100,000 events to a small installation and kills 500 times, and 300,000 to a large one, where 200 times somebody is
killed or Redis emptied; HUME_SOAK_EVENTS and HUME_SOAK_KILLS make it shorter or longer,
HUME_SEED repeats the choices of a campaign. What a campaign finds becomes a test of its own.
"""

import os
import time

import pytest

from tests.fixtures import campaign, cast, chance, processes
from tests.fixtures.large import large_installation


def full(events: int, kills: int):
    """Return the parameters of a long campaign."""
    return pytest.param(
        int(os.environ.get("HUME_SOAK_EVENTS", events)),
        int(os.environ.get("HUME_SOAK_KILLS", kills)),
        id="full",
        marks=[pytest.mark.soak, pytest.mark.timeout(7_200)],
    )


@pytest.mark.parametrize(("events", "kills"), [pytest.param(3_000, 20, id="short"), full(100_000, 500)])
def test_kills_without_end_lose_nothing(
    installed: processes.Installation, capsys: pytest.CaptureFixture[str], events: int, kills: int
) -> None:
    go_through(installed, cast.SmallCast(installed), capsys, events, kills)


@pytest.mark.parametrize(("events", "kills"), [pytest.param(2_000, 12, id="short"), full(300_000, 200)])
def test_nor_do_they_in_a_large_installation(capsys: pytest.CaptureFixture[str], events: int, kills: int) -> None:
    with large_installation(durable=True) as installed:
        go_through(installed, cast.LargeCast(installed), capsys, events, kills)


def go_through(
    installed: processes.Installation, who: cast.Cast, capsys: pytest.CaptureFixture[str], events: int, kills: int
) -> None:
    """Hold a campaign, and find everything that was said."""
    processes.find_hume()
    with capsys.disabled():  # a campaign takes long: whoever watches sees its seed at once
        running = campaign.Campaign(installed, who, chance.seeded(f"{events} events, {kills} kills"), events, kills)
    began = time.monotonic()

    running.run()
    took = time.monotonic() - began
    running.finish()

    print(f"{took:.0f} s, killed: {dict(running.killed)}, {len(running.said.unknown)} of unknown fate")
    assert sum(running.killed.values()) == kills
    assert len(running.said.stored | running.said.unknown) > 0.99 * events
