# SPDX-License-Identifier: MIT
"""The same thing said twice: by the socket, where the answer came too late for its sayer, and then as a dropped file.

Central knows a copy by its id, so a copy does no harm; but humed would count it, hold it, and count it again when it is
dropped. What was taken lately is known here, and what is said again is not put a second time.

*Design.* Only what a commit has made durable counts as taken: what a group takes becomes known when it is settled, and is
forgotten when the group comes to nothing. Not remembering a copy (the memory is bounded, and begins with what still lies in
the spool) costs a figure; taking for a copy what is none would lose an event: so the sayer, the times and the kind
must be the same too. Nobody can silence another by saying his id first.
"""

import itertools
from collections.abc import Iterable

from humeops.event import Event

# A copy comes at most as much later as fits into the sockets of a humed that hangs: libzmq's backlog, and some groups.
REMEMBERED = 16_384

Key = tuple[str, int | None, int, int, str]


def key_of(event: Event, uid: int | None) -> Key:
    """Return what a copy of this sayer's event has in common with it."""
    return event.id, uid, event.time, event.mono, event.kind


class Copies:
    """What was taken lately, and how much of the open group had been taken before."""

    def __init__(self) -> None:
        self._taken: dict[Key, None] = {}
        self._pending: dict[Key, None] = {}
        self._again = 0

    def is_again(self, key: Key) -> bool:
        """Tell whether the event of this key was taken before, or in this group, and count it if so."""
        again = key in self._taken or key in self._pending
        self._again += again
        return again

    def note(self, key: Key) -> None:
        """Remember an event that was put into the open group."""
        self._pending[key] = None

    def settle(self) -> int:
        """Heed that the group is durable; return how many of its events had been taken before."""
        again = self._again
        self._taken.update(self._pending)
        self.forget()
        # The oldest in one go: each search for the first would pass over the places of all that were deleted before.
        for key in list(itertools.islice(self._taken, max(0, len(self._taken) - REMEMBERED))):
            del self._taken[key]
        return again

    def forget(self) -> None:
        """Heed that the group came to nothing."""
        self._pending, self._again = {}, 0

    def recall(self, held: Iterable[Event]) -> None:
        """Remember what an earlier humed took and the spool still holds, whole: the copy may be all there is of the rest."""
        for event in held:
            self._taken[key_of(event, event.origin.uid)] = None
