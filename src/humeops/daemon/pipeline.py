# SPDX-License-Identifier: MIT
"""From bytes somebody said to an event humed answers for: checked, stamped, attached to its run, guarded, ruled upon.

Called for every event, from the sockets and from the drop folder alike, inside an open group. It touches neither socket
nor disk itself. What it returns is not yet durable; only the group's commit makes it so.
"""

from collections.abc import Callable

from humeops.clock import NS_PER_SECOND
from humeops.daemon.attaching import Attachment
from humeops.daemon.copies import Copies, key_of
from humeops.daemon.guard.guarding import Guard
from humeops.daemon.origins import Origins
from humeops.daemon.ruling import Ruling
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import Sayer
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Group
from humeops.daemon.worth import worth_of
from humeops.errors import MalformedEventError
from humeops.event import MAX_EVENT_BYTES, Event
from humeops.wire import codec


class Pipeline:
    """Checks and stamps events. One instance lives in humed's loop."""

    def __init__(
        self,
        origins: Origins,
        runs: OpenRuns,
        shared: SharedData,
        admit: Callable[[int, int], None],
        guard: Guard,
        ruling: Ruling,
    ) -> None:
        self.runs = runs
        self.guard = guard
        self.ruling = ruling
        self._origins = origins
        self._attachment = Attachment(runs)
        self.hindsight = self._attachment.hindsight
        self._shared = shared
        self.copies = Copies()
        self._admit = admit

    def take(self, data: bytes, sayer: Sayer, group: Group, wall_ns: int) -> Event:
        """Put the event in these bytes into the group and return it; one that was taken before is not put again.

        One that a rule drops is not put either, and its sayer hears 0. Raises MalformedEventError when it is unacceptable,
        NotAllowedError when it speaks in another user's run or task, and NoRoomError when there is no room for its worth, or
        for its user; nothing is put then.
        """
        event = codec.decode(data)
        if event.kind in ("loss", "gone"):
            raise MalformedEventError(f"{event.kind} events are humed's own to say")
        if event.sayer is not None:
            sayer = _with_claim(event, sayer)
        key = key_of(event, sayer.uid)
        if self.copies.is_again(key):
            return event
        self._origins.stamp(event, sayer)
        self._attachment.attach(event, sayer)
        self.guard.check(event, sayer, self.runs, group, wall_ns)
        is_dropped = self.ruling.is_needed and bool(self.ruling.decide(event, sayer))
        if not is_dropped:
            self._put(event, sayer, group, wall_ns)
            self._shared.apply(event, group)
        # A run whose start nobody is to see is none; a stop ends its run whether it is seen or not.
        if event.run is not None and not (is_dropped and event.kind == "start"):
            self.runs.apply(event, sayer, group, wall_ns)
        self.copies.note(key)
        return event

    def _put(self, event: Event, sayer: Sayer, group: Group, wall_ns: int) -> None:
        self.guard.limit_names(event, sayer)
        worth, body = worth_of(event), codec.encode(event)
        size = len(body)
        if size > MAX_EVENT_BYTES:
            # Central would have to refuse it after the sayer was told that it is kept.
            raise MalformedEventError(
                f"event of {size} bytes with host, task and run filled in; the limit is {MAX_EVENT_BYTES}"
            )
        self.guard.check_size(size, sayer, group)
        self._admit(worth, size)
        group.put(body, worth, wall_ns // NS_PER_SECOND)
        self.guard.note(sayer, group.last_seq, size)

    def conclude(self, group: Group) -> None:
        """Put into the group, at its end, what there is to count of it."""
        self.ruling.conclude(group)

    def settle(self, let_go_upto: int) -> int:
        """Heed that the group is durable, and how far nothing is held any more; return how many of its events had been taken before."""
        self.guard.settle(let_go_upto)
        return self.copies.settle()

    def forget(self) -> None:
        """Heed that the group came to nothing, and with it what was learnt in it."""
        self.runs.reload()
        self.copies.forget()
        self.guard.forget()
        self.ruling.forget()


def _with_claim(event: Event, sayer: Sayer) -> Sayer:
    # Taken out in any case: it is of no use to anybody further on.
    claimed, event.sayer = event.sayer, None
    return sayer._replace(claimed=claimed) if sayer.via == "drop" else sayer
