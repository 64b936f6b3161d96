# SPDX-License-Identifier: MIT
"""What humed itself has to tell the people at central: refusals, rules that cannot be read, processors that fail.

Bounded: of one subject, one event a minute at most, which says how often. Kept in memory until then; the log has each.
"""

import os
import secrets

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.losses import TASK
from humeops.daemon.spool import Group
from humeops.daemon.worth import REST
from humeops.event import MAX_MESSAGE, Event, Level, Origin, Value
from humeops.wire import codec, eventid

EVERY_NS = 60 * NS_PER_SECOND
# Subjects that wait at once; more are counted under the last of them.
MAX_SUBJECTS = 64


class Notices:
    """Collects what is to be told; lives in humed's loop."""

    def __init__(self, host: str, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        self._owed: dict[str, tuple[str, Level, int]] = {}
        self._told_ns: dict[str, int] = {}

    def note(self, subject: str, text: str, level: Level = "warning") -> None:
        """Remember that this is to be told; of one subject the first text counts, the others are a number."""
        if subject not in self._owed and len(self._owed) >= MAX_SUBJECTS:
            subject = next(reversed(self._owed))
        first, worst, times = self._owed.get(subject, (text, level, 0))
        self._owed[subject] = (first, worst, times + 1)

    def due(self) -> list[str]:
        """Return the subjects whose minute is over."""
        now = self._clock.boot_ns()
        return [one for one in self._owed if now - self._told_ns.get(one, -EVERY_NS) >= EVERY_NS]

    def put(self, subjects: list[str], group: Group) -> None:
        """Put an event for each of these into the group; `forget` them when it is durable."""
        for subject in subjects:
            text, level, times = self._owed[subject]
            group.put(
                codec.encode(self._event(subject, text, level, times)), REST, self._clock.wall_ns() // NS_PER_SECOND
            )

    def forget(self, subjects: list[str]) -> None:
        """Heed that these are told."""
        now = self._clock.boot_ns()
        self._told_ns = {one: at for one, at in self._told_ns.items() if now - at < EVERY_NS}
        for subject in subjects:
            del self._owed[subject]
            self._told_ns[subject] = now

    def _event(self, subject: str, text: str, level: Level, times: int) -> Event:
        now = self._clock.wall_ns()
        data: dict[str, Value] = {"subject": subject, "times": times}
        more = f" ({times} times)" if times > 1 else ""
        return Event(
            v=1,
            id=eventid.make_event_id(now, secrets.randbits(62)),
            kind="log",
            time=now,
            mono=self._clock.boot_ns(),
            host=self._host,
            task=TASK,
            level=level,
            message=f"{text}{more}"[:MAX_MESSAGE],
            data=data,
            origin=Origin(uid=os.geteuid(), pid=os.getpid(), script="humed", via="humed"),
        )
