# SPDX-License-Identifier: MIT
"""The last changes, numbered, for all who look on: who falls behind the oldest one has to look at everything anew.

So nobody who looks on costs memory of his own, however slow he is: he only remembers his place here. A place outlives the
connection, not this process: it holds the name of the process, and an unknown one is answered as one that is too old.
"""

import collections
import secrets
from collections.abc import Sequence
from typing import Literal, NamedTuple

from humeops.filters import facts, tree

What = Literal["task", "run", "event", "note"]

MOST = 20_000  # some ten seconds of a busy installation; a change is about 1 kB


class Change(NamedTuple):
    """One change as it is sent, what filters see of it, and which filters were asked already."""

    number: int
    what: What
    facts: facts.Facts
    text: bytes
    asked: dict[tuple[tree.Node, tree.Node], bool]
    of: facts.Facts  # the task it belongs to, as grants see it

    def fits(self, wanted: tree.Node, within: tree.Node) -> bool:
        """Tell whether the filter holds, and it is of a task within; many who look on have the same ones, and they are asked once."""
        both = (wanted, within)
        if both not in self.asked:
            self.asked[both] = facts.holds(within, self.of) and facts.holds(wanted, self.facts)
        return self.asked[both]


class Ring:
    """A bounded list of changes; not for several threads."""

    def __init__(self, most: int = MOST) -> None:
        self._name = secrets.token_hex(4)
        self._changes: collections.deque[Change] = collections.deque(maxlen=most)
        self._texts: dict[tuple[int, frozenset[What], tree.Node, tree.Node], bytes] = {}
        self.newest = 0

    def add(self, what: What, known: facts.Facts, body: bytes, of: facts.Facts | None = None) -> None:
        """Put a change at the end; `body` is one line. Without the task it is `of`, only who may see everything sees it."""
        self.newest += 1
        self._texts.clear()
        head = f"id: {self.place(self.newest)}\nevent: {what}\ndata: ".encode()
        self._changes.append(Change(self.newest, what, known, head + body + b"\n\n", {}, of or facts.Facts()))

    def forget(self) -> None:
        """Leave a gap: what came meanwhile is not known."""
        self._changes.clear()
        self._texts.clear()
        self.newest += 1

    def place(self, number: int) -> str:
        """Return the place after this change, as a text."""
        return f"{self._name}-{number}"

    def number(self, place: str) -> int | None:
        """Return the number of a place of this process, None for any other text."""
        name, _, digits = place.partition("-")
        if name != self._name or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
            return None
        return int(digits)

    def since(self, number: int) -> Sequence[Change] | None:
        """Return the changes after this one, None when some of them are not here any more."""
        missing = self.newest - number
        if missing == 0:
            return ()
        if not 0 < missing <= len(self._changes):
            return None
        return [self._changes[index] for index in range(len(self._changes) - missing, len(self._changes))]

    def text_since(self, number: int, what: frozenset[What], wanted: tree.Node, within: tree.Node) -> bytes | None:
        """Return what of the changes after this one is to be sent; many look on at the same, and it is put together once."""
        asked = (number, what, wanted, within)
        if asked not in self._texts:
            found = self.since(number)
            if found is None:
                return None
            self._texts[asked] = b"".join(one.text for one in found if one.what in what and one.fits(wanted, within))
        return self._texts[asked]
