# SPDX-License-Identifier: MIT
"""Finds out what has changed and puts it into the ring, for those who look on live.

*Design.* After its commit the intake of this process notes the ids of the batch's events (`note`, from any thread) and
wakes the loop, which reads them from the database together with the transitions that are new. Where workers commit, they say so in
Redis, and what hears it there (`StreamIntake.listen`) notes it here; when its connection was lost, whoever looks on is told
to look anew (`miss`). While nobody looks on, nothing is read, and the ring keeps a gap. A fault in here never reaches intake: what was committed is committed.
"""

import asyncio
import collections
import contextlib
import logging
from collections.abc import Iterator, Sequence

import anyio.to_thread
import sqlalchemy as sa

from humeops.api import changes
from humeops.api.ring import Ring
from humeops.api.service import Central
from humeops.clock import NS_PER_SECOND
from humeops.errors import HumeError, UnavailableError

MOST_VIEWERS = 500
EVERY_SECONDS = 1.0  # how often it looks unasked
PAUSE_SECONDS = 0.05  # between two looks: many small batches are read as one
KEEP_SECONDS = 60.0  # so long after the last one left, changes are still gathered for his return
_MOST_NOTED = 20_000  # ids that wait to be read; beyond it those who look on look anew

log = logging.getLogger("humeops.api")


class Hub:
    """What has changed, for all who look on at this process."""

    def __init__(self, central: Central) -> None:
        self.ring = Ring()
        self.news = asyncio.Event()  # a new one each time, set when there is something after it
        self._central = central
        self._noted: collections.deque[bytes] = collections.deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._looking = asyncio.Lock()  # one look at a time: what was seen is remembered by the looker
        self._viewers = 0
        self._left_ns = -int(KEEP_SECONDS * NS_PER_SECOND)
        self._looker: changes.Looker | None = None

    def note(self, events: Sequence[bytes]) -> None:
        """Take the ids of events that were committed just now; may be called by any thread, and never fails."""
        if self._loop is None or not self._is_watched():
            return
        self._noted.extend(events)
        # The loop may be closing: then nobody looks on any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._wake.set)

    def miss(self) -> None:
        """Take that something may have been committed that was not noted; may be called by the loop's own thread alone."""
        if self._looker is not None:
            self._forget()

    @contextlib.contextmanager
    def viewing(self) -> Iterator[None]:
        """Count one who looks on."""
        if self._viewers >= MOST_VIEWERS:
            raise UnavailableError(f"{MOST_VIEWERS} look on already; try again later")
        self._viewers += 1
        try:
            yield
        finally:
            self._viewers -= 1
            self._left_ns = self._central.clock.boot_ns()

    async def run(self) -> None:
        """Look, for ever."""
        self._loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY_SECONDS)
            self._wake.clear()
            try:
                async with self._looking:
                    await self._look()
            except (HumeError, sa.exc.SQLAlchemyError) as error:
                # The database is away: whoever looks on learns by the gap that he has to look anew.
                log.warning("cannot tell what has changed: %s", error)
                self._forget()
            await asyncio.sleep(PAUSE_SECONDS)

    async def ready(self) -> None:
        """Wait until what comes from now on will be told."""
        async with self._looking:
            if self._looker is None:
                await self._look()

    async def _look(self) -> None:
        if not self._is_watched():
            if self._looker is not None:
                self._forget()
            return
        if self._looker is None:
            newest = await anyio.to_thread.run_sync(self._newest)
            self._looker = changes.Looker(newest)
            return
        if len(self._noted) > _MOST_NOTED:
            self._forget()
            return
        noted = [self._noted.popleft() for _ in range(min(len(self._noted), changes.MOST_EVENTS))]
        found = await anyio.to_thread.run_sync(self._read, self._looker, noted)
        for change in found:
            self.ring.add(*change)
        if self._noted:
            self._wake.set()
        if found:
            self._tell()

    def _read(self, looker: changes.Looker, noted: list[bytes]) -> list[changes.Found]:
        with self._central.database.reading() as connection:
            return looker.look(connection, noted)

    def _newest(self) -> changes.Newest:
        with self._central.database.reading() as connection:
            return changes.newest(connection)

    def _forget(self) -> None:
        self._noted.clear()
        self._looker = None
        self.ring.forget()
        self._tell()

    def _tell(self) -> None:
        told, self.news = self.news, asyncio.Event()
        told.set()

    def _is_watched(self) -> bool:
        return bool(self._viewers) or self._central.clock.boot_ns() - self._left_ns < KEEP_SECONDS * NS_PER_SECOND
