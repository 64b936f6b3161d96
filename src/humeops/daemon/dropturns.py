# SPDX-License-Identifier: MIT
"""The drop folder, a turn of humed's loop at a time, and whose requests wait for what lies there.

What a script dropped it said before what it says at the socket now. So a user's requests wait until his own files are taken in;
those of others go on between two turns, however many files somebody drops. Files keep the order of their names whoever's they
are, since who reports a task first owns it.

*Design.* The listing is kept while the kernel tells of nothing new: to read a large folder costs as much as to take in a turn of it.
Whose files wait is asked of the first LOOKED_AT alone, and only when somebody has a request in hand.
"""

from collections.abc import Callable
from typing import NamedTuple

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.door import Request
from humeops.daemon.dropfolder import DropFolder
from humeops.daemon.folderwatch import News
from humeops.daemon.groupsize import TURN_NS, GroupSize
from humeops.daemon.intake import Intake
from humeops.errors import HumeError

# Of so many files it is known whose they are, and what they tell of processes before they are taken in; at humed's start, where nobody
# waits, they are one group.
LOOKED_AT = 1_000
# What a turn begins with, until it is known what a file costs here.
TURN_FILES = 100
# What found no room, or no descriptor, is tried again after this, and with each file that comes.
RETRY_NS = NS_PER_SECOND
# Of one user; who goes on beyond it is told 75 at once.
MAX_WAITING = 200


class Turn(NamedTuple):
    """Whether files were taken in, which requests go on now, and which are to be sent away."""

    has_taken: bool
    going: list[Request]
    full: list[Request]


class DropTurns:
    """What is left of the folder, and the requests that wait for it. Nothing that waits is acknowledged."""

    def __init__(self, folder: DropFolder, intake: Intake, clock: Clock) -> None:
        self._folder = folder
        self._intake = intake
        self._clock = clock
        self._size = GroupSize(TURN_FILES)
        self._names: list[str] = []
        self._foreseen_upto = ""
        self._waiting: dict[int | None, list[Request]] = {}
        self._is_to_look = False
        self._is_stuck = False  # for want of room, or of a descriptor
        self._retry_ns = 0

    @property
    def is_behind(self) -> bool:
        """Whether files wait that were not taken in yet."""
        return self.goes_on or self._is_stuck or self._folder.has_aside

    @property
    def goes_on(self) -> bool:
        """Whether there is something to take in at once."""
        return bool(self._names) or self._is_to_look

    def look_again(self) -> None:
        """Read the folder at the next turn, whether or not the kernel tells of news."""
        self._is_to_look = True

    def drain(self, is_stopping: Callable[[], bool]) -> None:
        """Take in all that one look finds: files that come without end do not keep humed from serving."""
        names = self._folder.names()
        for first in range(0, len(names), LOOKED_AT):
            some = names[first : first + LOOKED_AT]
            self._intake.foresee(self._folder, some)
            if is_stopping():
                return
            if not self._intake.take_dropped(self._folder, some)[0]:
                # A full spool: serve (and forward) anyway, the files wait.
                self._is_stuck = True
                return
            self._is_stuck = self._is_stuck or self._folder.has_put_off

    def step(self, requests: list[Request], news: News) -> Turn:
        """Take in what a turn may; then those requests go on whose users have no file left."""
        most = self._size.most
        is_due = self._is_stuck and (news or self._clock.boot_ns() >= self._retry_ns) and not self._names
        if news.is_unsure or self._is_to_look or is_due:
            # Once room lacks, little is taken, but a start or a stop among many others.
            most = LOOKED_AT if self._is_stuck else most
            self._names, self._is_to_look, self._is_stuck = self._folder.names(), False, False
        elif came := self._folder.dropped(news.names):
            self._names = sorted({*self._names, *came})
        has_taken = bool(self._names) and self._take(most)
        return self._sorted(has_taken, requests)

    def take_waiting(self) -> list[Request]:
        """Return all requests that wait, and let go of them."""
        waiting = [request for line in self._waiting.values() for request in line]
        self._waiting.clear()
        return waiting

    def _take(self, most: int) -> bool:
        self._foresee()
        names, self._names = self._names[:most], self._names[most:]
        began_ns = self._clock.boot_ns()
        has_room, looked = self._intake.take_dropped(self._folder, names, TURN_NS)
        ended_ns = self._clock.boot_ns()
        self._size.note(looked, ended_ns - began_ns)
        self._names = names[looked:] + self._names
        if not has_room or self._folder.has_put_off:
            self._is_stuck, self._retry_ns = True, ended_ns + RETRY_NS
        if not has_room:
            self._names = []
        if not self._names:
            self._foreseen_upto = ""
            self._intake.foresee(self._folder, [])
        return has_room

    def _foresee(self) -> None:
        if self._names[0] > self._foreseen_upto:
            last = self._intake.foresee(self._folder, self._names[:LOOKED_AT], TURN_NS)
            self._foreseen_upto = last or self._names[0]

    def _sorted(self, has_taken: bool, requests: list[Request]) -> Turn:
        asked = bool(self._names) and bool(requests or self._waiting)
        owners = self._folder.owners(self._names[:LOOKED_AT]) if asked else set()
        turn = Turn(has_taken, [], [])
        for uid in [uid for uid in self._waiting if uid not in owners]:
            turn.going.extend(self._waiting.pop(uid))
        for request in requests:
            # What is refused unread was not said.
            if request.sayer.uid not in owners or isinstance(request.body, HumeError):
                turn.going.append(request)
            elif len(line := self._waiting.setdefault(request.sayer.uid, [])) < MAX_WAITING:
                line.append(request)
            else:
                turn.full.append(request)
        return turn
