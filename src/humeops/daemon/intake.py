# SPDX-License-Identifier: MIT
"""Group commit: whatever waits on the sockets and in the drop folder becomes durable in one transaction, then is acknowledged.

Promise: a reply with code 0 leaves, and a dropped file is deleted, only after the commit returned. If the commit fails
for want of space, every sayer of the group is told 75 and its files stay; if the disk fails, nobody is told anything and
humed stops. Called by the loop in humeops.daemon.service; holds no thread and never waits.
"""

from collections.abc import Iterable

from humeops import crash
from humeops.clock import Clock
from humeops.daemon.counters import Counters
from humeops.daemon.dropfolder import DropFolder, Dropped
from humeops.daemon.listener import Listener, Request
from humeops.daemon.pipeline import Pipeline, Sayer
from humeops.daemon.spool import Group, Spool, SpoolFullError
from humeops.errors import Exit, MalformedEventError
from humeops.wire import reply

# One turn of the loop takes at most this many, so that the first of them does not wait long for its ack.
GROUP_REQUESTS = 1_000
# Dropped files go before the sockets, since they were said earlier; this many take about 100 ms.
GROUP_FILES = 1_000


class Intake:
    """Takes groups from the socket and from the drop folder into the spool."""

    def __init__(self, spool: Spool, pipeline: Pipeline, clock: Clock) -> None:
        self.counters = Counters()
        self._spool = spool
        self._pipeline = pipeline
        self._clock = clock

    def take_requests(self, requests: list[Request], listener: Listener, release_upto: int) -> None:
        """Commit the events of these requests, and the release with them, then answer each."""
        self.counters.received += len(requests)
        crash.point("humed-received")
        answers: list[tuple[bytes, bytes]] = []
        try:
            with self._spool.group() as group:
                answers.extend((request.peer, self._take_request(request, group)) for request in requests)
                if release_upto > self._spool.committed_upto:
                    group.release(release_upto)
                crash.point("humed-before-commit")
        except SpoolFullError as error:
            self._recover(len(requests))
            answers = [(request.peer, reply.pack_reply(Exit.UNAVAILABLE, "-", str(error))) for request in requests]
        else:
            self.counters.commits += 1
        crash.point("humed-after-commit")
        for peer, answer in answers:
            crash.point("humed-before-ack")
            listener.reply(peer, answer)
        crash.point("humed-after-ack")

    def _take_request(self, request: Request, group: Group) -> bytes:
        if request.body is None:
            self.counters.refused += 1
            return reply.pack_reply(Exit.DATA, "-", "a request is one empty frame, then one frame with one event")
        try:
            event = self._pipeline.take(request.body, request.sayer, group, self._clock.wall_ns())
        except MalformedEventError as error:
            self.counters.refused += 1
            return reply.pack_reply(Exit.DATA, "-", str(error))
        self.counters.stored += 1
        return reply.pack_reply(Exit.OK, event.id)

    def take_dropped(self, folder: DropFolder, names: list[str]) -> bool:
        """Commit the events of these files, then delete them; return False when the spool took nothing."""
        self.counters.received += len(names)
        crash.point("humed-received")
        try:
            with self._spool.group() as group:
                done, bad = self._put_files(folder.read(names), group)
                crash.point("humed-before-commit")
        except SpoolFullError:
            self._recover(len(names))
            return False
        self.counters.commits += 1
        crash.point("humed-after-commit")
        crash.point("humed-before-unlink")
        folder.remove(done)
        for name in bad:
            folder.quarantine(name)
        return True

    def _put_files(self, files: Iterable[Dropped], group: Group) -> tuple[list[str], list[str]]:
        done: list[str] = []
        bad: list[str] = []
        for file in files:
            try:
                self._pipeline.take(file.body, Sayer(file.uid, None, "drop"), group, self._clock.wall_ns())
                done.append(file.name)
            except MalformedEventError:
                bad.append(file.name)
        self.counters.stored += len(done)
        self.counters.refused += len(bad)
        return done, bad

    def release(self, upto: int) -> None:
        """Delete what central has committed; done alone only when no group comes along to carry it."""
        crash.point("humed-before-release")
        try:
            with self._spool.group() as group:
                group.release(upto)
        except SpoolFullError:
            # A full disk refuses even a DELETE; it is tried again at the next turn.
            return
        crash.point("humed-after-release")

    def _recover(self, count: int) -> None:
        # The transaction is gone, and with it what the registry of runs learnt in it.
        self.counters.deferred += count
        self._pipeline.runs.reload()
