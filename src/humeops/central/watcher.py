# SPDX-License-Identifier: MIT
"""The watcher's loop: looks each second at what is due, until it is told to stop; patient with a database that is away.

Design: it holds nothing. What it found is committed with the deadline that it came for, so one that is killed is followed by
whichever looks next, and as many as wanted may run. Where Redis holds a copy of the tasks, what is judged is noted there before
the commit and written after it, as workers do (`current.judged`). After an outage of central it is the database that remembers how
long nobody looked (`deadlines.beat`).
"""

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

import sqlalchemy as sa
import urllib3

from humeops import crash, systemd
from humeops.central import looking
from humeops.central.store import alertbooks, deadlines, patterns
from humeops.central.store.database import Database
from humeops.clock import NS_PER_SECOND, Clock

STEP_SECONDS = 0.5
BEAT_NS = 5 * NS_PER_SECOND
HOSTS_NS = 5 * NS_PER_SECOND
PATTERNS_NS = 20 * NS_PER_SECOND
PING_NS = 60 * NS_PER_SECOND
PING_SECONDS = 5.0
# Older than this, and nobody watches.
STALE_SECONDS = 30
STALE_NS = STALE_SECONDS * NS_PER_SECOND
# The same of notifiers, which say it each half a minute.
STALE_TELLING_NS = 120 * NS_PER_SECOND
COPIES_NS = 20 * NS_PER_SECOND

log = logging.getLogger(__name__)


class Copies(Protocol):
    """Where the tasks are copied to (`current.judged`)."""

    def note(self, connection: sa.Connection, names: Sequence[tuple[str, str]]) -> None:
        """Note what is about to be committed."""
        ...

    def show(self) -> None:
        """Write it, committed."""
        ...

    def take_over(self) -> None:
        """Write what others left."""
        ...


class Watcher:
    """`step` is one look, `run` the loop; it ends after `stop`, which may be called from anywhere."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        silent_ns: int = deadlines.SILENT_NS,
        ping_url: str = "",
        copies: Copies | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._silent_ns = silent_ns
        self._ping_url = ping_url
        self._copies = copies
        self._stopping = threading.Event()
        self._due_ns: dict[str, int] = {}
        self.progress = looking.Progress(clock, STALE_SECONDS)

    def stop(self) -> None:
        """Ask it to end after the step under way."""
        self._stopping.set()

    def run(self) -> None:
        """Look until told to stop."""
        looking.repeat(self._stopping, self._look, STEP_SECONDS, log, "watching")

    def _look(self) -> None:
        while self.step() and not self._stopping.is_set():
            pass
        # Not reached where a step failed: then the outside is not pinged, nor is this one ready for long.
        self.progress.note()
        self._tell_outside()

    def step(self) -> bool:
        """Do what is due now, up to one transaction's worth; return whether there may be more."""
        now_ns = self._clock.wall_ns()
        if self._is_time("beat", BEAT_NS):
            self._database.write(lambda connection: deadlines.beat(connection, now_ns))
        if self._is_time("hosts", HOSTS_NS):
            self._database.write(lambda connection: deadlines.note_silence(connection, now_ns, self._silent_ns))
        if self._is_time("patterns", PATTERNS_NS):
            self._database.write(lambda connection: patterns.spread(connection, now_ns))
        if self._copies is not None and self._is_time("copies", COPIES_NS):
            self._copies.take_over()
        if not self._is_any_due(now_ns):
            return False
        judged = self._database.write(lambda connection: self._judge(connection, now_ns))
        crash.point("watcher-after-commit")
        if self._copies is not None:
            self._copies.show()
        return judged

    def _judge(self, connection: sa.Connection, now_ns: int) -> bool:
        crash.point("watcher-before-judging")
        names = deadlines.judge_due(connection, now_ns, silent_ns=self._silent_ns)
        if self._copies is not None:
            self._copies.note(connection, names)
        crash.point("watcher-before-commit")
        return bool(names)

    def _is_any_due(self, now_ns: int) -> bool:
        # A reader's look costs no lock: most of the time there is nothing to write.
        with self._database.reading() as connection:
            return deadlines.is_any_due(connection, now_ns)

    def _is_time(self, what: str, every_ns: int) -> bool:
        now_ns = self._clock.boot_ns()
        if now_ns < self._due_ns.get(what, 0):
            return False
        self._due_ns[what] = now_ns + every_ns
        return True

    def _tell_outside(self) -> None:
        """Tell systemd, and the address given, that somebody watches: what watches the watcher hears when this stops."""
        if self._is_time("systemd", BEAT_NS):
            systemd.notify("WATCHDOG=1")
        if not self._ping_url or not self._is_time("ping", PING_NS):
            return
        if why := telling_trouble(self._database, self._clock.wall_ns()):
            log.warning("no outgoing ping: %s", why)
            return
        try:
            urllib3.request("GET", self._ping_url, timeout=PING_SECONDS, retries=False)
        except urllib3.exceptions.HTTPError as error:
            log.warning("the outgoing ping failed: %s", type(error).__name__)


def telling_trouble(database: Database, now_ns: int) -> str:
    """Return that nobody tells anybody of what is found; nothing while a notifier judges, or when none was ever started."""
    with database.reading() as connection:
        beat_at = alertbooks.beat_at(connection)
    if beat_at is None or now_ns - beat_at <= STALE_TELLING_NS:
        return ""
    return "no notifier tells anybody of what is wrong (hume-central notifier)"


def trouble_of(database: Database, now_ns: int) -> str:
    """Return that nobody watches; nothing when a watcher looked just now."""
    with database.reading() as connection:
        beat_at = deadlines.read_beat(connection).beat_at
    if beat_at is not None and now_ns - beat_at <= STALE_NS:
        return ""
    return "no watcher looks at what is due (hume-central watcher)"
