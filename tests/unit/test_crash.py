# SPDX-License-Identifier: MIT
"""A named place to die kills the process there, at the passage that was asked for, and costs nothing otherwise."""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

from humeops import crash

SOURCE = pathlib.Path(crash.__file__).parent
PROGRAM = "from humeops import crash\nfor n in range(3):\n    print(n, flush=True)\n    crash.point('humed-received')\n"


def run(crash_at):
    environ = {key: value for key, value in os.environ.items() if key != "HUME_CRASH_AT"}
    environ["PYTHONPATH"] = str(SOURCE.parent)
    if crash_at is not None:
        environ["HUME_CRASH_AT"] = crash_at
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("crash_at", "passages", "status"),
    [
        (None, 3, 0),
        ("", 3, 0),
        ("humed-before-ack", 3, 0),
        ("humed-received", 1, -signal.SIGKILL),
        ("humed-received:2", 2, -signal.SIGKILL),
        ("humed-received:4", 3, 0),
        ("humed-received:x", 1, -signal.SIGKILL),
    ],
)
def test_it_dies_at_the_passage_that_is_named(crash_at, passages, status):
    ended = run(crash_at)

    assert len(ended.stdout.split()) == passages
    assert ended.returncode == status


def test_every_place_in_the_code_is_listed_and_every_listed_one_is_in_the_code():
    used = {
        name
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r"crash\.point\(\s*\"([a-z-]+)\"", path.read_text("utf-8"))
    }

    assert used == set(crash.NAMES)
