# SPDX-License-Identifier: MIT
"""Each run ends in exactly the state that tells what became of its script, whoever is killed meanwhile.

`make soak` runs 2,000 scripts; HUME_SOAK_RUNS makes it shorter or longer, HUME_SEED repeats the choices of a campaign.
What a campaign finds becomes a test of its own.
"""

import os
import time

import pytest

from tests.fixtures import chance, processes, runcampaign

SHORT = pytest.param(60, id="short")
FULL = pytest.param(
    int(os.environ.get("HUME_SOAK_RUNS", "2_000")), id="full", marks=[pytest.mark.soak, pytest.mark.timeout(3_600)]
)


@pytest.mark.parametrize("runs", [SHORT, FULL])
def test_every_run_ends_in_the_state_of_its_script(
    installed: processes.Installation, capsys: pytest.CaptureFixture[str], runs: int
) -> None:
    processes.find_hume()
    with capsys.disabled():  # a campaign takes long: whoever watches sees its seed at once
        running = runcampaign.RunCampaign(installed, chance.seeded(f"{runs} runs"), runs)
    began = time.monotonic()

    running.run()
    running.finish()

    unsure = sum(len(states) > 1 for states in running.allowed.values())
    print(f"{time.monotonic() - began:.0f} s, {dict(running.ends)}, humed killed {running.killed['humed']} times")
    print(f"{len(running.allowed)} runs, {unsure} of which may be in more than one state")
    assert unsure < 0.1 * len(running.allowed)
