# SPDX-License-Identifier: MIT
"""scripts/large brings up a whole large installation, carries what a script says to people, and ends all of it."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from tests.fixtures import postgres, redisserver
from tests.fixtures.processes import BIN, find_hume, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/large"
ROLES = (b"api", b"worker", b"watcher", b"notifier")


@pytest.fixture
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="hlg", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def members(folder):
    """Every process that works in this folder."""
    found = set()
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in command and int(entry.name) != os.getpid():
            found.add(int(entry.name))
    return found


def test_it_starts_all_of_it_carries_events_and_ends_all_of_it(folder):
    postgres.require()
    redisserver.require()
    hume = str(find_hume())
    environ = {**os.environ, "HUME_DIR": str(folder / "hume"), "PATH": f"{BIN}:{os.environ['PATH']}"}
    with (folder / "large.log").open("wb") as log:
        large = subprocess.Popen([SCRIPT, folder], stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until(
            lambda: b"ready:" in (folder / "large.log").read_bytes() or large.poll() is not None, "all answers", 110
        )
        assert large.poll() is None, (folder / "large.log").read_text()
        for number in range(3):
            subprocess.run([hume, "info", "--strict", "-t", "trial", f"word {number}"], env=environ, check=True)

        def shown():
            command = [hume, "events", "-o", "csv", "--columns", "message"]
            answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
            return all(f"word {number}" in answer.stdout for number in range(3))

        wait_until(shown, "what was said is seen", 60)
        commands = [(pathlib.Path("/proc") / str(pid) / "cmdline").read_bytes().split(b"\0") for pid in members(folder)]
        roles = sorted(part for command in commands for part in command if part in ROLES)
        listed = subprocess.run(
            [BIN / "hume-central", "agents"], env=environ, capture_output=True, text=True, check=False
        )

        assert roles == sorted([b"api", b"api", b"worker", b"worker", b"watcher", b"notifier"])
        # A verb that a person types finds the same database.
        assert (listed.returncode, "heard" in listed.stdout) == (0, True), listed.stderr

        large.send_signal(signal.SIGINT)

        assert large.wait(timeout=60) == 0, (folder / "large.log").read_text()
        assert members(folder) == set()
    finally:
        if large.poll() is None:
            large.terminate()
            large.wait(timeout=60)
        for pid in members(folder):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["one", "two"]], ids=["nothing", "an option", "too much"])
def test_without_a_folder_it_says_how_it_is_called(arguments):
    answer = subprocess.run([SCRIPT, *arguments], capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stderr) == (64, "usage: scripts/large FOLDER\n")
