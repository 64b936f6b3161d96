# SPDX-License-Identifier: MIT
"""A spool and its keeper for tests, on a disk whose free space a test sets, and events of each worth to fill it with."""

import itertools

from humeops.clock import FakeClock
from humeops.daemon.config import SpoolSettings
from humeops.daemon.keeper import Keeper, NoRoomError
from humeops.daemon.spool import Spool
from humeops.wire import codec
from tests.unit.daemon.spooling import HOST, body, put, rows

CAP = 1_048_576
ALL_PAGES = CAP // 4096
PLENTY = 10**12
TEXT = "x" * 400


class Kept:
    """A spool and its keeper, with a disk whose free space a test sets."""

    def __init__(self, folder, **limits):
        self.clock = FakeClock()
        self.free = PLENTY
        self.limits = SpoolSettings(**{"max_bytes": CAP, "ballast_bytes": 0, "min_free_bytes": 0, **limits})
        self.spool = Spool(folder / "spool.db")
        self.restart()

    def restart(self):
        self.keeper = Keeper(self.spool, self.limits, HOST, self.clock, lambda: self.free)

    def now(self):
        return self.clock.wall_ns() // 10**9

    def put(self, *bodies):
        put(self.spool, *bodies, taken=self.now())

    def fill(self, pages, *bodies):
        """Go on putting these in turn until so many pages are in use."""
        turns = itertools.cycle(bodies)
        while self.spool.used_bytes() < pages * 4096:
            self.put(*itertools.islice(turns, 20))

    def tend_all(self, in_flight_upto=0):
        for steps in range(100):
            more = self.keeper.tend(in_flight_upto)
            if not more and not self.keeper.is_pressed:
                return steps + 1
        raise AssertionError("it never comes to an end")

    def kinds(self):
        names = []
        for _, one in rows(self.spool):
            event = codec.decode(one)
            names.append(event.level if event.kind == "log" and event.level in ("debug", "error") else event.kind)
        return names

    def losses(self):
        events = [codec.decode(one) for _, one in rows(self.spool)]
        return [event.data for event in events if event.kind == "loss"]

    def admits(self, worth, size=300):
        try:
            self.keeper.admit(worth, size)
        except NoRoomError:
            return False
        return True


def debug():
    return body(level="debug", message=TEXT)


def progress():
    return body("progress", progress=[1, 2], message=TEXT)


def rest():
    return body(message=TEXT)


def precious():
    return [
        body("start", message=TEXT),
        body("stop", outcome="ok", message=TEXT),
        body(level="error", message=TEXT),
    ]
