# SPDX-License-Identifier: MIT
"""From bytes somebody said to an event humed answers for: checked, stamped, attached to its run.

Called for every event, from the sockets and from the drop folder alike, inside an open group. It touches neither socket
nor disk itself. What it returns is not yet durable; only the group's commit makes it so.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from humeops.clock import NS_PER_SECOND
from humeops.daemon.copies import Copies
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Group
from humeops.daemon.worth import worth_of
from humeops.errors import MalformedEventError
from humeops.event import MAX_EVENT_BYTES, MAX_NAME, Event
from humeops.wire import codec

_NOT_IN_NAME = re.compile(r"[^\w.@+ -]+")


class Sayer(NamedTuple):
    """Who said it, as the kernel knows; nothing of this comes from the event."""

    uid: int | None
    pid: int | None
    via: str


class Pipeline:
    """Checks and stamps events. One instance lives in humed's loop."""

    def __init__(self, host: str, runs: OpenRuns, shared: SharedData, admit: Callable[[int, int], None]) -> None:
        self.host = host
        self.runs = runs
        self._shared = shared
        self.copies = Copies()
        self._admit = admit

    def take(self, data: bytes, sayer: Sayer, group: Group, wall_ns: int) -> Event:
        """Put the event in these bytes into the group and return it; one that was taken before is not put again.

        Raises MalformedEventError when it is unacceptable, and what `admit` raises when there is no room for its worth;
        nothing is put then.
        """
        event = codec.decode(data)
        if event.kind in ("loss", "gone"):
            raise MalformedEventError(f"{event.kind} events are humed's own to say")
        if self.copies.is_again(event, sayer.uid):
            return event
        worth = worth_of(event)
        self._stamp(event, sayer)
        self._attach(event)
        body = codec.encode(event)
        if len(body) > MAX_EVENT_BYTES:
            # Central would have to refuse it after the sayer was told that it is kept.
            raise MalformedEventError(
                f"event of {len(body)} bytes with host, task and run filled in; the limit is {MAX_EVENT_BYTES}"
            )
        self._admit(worth, len(body))
        group.put(body, worth, wall_ns // NS_PER_SECOND)
        self.runs.apply(event, group, wall_ns)
        self._shared.apply(event, group)
        self.copies.note(event, sayer.uid)
        return event

    def _stamp(self, event: Event, sayer: Sayer) -> None:
        event.host = self.host
        event.origin.uid = sayer.uid
        event.origin.pid = sayer.pid
        event.origin.via = sayer.via

    def _attach(self, event: Event) -> None:
        if event.kind == "start":
            event.run = event.id
        elif run := self.runs.find(event):
            event.run = run.id
            event.task = event.task or run.task
        elif event.run:
            # Ended here, or another host's: central knows its task, and the script's name would only hide that.
            event.task = event.task or self.runs.task_of(event.run)
            return
        event.task = event.task or task_of_script(event.origin.script)
        if not event.task:
            raise MalformedEventError("no `task`, no run to take it from, and no `origin.script`")


def task_of_script(script: str) -> str:
    """Return the name of the task that a script is when nobody named one: the last part of its path, mended to a name."""
    return _NOT_IN_NAME.sub("_", script.rsplit("/", 1)[-1]).strip()[:MAX_NAME].strip()
