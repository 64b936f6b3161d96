# SPDX-License-Identifier: MIT
"""A hand of a worker that stands by, since others hold all partitions, rests between its steps."""

import threading
from typing import Any

from humeops.central.stream import working
from humeops.clock import FakeClock


class Standing:
    """A worker that holds nothing, and is told to stop after some steps."""

    name = "db1:1"

    def __init__(self, stop, steps):
        self._stop = stop
        self.left = steps

    def step(self):
        self.left -= 1
        if not self.left:
            self._stop.ask()
        return 0

    def stands_by(self):
        return True

    def finish_one(self):
        return False

    def stop(self):
        pass


class Rests(threading.Event):
    """Notes what is waited for, and waits for nothing."""

    def __init__(self):
        super().__init__()
        self.waited = []

    def wait(self, timeout=None):
        self.waited.append(timeout)
        return self.is_set()


def test_a_hand_without_partitions_rests_after_each_step():
    stop = working._Stop()
    stop.asked = rests = Rests()
    worker: Any = Standing(stop, 3)

    working._Hand(worker, lambda: None, FakeClock(), stop).run()

    assert worker.left == 0
    assert rests.waited == [working.STAND_BY_SECONDS] * 3
