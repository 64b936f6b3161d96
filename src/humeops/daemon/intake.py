# SPDX-License-Identifier: MIT
"""Group commit: whatever waits on the sockets and in the drop folder becomes durable in one transaction, then is acknowledged.

Promise: a reply with code 0 leaves, and a dropped file is deleted, only after the commit returned. If the commit fails
for want of space, every sayer of the group is told 75 and its files stay; if the disk fails, nobody is told anything and
humed stops. Called by the loop in humeops.daemon.service; holds no thread and never waits.
"""

import logging
from collections.abc import Iterable

from humeops import crash
from humeops.clock import Clock
from humeops.daemon.counters import Counters
from humeops.daemon.dropfolder import DropFolder, Dropped
from humeops.daemon.listener import Listener, Request
from humeops.daemon.pipeline import Pipeline, Sayer
from humeops.daemon.spool import Group, Spool, SpoolFullError
from humeops.errors import Exit, MalformedEventError
from humeops.wire import codec, reply

# One turn of the loop takes at most this many, so that the first of them does not wait long for its ack.
GROUP_REQUESTS = 1_000
# Dropped files go before the sockets, since they were said earlier; this many take about 100 ms.
GROUP_FILES = 1_000

log = logging.getLogger(__name__)


class Intake:
    """Takes groups from the socket and from the drop folder into the spool."""

    def __init__(self, spool: Spool, pipeline: Pipeline, clock: Clock) -> None:
        self.counters = Counters()
        self._spool = spool
        self._pipeline = pipeline
        self._clock = clock
        self._is_full = False

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
            self._recover(error)
            answers = [(request.peer, _put_off(request, error)) for request in requests]
            self.counters.deferred += len(requests)
        else:
            self._count_commit(sum(line.startswith(b"0 ") for _, line in answers), len(requests))
        crash.point("humed-after-commit")
        for peer, answer in answers:
            crash.point("humed-before-ack")
            listener.reply(peer, answer)
        crash.point("humed-after-ack")

    def _take_request(self, request: Request, group: Group) -> bytes:
        if request.body is None:
            return reply.pack_reply(Exit.DATA, "-", "a request is one empty frame, then one frame with one event")
        try:
            event = self._pipeline.take(request.body, request.sayer, group, self._clock.wall_ns())
        except MalformedEventError as error:
            return reply.pack_reply(Exit.DATA, "-", str(error))
        return reply.pack_reply(Exit.OK, event.id)

    def take_dropped(self, folder: DropFolder, names: list[str]) -> bool:
        """Commit the events of these files, then delete them; return False when the spool took nothing."""
        crash.point("humed-received")
        bad_before = folder.quarantined
        try:
            with self._spool.group() as group:
                done, bad = self._put_files(folder.read(names), group)
                crash.point("humed-before-commit")
        except SpoolFullError as error:
            self._recover(error)
            return False
        bad_count = folder.quarantined - bad_before + len(bad)
        self.counters.received += len(done) + bad_count
        self._count_commit(len(done), len(done) + bad_count)
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

    def _count_commit(self, stored: int, received: int) -> None:
        if self._is_full:
            self._is_full = False
            log.info("the spool takes events again")
        self.counters.commits += 1
        self.counters.stored += stored
        self.counters.refused += received - stored

    def _recover(self, error: SpoolFullError) -> None:
        # The transaction is gone, and with it what the registry of runs learnt in it.
        if not self._is_full:
            self._is_full = True
            log.error("%s; callers are told to come again, dropped files wait", error)
        self._pipeline.runs.reload()


def _put_off(request: Request, error: SpoolFullError) -> bytes:
    try:
        event_id = codec.decode(request.body or b"").id
    except MalformedEventError as malformed:
        return reply.pack_reply(Exit.DATA, "-", str(malformed))
    return reply.pack_reply(Exit.UNAVAILABLE, event_id, str(error))
