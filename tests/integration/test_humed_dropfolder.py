# SPDX-License-Identifier: MIT
"""A living humed reads the drop folder that callers find, also when it is not the one that was there at its start."""

import os
import shutil
import signal

import pytest

from tests.fixtures import eset, processes
from tests.unit.daemon.sayings import drop, say


def remove(folder):
    shutil.rmtree(folder)


def move_away(folder):
    folder.rename(folder.with_name("moved"))


def replace(folder):
    move_away(folder)
    folder.mkdir(mode=0o700)


@pytest.mark.parametrize("change", [remove, move_away, replace])
def test_what_is_dropped_after_the_folder_was_changed_is_stored(installed, change):
    installed.start_humed()

    change(installed.layout.drop)
    installed.layout.drop.mkdir(mode=0o700, exist_ok=True)
    drop(installed.layout.drop, say(task="t", origin={}))

    processes.wait_until(lambda: eset.queue(installed)["stored"] == 1, "the file is taken in", 30)
    assert os.stat(installed.layout.drop).st_ino == eset.queue(installed)["drop_inode"]


def test_a_caller_that_finds_no_folder_is_heard_when_humed_comes_to_itself(installed):
    humed = installed.start_humed()
    os.kill(humed.pid, signal.SIGSTOP)
    remove(installed.layout.drop)

    installed.hume("info", "--strict", "-t", "t", "said while it slept")
    os.kill(humed.pid, signal.SIGCONT)

    processes.wait_until(lambda: eset.queue(installed)["depth"] == 1, "the event is stored", 30)
    processes.wait_until(lambda: eset.queue(installed)["drop_waiting"] == 0, "the file is taken in", 30)
    processes.wait_until(lambda: list(installed.layout.drop.glob("*.hume")) == [], "the file is gone", 30)
