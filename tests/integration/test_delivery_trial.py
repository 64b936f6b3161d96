# SPDX-License-Identifier: MIT
"""The trial by hand of docs/guide/delivery.md, as it is written there but for its folder and its length."""

import pathlib
import re
import subprocess

GUIDE = pathlib.Path(__file__).parents[2] / "docs" / "guide" / "delivery.md"
COUNT = 500


def test_the_trial_by_hand_counts_what_was_said(installed):
    (trial,) = re.findall(r"```sh\n(export HUME_DIR=/tmp/trial\n.*?)```", GUIDE.read_text(), re.DOTALL)
    assert "seq 5000" in trial
    trial = trial.replace("/tmp/trial", str(installed.root)).replace("seq 5000", f"seq {COUNT}")

    with (installed.root / "trial.out").open("wb") as out:
        script = installed.start_command(trial, out)
        try:
            assert script.wait(timeout=110) == 0
        except BaseException:
            end_up(installed)
            raise

    said = (installed.root / "trial.out").read_text().split()
    assert said[-1] == str(COUNT)
    assert "not" not in said


def end_up(installed):
    """End what the trial left where it was ended half way."""
    lock = installed.root / "up.lock"
    subprocess.run(["kill", lock.read_text().strip()], capture_output=True, check=False) if lock.exists() else None
