# SPDX-License-Identifier: MIT
"""`hume` itself killed at any moment: the event is there whole or not at all, and the caller's neighbours are unharmed.

The moments are its system calls, all of them: strace kills it at the n-th, for every n (the count is taken from a run
that lives).
"""

import os
import re
import shutil
import subprocess

import pytest

from tests.fixtures import eset, processes


def system_calls_of_one_call(installed: processes.Installation) -> int:
    trace = installed.root / "trace"
    command = ["strace", "-o", str(trace), str(processes.find_hume()), "info", "-t", "counted", "x"]
    subprocess.run(command, env=installed.environ(), check=True, timeout=30)
    return sum(1 for line in trace.read_text().splitlines() if re.match(r"\w+\(", line))


def say_and_die(installed: processes.Installation, said: eset.Said, at: int) -> None:
    message = said.next_message()
    inject = f"inject=all:signal=SIGKILL:when={at}"
    command = [
        "strace",
        "-o",
        os.devnull,
        "-e",
        inject,
        str(processes.find_hume()),
        "info",
        "--strict",
        "-t",
        "eset",
        message,
    ]
    done = subprocess.run(command, env=installed.environ(), capture_output=True, timeout=30, check=False)
    said.note(message, done.returncode)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("humed_is", ["up", "down"])
def test_at_every_system_call(installed: processes.Installation, humed_is: str) -> None:
    said = eset.Said()
    installed.start_central()
    humed = installed.start_humed() if humed_is == "up" else None
    calls = system_calls_of_one_call(installed)
    assert calls > 10

    for at in range(1, calls + 1):
        say_and_die(installed, said, at)
    eset.say_some(installed, said, 1)
    if humed is None:
        installed.start_humed()

    assert len(said.unknown) >= calls - 2, "the kills did not happen"
    eset.assert_arrived_exactly_once(installed, said)
