# SPDX-License-Identifier: MIT
"""The promise over a long time: what was reported stored arrives exactly once, whoever is killed meanwhile.

`make soak` says 100,000 events and kills 500 times; HUME_SOAK_EVENTS and HUME_SOAK_KILLS make it shorter or longer,
HUME_SEED repeats the choices of a campaign. What a campaign finds becomes a test of its own.
"""

import os
import time

import pytest

from tests.fixtures import campaign, chance, processes

SHORT = pytest.param(3_000, 20, id="short")
FULL = pytest.param(
    int(os.environ.get("HUME_SOAK_EVENTS", "100_000")),
    int(os.environ.get("HUME_SOAK_KILLS", "500")),
    id="full",
    marks=[pytest.mark.soak, pytest.mark.timeout(7_200)],
)


@pytest.mark.parametrize(("events", "kills"), [SHORT, FULL])
def test_kills_without_end_lose_nothing(
    installed: processes.Installation, capsys: pytest.CaptureFixture[str], events: int, kills: int
) -> None:
    processes.find_hume()
    with capsys.disabled():  # a campaign takes long: whoever watches sees its seed at once
        running = campaign.Campaign(installed, chance.seeded(f"{events} events, {kills} kills"), events, kills)
    began = time.monotonic()

    running.run()
    took = time.monotonic() - began
    running.finish()

    print(f"{took:.0f} s, killed: {dict(running.killed)}, {len(running.said.unknown)} of unknown fate")
    assert sum(running.killed.values()) == kills
    assert len(running.said.stored | running.said.unknown) > 0.99 * events
