# SPDX-License-Identifier: MIT
"""Fills the index of texts behind the commits, again and again, a few events at a time.

It takes turns with intake: between two steps it rests at least as long as the last one took. Whoever is killed in a step
leaves the mark where it was, and the next one does it again.

*Design.* As with retention, `serve` runs it in a thread, and of workers the one that holds partition 0; two at once for a moment
do the same steps one after the other. It stays some seconds behind, so that little of what is said comes late.
"""

import logging
from collections.abc import Callable

from humeops.central import looking, turns
from humeops.central.store import rows, textindex
from humeops.central.store.database import Database
from humeops.clock import NS_PER_SECOND, Clock
from humeops.errors import in_one_line

PASS_EVERY_SECONDS = 1.0
BEHIND_NS = 3 * NS_PER_SECOND
REST_SECONDS = 0.01
# After the database could not do a step.
_PATIENCE_SECONDS = 10.0

log = logging.getLogger(__name__)


class Indexing:
    """`run_pass` once, or `run` until `stop`."""

    def __init__(self, database: Database, clock: Clock, is_ours: Callable[[], bool] = lambda: True) -> None:
        """`is_ours` tells, before each step, whether this process is the one to do it."""
        self._database = database
        self._clock = clock
        self._is_ours = is_ours
        self._turns = turns.Turns(database, clock, is_ours, REST_SECONDS)

    def stop(self) -> None:
        """Ask it to end after the transaction under way."""
        self._turns.stopping.set()

    def run(self) -> None:
        """Do a pass every second until told to stop; what the database cannot do now, a later pass does."""
        pause = PASS_EVERY_SECONDS
        while not self._turns.stopping.wait(pause):
            pause = PASS_EVERY_SECONDS
            try:
                self.run_pass()
            except (*looking.TROUBLE, OSError) as error:
                log.warning("the index of texts waits: %s", in_one_line(error))
                pause = _PATIENCE_SECONDS

    def run_pass(self) -> bool:
        """Index what has been said until some seconds ago; tell whether all of it is indexed."""
        until = rows.first_key(self._clock.wall_ns() - BEHIND_NS)
        if not self._is_ours():
            return False
        with self._database.reading() as connection:
            if not textindex.waits(connection, until):
                return True
        if not self._turns.announce("the index of texts", lambda connection: textindex.announce(connection, until)):
            return False
        return self._turns.repeat(textindex.step) and self._turns.repeat(textindex.step_late)
