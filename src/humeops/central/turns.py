# SPDX-License-Identifier: MIT
"""Work that goes on beside intake, in small transactions: between two it rests at least as long as the last one took.

*Design.* Where others write at the same time, a goal is announced in a transaction of its own, and work goes on only when all who
wrote before that have ended: what they stored is then there to be found, and whoever began later has seen the goal.
"""

import logging
import threading
from collections.abc import Callable

import sqlalchemy as sa

from humeops.central.store import horizon
from humeops.central.store.database import Database
from humeops.clock import NS_PER_SECOND, Clock

# Of others' transactions that began before a goal was announced.
WRITERS_SECONDS = 60

log = logging.getLogger(__name__)

Step = Callable[[sa.Connection], bool]


class Turns:
    """Takes turns with intake until told to stop."""

    def __init__(self, database: Database, clock: Clock, is_ours: Callable[[], bool], rest_seconds: float) -> None:
        """`is_ours` tells, before each step, whether this process is the one to do it."""
        self._database = database
        self._clock = clock
        self._is_ours = is_ours
        self._rest_seconds = rest_seconds
        self.stopping = threading.Event()

    def announce(self, what: str, act: Callable[[sa.Connection], None]) -> bool:
        """Announce a goal; tell whether all who may not know it have ended."""

        def announced(connection: sa.Connection) -> int:
            act(connection)
            return horizon.number_of_writer(connection)

        number = self._database.write(announced)
        give_up_ns = self._clock.boot_ns() + WRITERS_SECONDS * NS_PER_SECOND
        while self._clock.boot_ns() < give_up_ns:
            with self._database.reading() as connection:
                if horizon.writers_ended(connection, number):
                    return True
            if self.stopping.wait(self._rest_seconds):
                return False
        log.warning("%s waits: some transaction has been open for more than %d s", what, WRITERS_SECONDS)
        return False

    def repeat(self, step: Step) -> bool:
        """Do this step until there is nothing more to do; tell whether it came to that."""
        while self._is_ours():
            begun_ns = self._clock.boot_ns()
            more = self._database.write(step)
            took = (self._clock.boot_ns() - begun_ns) / NS_PER_SECOND
            if not more:
                return True
            if self.stopping.wait(max(self._rest_seconds, took)):
                return False
        return False
