# SPDX-License-Identifier: MIT
"""How many different names one user may bring to this host: tags and keys of data. Pure.

A name too many is left out of what is said, which itself is kept, and `cut` says so; only shared data, where the name is all there
is, is refused. Counted since humed started.
"""

from humeops.daemon.rules.acting import note_cut
from humeops.errors import MalformedEventError
from humeops.event import Event

# Users whose names are kept in mind; beyond it the one who came first starts anew.
MAX_USERS = 256


class Variety:
    """The names of one kind, `tags` or `data`, by user."""

    def __init__(self, member: str) -> None:
        self._member = member
        self._known: dict[int | None, set[str]] = {}

    def limit(self, event: Event, uid: int | None, most: int) -> bool:
        """Leave out what goes beyond so many names of this user, 0: no limit; tell whether anything was."""
        said = event.tags if self._member == "tags" else event.data
        if not said or not most:
            return False
        known = self._known.get(uid)
        if known is None:
            if len(self._known) >= MAX_USERS:
                del self._known[next(iter(self._known))]
            known = self._known[uid] = set()
        if known.issuperset(said):
            return False
        known.update([name for name in said if name not in known][: max(0, most - len(known))])
        if known.issuperset(said):
            return False
        self._leave_out(event, known, most)
        return True

    def _leave_out(self, event: Event, known: set[str], most: int) -> None:
        if self._member == "tags":
            event.tags = [tag for tag in event.tags if tag in known]
        elif event.kind == "data":
            raise MalformedEventError(
                f"this user has {most} keys of data on this host: see `guard.max_keys` in humed.toml"
            )
        else:
            event.data = {key: value for key, value in event.data.items() if key in known}
        note_cut(event, self._member)
