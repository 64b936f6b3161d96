# SPDX-License-Identifier: MIT
"""Retention: lets go of what has been kept long enough, again and again, a little at a time.

A pass takes every rule as far as it may go now. Each of its steps is a small transaction, and between two it rests at least as
long as the last one took, so intake never waits long. Whoever is killed in a pass leaves marks from which the next one
goes on.

*Design.* `serve` runs it in a thread; of workers the one that holds partition 0. Should two run it for a moment, as a lease
changes hands, each deletes what the other has not yet: a step decides under the locks it holds.
"""

import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central import export, looking, turns
from humeops.central.config import Config
from humeops.central.keeping import Rules
from humeops.central.store import auditpruning, due, horizon, partitions, rows
from humeops.central.store.database import ContendedError, Database
from humeops.central.store.retiring import Retiring
from humeops.clock import Clock
from humeops.errors import in_one_line

PASS_EVERY_SECONDS = 3_600
FIRST_AFTER_SECONDS = 60
REST_SECONDS = 0.05

log = logging.getLogger(__name__)


class Settings(NamedTuple):
    """What a pass goes by."""

    rules: Rules
    folder: export.Folder | None


def settings_of(chosen: Config) -> Settings:
    """Return what central.toml says of it."""
    return Settings(chosen.retention, export.Folder(chosen.export) if chosen.export else None)


class Retention:
    """`run_pass` once, or `run` until `stop`."""

    def __init__(
        self, database: Database, clock: Clock, settings: Settings, is_ours: Callable[[], bool] = lambda: True
    ) -> None:
        """`is_ours` tells, before each step, whether this process is the one to do it."""
        self._database = database
        self._clock = clock
        self._settings = settings
        self._is_ours = is_ours
        self._turns = turns.Turns(database, clock, is_ours, REST_SECONDS)

    def stop(self) -> None:
        """Ask it to end after the transaction under way."""
        self._turns.stopping.set()

    def run(self) -> None:
        """Do a pass every hour until told to stop; what the database cannot do now, the next pass does."""
        pause: float = FIRST_AFTER_SECONDS
        while not self._turns.stopping.wait(pause):
            try:
                self.run_pass()
            except (*looking.TROUBLE, OSError) as error:
                log.warning("retention waits: %s", in_one_line(error))
            pause = PASS_EVERY_SECONDS

    def run_pass(self) -> bool:
        """Let go of all that is past keeping now; tell whether it came to its end."""
        if not self._is_ours():
            return False
        now_ns = self._clock.wall_ns()
        folder = self._settings.folder
        retiring = Retiring(self._settings.rules, now_ns, folder.write if folder else None)
        if not self._turns.announce("retention", lambda connection: horizon.announce(connection, retiring.goals())):
            return False
        if not all(self._turns.repeat(step) for step in self._steps(retiring)) or not self._prune_audit(now_ns):
            return False
        self._drop_weeks(now_ns)
        return True

    def _prune_audit(self, now_ns: int) -> bool:
        age = self._settings.rules.audit
        if age is None:
            return True
        self._database.write(lambda connection: auditpruning.announce(connection, age, now_ns))
        # Also what was announced by one that was killed before it had deleted all of it.
        return self._turns.repeat(auditpruning.step)

    def _steps(self, retiring: Retiring) -> Iterator[turns.Step]:
        for rule in self._settings.rules.every:
            if rule.age is None:
                continue
            yield lambda connection, rule=rule: retiring.step_events(connection, rule)  # type: ignore[misc]
            if rule.sort != "debug":
                yield lambda connection, rule=rule: retiring.step_runs(connection, rule)  # type: ignore[misc]
        yield _Late(retiring)
        yield retiring.step_transitions
        yield retiring.step_scripts

    def _drop_weeks(self, now_ns: int) -> None:
        ages = [rule.until(now_ns) for rule in self._settings.rules.every if rule.age is not None]
        if not ages:
            return
        try:
            # Once: those in the way are readers, and in an hour there is another try.
            with self._database.writing() as connection:
                dropped = partitions.drop_empty(connection, max(ages))
        except ContendedError:
            return
        if dropped:
            log.info("dropped %s", ", ".join(dropped))


class _Late:
    """Goes once through what came late or was held; what a rolled back step passed over, the next pass finds."""

    def __init__(self, retiring: Retiring) -> None:
        self._retiring = retiring
        self._after: horizon.Late = (b"", "")

    def __call__(self, connection: sa.Connection) -> bool:
        after = self._retiring.step_late(connection, self._after)
        if after is None:
            return False
        self._after = after
        return True


class Going(NamedTuple):
    """What a rule would let go."""

    words: str
    runs: int
    events: int


def would_go(database: Database, rules: Rules, now_ns: int) -> Iterator[Going]:
    """Tell what each rule would let go now; what lies before its mark is looked at again. Nothing is changed."""
    for rule in rules.every:
        if rule.age is None:
            continue
        until = rows.first_key(rule.until(now_ns))
        runs = events = 0
        after, is_last = bytes(16), until <= bytes(16)
        while not is_last:
            with database.reading() as connection:
                found = due.events(connection, rules, rule, after, until)
            events, after, is_last = events + len(found.due), found.end, found.is_last
        after, is_last = bytes(16), until <= bytes(16) or rule.sort == "debug"
        while not is_last:
            with database.reading() as connection:
                found = due.runs(connection, rules, rule, now_ns, after, until)
                events += due.events_of(connection, found.due)
            runs, after, is_last = runs + len(found.due), found.end, found.is_last
        yield Going(rule.words, runs, events)


def would_prune(database: Database, rules: Rules, now_ns: int) -> int:
    """Tell how many lines of the audit log are older than it is kept."""
    if rules.audit is None:
        return 0
    with database.reading() as connection:
        found = auditpruning.find(connection, now_ns - rules.audit)
    return found.lines if found else 0
