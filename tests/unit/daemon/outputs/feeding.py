# SPDX-License-Identifier: MIT
"""A spool and what is fed from it, without humed around it."""

from humeops.clock import FakeClock
from humeops.daemon.outputs.cursor import Cursor
from humeops.daemon.outputs.feed import Feed
from humeops.daemon.outputs.settings import SyslogOutput
from humeops.daemon.spool import Spool, SpoolReader
from tests.unit.daemon.spooling import body, put


class Taker:
    """An output that keeps what it is given, or fails as often as it is told."""

    def __init__(self):
        self.told = []
        self.failures = []

    def write(self, told):
        if self.failures:
            raise self.failures.pop(0)
        self.told += [one.event.message for one in told]

    def close(self):
        pass


class Fed:
    """One spool and one feed from it."""

    def __init__(self, folder, level="debug"):
        self.spool = Spool(folder / "spool.db")
        self.taker, self._folder, self._level, self._count = Taker(), folder, level, 0
        self.begin()

    def begin(self):
        """Make the feed, as humed's start does."""
        self.cursor = Cursor(self._folder / "o.cursor", self.spool.epoch, self.spool.last_seq)
        chosen = SyslogOutput(name="o", level=self._level)
        self.feed = Feed(chosen, "there", self.taker, self.cursor, self.spool.path, FakeClock())
        self.reader = SpoolReader(self.spool.path)

    def end(self):
        self.reader.close()
        self.cursor.close()

    def say(self, count, **members):
        for _ in range(count):
            self._count += 1
            put(self.spool, body(message=str(self._count), **members))

    def step(self):
        return self.feed.feed_one(self.reader)

    def numbers(self):
        return [int(message) for message in self.taker.told]
