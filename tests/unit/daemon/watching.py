# SPDX-License-Identifier: MIT
"""The parts of humed that watch, for tests: a real spool and real processes, and a time that stands until a test moves it."""

from humeops.clock import FakeClock
from humeops.daemon.attaching import Attachment
from humeops.daemon.config import SpoolSettings
from humeops.daemon.deaths import GRACE_NS, Deaths
from humeops.daemon.forks import Forks
from humeops.daemon.keeper import Keeper
from humeops.daemon.processes import Processes
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Spool
from humeops.daemon.watch import Watch
from humeops.daemon.watcher import Watcher
from humeops.wire import codec
from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import say
from tests.unit.daemon.spooling import HOST, rows

GRACE = GRACE_NS / 10**9
ME = Sayer(1000, None, "ipc")


class Humed:
    """Says events, takes the watcher's steps, and tells which runs were said to be gone."""

    def __init__(self, folder):
        self.clock = FakeClock()
        self.groups = folder / "groups"
        self.spool = Spool(folder / "spool.db")
        self.keeper = Keeper(self.spool, SpoolSettings(ballast_bytes=0, min_free_bytes=0), HOST, self.clock)
        self.begin()

    def restart(self, **how):
        self.watcher.close()
        self.begin(**how)

    def begin(self, most=None, processes=None):
        self.runs = OpenRuns(self.spool.db, processes or Processes())
        self.attachment = Attachment(self.runs)
        deaths = Deaths(self.runs, self.spool, self.keeper, HOST, self.clock, self.groups)
        forks = Forks(self.runs, self.spool, self.keeper, self.clock)
        self.watcher = Watcher(self.runs, Watch(self.runs.processes, most), deaths, forks, self.clock)
        self.step()

    def say(self, kind, **members):
        told = {"boot": self.runs.processes.boot, "task": "backup", "mono": 1, **members}
        event = codec.decode(say(kind, **{**told, "origin": {"uid": ME.uid, **members.get("origin", {})}}))
        with self.spool.group() as group:
            self.attachment.attach(event, ME)
            group.put(codec.encode(event))
            self.runs.apply(event, ME, group, self.clock.wall_ns())
        return event

    def start(self, *chain, **members):
        event = self.say("start", origin={"chain": chain}, **members)
        self.step()
        return event.id

    def step(self, **how):
        self.watcher.step(**{"is_behind": False, **how})

    def notice(self):
        """Wait until the kernel has told of an end, and let the moment of grace pass."""
        wait_until(lambda: self.step() or self.watcher.patience_seconds() is not None, "the end is noticed", 5)
        self.clock.advance(GRACE)
        self.step()

    def gone(self):
        events = [codec.decode(body) for _, body in rows(self.spool)]
        return [event for event in events if event.kind == "gone"]

    def causes(self):
        return [(event.run, event.data["cause"]) for event in self.gone()]
