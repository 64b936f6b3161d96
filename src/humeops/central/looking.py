# SPDX-License-Identifier: MIT
"""The loop of whoever looks into the database again and again: ended by an event, patient with a database that is away.

*Design.* What is looked for stays as rows: what cannot be found or told now is there at a later look. A fault of hume's own with one
row must not leave all others unseen, so it is logged, and the loop goes on.
"""

import logging
import threading
from collections.abc import Callable

import sqlalchemy as sa

from humeops.clock import NS_PER_SECOND, Clock
from humeops.errors import UnavailableError, in_one_line

TROUBLE = (UnavailableError, sa.exc.DBAPIError)


class Progress:
    """Whether a loop gets on: for whoever asks from another thread whether its process is well."""

    def __init__(self, clock: Clock, stale_seconds: int) -> None:
        """It has so long from now on to get through its first look."""
        self._clock = clock
        self._stale_seconds = stale_seconds
        self._noted_ns = clock.boot_ns()

    def note(self) -> None:
        """Note that it has got on."""
        self._noted_ns = self._clock.boot_ns()

    def trouble(self) -> str:
        """Return why it cannot be relied on now; nothing while it gets on."""
        if self._clock.boot_ns() - self._noted_ns <= self._stale_seconds * NS_PER_SECOND:
            return ""
        return f"no look has ended for {self._stale_seconds} s"


def repeat(
    stopping: threading.Event, look: Callable[[], None], pause_seconds: float, log: logging.Logger, what: str
) -> None:
    """Look, and rest so long, until told to stop; `what` is what this is called when it fails."""
    while not stopping.is_set():
        try:
            look()
        except TROUBLE as error:
            log.warning("waits: %s", in_one_line(error))
        except Exception:
            log.exception("%s failed", what)
        stopping.wait(pause_seconds)
