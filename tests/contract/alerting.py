# SPDX-License-Identifier: MIT
"""A small world for tests of alerts: a database, a clock that is moved by hand, and a channel that keeps what it is told."""

import msgspec
import sqlalchemy as sa

from humeops.central import notifier
from humeops.central.alerts import reading
from humeops.central.alerts.silence import Silence
from humeops.central.store import alertbooks, alertrows, changing, silences, tables
from humeops.central.store.changing import Moved
from humeops.clock import FakeClock
from tests.fixtures.events import NOON, SECOND

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
CHANNELS = {"ops": {"type": "command", "argv": ["true"]}}


class World:
    """`move` changes a state, `at` lets time pass and the notifier look, `told` is what people heard."""

    def __init__(self, database, **written):
        self.database = database
        self.now = NOON
        self.told = []
        self.fails = {}  # channel type → the error that it raises
        self.write(**written)
        self.notifier = self.new_notifier()

    def new_notifier(self):
        self.clock = FakeClock(wall_ns=self.now)
        return notifier.Notifier(self.database, self.clock, self._deliver, setup="", draw=lambda low, high: high)

    def _deliver(self, settings, message, _now_ns):
        name = settings.get("name", settings["type"])
        if error := self.fails.get(name):
            raise error
        self.told.append((name, message))

    def write(self, **written):
        channels = written.pop("channel", CHANNELS)
        named = {name: {**settings, "name": name} for name, settings in channels.items()}
        made = reading.read({**written, "channel": named})
        with self.database.writing() as connection:
            alertbooks.write(connection, made, "a test", NOON)

    def task(self, host="db1", task="backup", tags=()):
        row = {
            "host": host,
            "task": task,
            "state": "new",
            "since": NOON,
            "last_event_at": NOON,
            "reason": "",
            "running": 0,
            "tags": msgspec.json.encode(list(tags)).decode(),
            "loose_tags": "[]",
        }
        with self.database.writing() as connection:
            connection.execute(sa.insert(tables.task).values(row))
            for tag in tags:
                connection.execute(sa.insert(tables.task_tag).values(host=host, task=task, tag=tag))

    def move(self, before, after, host="db1", task="backup", reason="", event=None, run=None):
        with self.database.writing() as connection:
            changing.record(connection, [Moved(host, task, before, after, reason, run, event)], self.now)

    def at(self, ns):
        """Go to so long after noon, and let the notifier look until there is nothing to do."""
        self.clock.advance((NOON + ns - self.clock.wall_ns()) // SECOND)
        self.now = self.clock.wall_ns()
        while self.notifier.step():
            pass

    def heard(self):
        """Return (channel, kind, [(host, task, state)]) of all that was told, and forget it."""
        told, self.told = self.told, []
        return [
            (name, message.kind, [(item.host, item.task, item.state) for item in message.items])
            for name, message in told
        ]

    def alerts(self):
        with self.database.reading() as connection:
            return [
                alertrows.read(row).alert
                for row in connection.execute(sa.select(tables.alert).order_by(tables.alert.c.id))
            ]

    def silence(self, what, span=HOUR, **more):
        values = {
            "id": 0,
            "what": what,
            "starts_at": self.now,
            "ends_at": self.now + span,
            "cron": "",
            "calendar": "",
            "tz": "",
            "lasts": 0,
            "author": "ana",
            "why": "a test",
            "made_at": self.now,
            **more,
        }
        with self.database.writing() as connection:
            return silences.add(connection, Silence(**values))
