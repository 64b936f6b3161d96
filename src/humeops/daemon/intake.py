# SPDX-License-Identifier: MIT
"""Group commit: whatever waits on the sockets and in the drop folder becomes durable in one transaction, then is acknowledged.

Promise: a reply with code 0 leaves, and a dropped file is deleted, only after the commit returned. If the commit fails
for want of space, every sayer of the group is told 75 and its files stay; if the disk fails, nobody is told anything and
humed stops. Called by the loop in humeops.daemon.service; holds no thread and never waits.
"""

import logging
import math
from typing import NamedTuple

from humeops import crash
from humeops.clock import Clock
from humeops.daemon.counters import Counters
from humeops.daemon.door import Peer, Pushed, Request
from humeops.daemon.dropfolder import DropFolder
from humeops.daemon.groupsize import GroupSize
from humeops.daemon.guard.guarding import OverQuotaError
from humeops.daemon.guard.throttle import Throttle
from humeops.daemon.keeper import Keeper, NoRoomError
from humeops.daemon.listener import Listener
from humeops.daemon.loudness import is_loud
from humeops.daemon.notices import Notices
from humeops.daemon.pipeline import Pipeline
from humeops.daemon.sayer import Sayer, named
from humeops.daemon.spool import Group, Letting, Spool, SpoolFullError
from humeops.errors import Exit, HumeError, MalformedEventError, NotAllowedError
from humeops.wire import codec, reply

# Refusals of which each is logged; after that one of many.
LOUD_REFUSALS = 10

# A look at the clock is not free where an event costs ten microseconds.
PUSHED_BETWEEN_LOOKS = 16

log = logging.getLogger(__name__)


class Left(NamedTuple):
    """What there was no time for in a turn; none of it is acknowledged."""

    requests: list[Request]
    pushed: list[Pushed]


NOTHING_LEFT = Left([], [])


class Intake:
    """Takes groups from the socket and from the drop folder into the spool."""

    def __init__(
        self, spool: Spool, pipeline: Pipeline, keeper: Keeper, throttle: Throttle, notices: Notices, clock: Clock
    ) -> None:
        self.counters = Counters()
        self.size = GroupSize()
        self._spool = spool
        self._pipeline = pipeline
        self._keeper = keeper
        self._throttle = throttle
        self._notices = notices
        self._clock = clock

    def take_requests(
        self,
        requests: list[Request],
        pushed: list[Pushed],
        listener: Listener,
        letting: Letting | None,
        within_ns: int | None = None,
    ) -> Left:
        """Commit the events of these requests and what was pushed, and the release with them; then answer each request.

        `within_ns`: after so long, without the commit, the rest is left for the next time, and returned.
        """
        crash.point("humed-received")
        answers: list[tuple[Peer, bytes]] = []
        lost, left = len(pushed), NOTHING_LEFT
        try:
            with self._spool.group() as group:
                began_ns = self._clock.boot_ns()
                ends_ns = _end(began_ns, within_ns)
                answers = self._take_some(requests, group, ends_ns)
                stored, looked = self._put_pushed(pushed, group, ends_ns) if len(answers) == len(requests) else (0, 0)
                left = Left(requests[len(answers) :], pushed[looked:])
                requests, pushed = requests[: len(answers)], pushed[:looked]
                lost = looked - stored
                self.size.note(len(requests) + len(pushed), self._clock.boot_ns() - began_ns)
                if letting is not None:
                    group.release(*letting)
                self._pipeline.conclude(group)
                crash.point("humed-before-commit")
        except SpoolFullError as error:
            self._recover(error)
            answers = [(request.peer, _answer(request, error)) for request in requests]
            self._count(0, 0, len(requests))
            lost = len(pushed)
        else:
            told = [line.partition(b" ")[0] for _, line in answers]
            self._note_commit(told.count(b"0") + len(pushed) - lost, told.count(b"65"), told.count(b"75"))
        self.counters.received += lost
        self.counters.pushed += len(pushed)
        self.counters.pushed_lost += lost
        crash.point("humed-after-commit")
        for peer, answer in answers:
            crash.point("humed-before-ack")
            listener.reply(peer, answer)
        crash.point("humed-after-ack")
        return left

    def _take_some(self, requests: list[Request], group: Group, ends_ns: float) -> list[tuple[Peer, bytes]]:
        """Take in the first of these requests, one in any case, until it is time; return the answers to them."""
        answers: list[tuple[Peer, bytes]] = []
        for request in requests:
            if answers and self._clock.boot_ns() > ends_ns:
                break
            answers.append((request.peer, self._take_request(request, group)))
        return answers

    def _take_request(self, request: Request, group: Group) -> bytes:
        if isinstance(request.body, HumeError):
            if isinstance(request.body, NotAllowedError):
                self._forbid(request.sayer, request.body)
            return reply.pack_reply(request.body.exit_code, "-", str(request.body))
        try:
            event = self._pipeline.take(request.body, request.sayer, group, self._clock.wall_ns())
        except MalformedEventError as error:
            return reply.pack_reply(Exit.DATA, "-", str(error))
        except NotAllowedError as error:
            self._forbid(request.sayer, error)
            return _answer(request, error)
        except NoRoomError as error:
            return _answer(request, error)
        return reply.pack_reply(Exit.OK, event.id)

    def _put_pushed(self, pushed: list[Pushed], group: Group, ends_ns: float) -> tuple[int, int]:
        # Nobody hears an answer, and its sayer wanted none: what cannot be taken is lost, and counted.
        taken, now, take, guard = 0, self._clock.wall_ns(), self._pipeline.take, self._pipeline.guard
        is_limited = {sayer.uid: guard.is_limited(sayer.uid) for sayer in {sayer for sayer, _ in pushed}}
        for at, (sayer, body) in enumerate(pushed):
            if at % PUSHED_BETWEEN_LOOKS == PUSHED_BETWEEN_LOOKS - 1 and self._clock.boot_ns() > ends_ns:
                return taken, at
            if isinstance(body, HumeError):
                if isinstance(body, NotAllowedError):
                    self._forbid(sayer, body)
                continue
            if is_limited[sayer.uid] and not self._throttle.is_within(sayer.uid, self._clock.boot_ns()):
                guard.counts.pushed_over_rate += 1
                continue
            try:
                take(body, sayer, group, now)
                taken += 1
            except NotAllowedError as error:
                self._forbid(sayer, error)
            except (MalformedEventError, NoRoomError):
                continue
        return taken, len(pushed)

    def turn_away(self, request: Request, listener: Listener) -> None:
        """Tell a sayer who goes on beyond his rate to come again; his event is not stored."""
        self._pipeline.guard.counts.sent_away += 1
        self._count(0, 0, 1)
        listener.reply(request.peer, _answer(request, NoRoomError("too many events of this user wait already")))

    def _forbid(self, sayer: Sayer, error: NotAllowedError) -> None:
        # The operator reads who tried, here and at central; not each time, so that nobody fills either.
        self.counters.forbidden += 1
        if is_loud(self.counters.forbidden, LOUD_REFUSALS):
            who = named(sayer.uid) if sayer.pid is None else f"{named(sayer.uid)}, process {sayer.pid}"
            log.warning("refused %s: %s (%d so far)", who, error, self.counters.forbidden)
        self._notices.note(f"refused {named(sayer.uid)}", f"refused {named(sayer.uid)}: {error}")

    def foresee(self, folder: DropFolder, names: list[str], within_ns: int | None = None) -> str:
        """Learn what these files, which are taken in next, tell of processes, and forget the ones before; return the last one's name.

        `within_ns`: for so long, whatever lies in them.
        """
        self._pipeline.hindsight.forget()
        # A file alone is told nothing by what was said later, and is read only once.
        if len(names) < 2:
            return names[0] if names else ""
        ends_ns = _end(self._clock.boot_ns(), within_ns)
        return self._pipeline.hindsight.look_through(folder.read(names), lambda: self._clock.boot_ns() > ends_ns)

    def take_dropped(self, folder: DropFolder, names: list[str], within_ns: int | None = None) -> tuple[bool, int]:
        """Commit the events of these files, then delete them; return False when some must wait for room, and how many were looked at.

        `within_ns`: after so long, without the commit, the rest is left for the next time.
        """
        crash.point("humed-received")
        bad_before = folder.quarantined
        try:
            with self._spool.group() as group:
                done, bad, waiting, looked = self._put_files(folder, names, group, within_ns)
                self._pipeline.conclude(group)
                crash.point("humed-before-commit")
        except SpoolFullError as error:
            self._recover(error)
            return False, len(names)
        bad_count = folder.quarantined - bad_before + len(bad)
        self._note_commit(len(done), bad_count, 0)
        crash.point("humed-after-commit")
        crash.point("humed-before-unlink")
        folder.remove(done)
        for name, why in bad:
            folder.quarantine(name, why)
        return not waiting, looked

    def _put_files(
        self, folder: DropFolder, names: list[str], group: Group, within_ns: int | None
    ) -> tuple[list[str], list[tuple[str, str]], int, int]:
        done: list[str] = []
        bad: list[tuple[str, str]] = []
        waiting = 0
        ends_ns = _end(self._clock.boot_ns(), within_ns)
        for file in folder.read(names):
            if self._clock.boot_ns() > ends_ns:
                return done, bad, waiting, names.index(file.name)
            if folder.is_aside(file.uid) or self._is_over_rate(file.uid):
                folder.set_aside(file)
                continue
            try:
                self._pipeline.take(file.body, Sayer(file.uid, None, "drop"), group, self._clock.wall_ns())
                done.append(file.name)
            except MalformedEventError as error:
                bad.append((file.name, str(error)))
            except NotAllowedError as error:
                self._forbid(Sayer(file.uid, None, "drop"), error)
                bad.append((file.name, str(error)))
            except OverQuotaError:
                folder.set_aside(file)
            except NoRoomError:
                waiting += 1
        return done, bad, waiting, len(names)

    def _is_over_rate(self, uid: int | None) -> bool:
        return self._pipeline.guard.is_limited(uid) and not self._throttle.is_within(uid, self._clock.boot_ns())

    def release(self, letting: Letting) -> None:
        """Delete what may be let go; done alone only when no group comes along to carry it."""
        crash.point("humed-before-release")
        try:
            with self._spool.group() as group:
                group.release(*letting)
        except SpoolFullError as error:
            # A full disk refuses even a DELETE; with the ballast gone it is tried again at the next turn.
            self._recover(error)
            return
        crash.point("humed-after-release")

    def _note_commit(self, stored: int, refused: int, deferred: int) -> None:
        copies = self._pipeline.settle(self._spool.let_go_upto)
        self.counters.commits += 1
        self.counters.copies += copies
        self._count(stored - copies, refused, deferred)

    def _count(self, stored: int, refused: int, deferred: int) -> None:
        self.counters.received += stored + refused + deferred
        self.counters.stored += stored
        self.counters.refused += refused
        self.counters.deferred += deferred

    def _recover(self, error: SpoolFullError) -> None:
        self._pipeline.forget()
        self._keeper.on_full_disk(error)


def _end(began_ns: int, within_ns: int | None) -> float:
    """Return when the time is up; never without a limit."""
    return math.inf if within_ns is None else began_ns + within_ns


def _answer(request: Request, error: HumeError) -> bytes:
    if isinstance(request.body, HumeError):
        return reply.pack_reply(request.body.exit_code, "-", str(request.body))
    try:
        event_id = codec.decode(request.body).id
    except MalformedEventError as malformed:
        return reply.pack_reply(Exit.DATA, "-", str(malformed))
    return reply.pack_reply(error.exit_code, event_id, str(error))
