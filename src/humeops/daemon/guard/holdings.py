# SPDX-License-Identifier: MIT
"""How much of the spool each user holds, so that one cannot fill it for all.

*Design.* In memory, in pieces of some events each: a number for each event would be more than the spool's cap allows for. What
is counted in an open group counts at once, and no more when the group comes to nothing. After a start the newest
events that wait are counted, enough to notice who filled the spool before.
"""

import collections
import contextlib
from collections.abc import Iterable, Iterator

import msgspec

PIECE_EVENTS = 1_000
COUNTED_AT_START = 100_000


class _Sayer(msgspec.Struct):
    uid: int | None = None


class _Said(msgspec.Struct):
    origin: _Sayer = msgspec.field(default_factory=_Sayer)


_decoder = msgspec.json.Decoder(_Said)


def held_by_users(rows: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, int | None, int]]:
    """Yield seq, user and size of these events; damaged ones are passed over."""
    for seq, body in rows:
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            yield seq, _decoder.decode(body).origin.uid, len(body)


class _Piece:
    def __init__(self, first: int) -> None:
        self.first = self.last = first
        self.bytes: dict[int | None, int] = {}


class Holdings:
    """Bytes by user, of the events that central does not have yet."""

    def __init__(self) -> None:
        self._pieces: collections.deque[_Piece] = collections.deque()
        self._of: dict[int | None, int] = {}
        self._group = _Piece(0)  # first: 0 while there is nothing in it

    def bytes_of(self, uid: int | None) -> int:
        """Return how much this user's events take."""
        return self._of.get(uid, 0) + self._group.bytes.get(uid, 0)

    def note(self, uid: int | None, seq: int, size: int) -> None:
        """Count an event that was put into the open group."""
        group = self._group
        group.first = group.first or seq
        group.last = seq
        group.bytes[uid] = group.bytes.get(uid, 0) + size

    def settle(self) -> None:
        """Heed that the group is durable."""
        group = self._group
        if not group.first:
            return
        if not self._pieces or group.first - self._pieces[-1].first >= PIECE_EVENTS:
            self._pieces.append(_Piece(group.first))
        piece = self._pieces[-1]
        piece.last = group.last
        for uid, size in group.bytes.items():
            piece.bytes[uid] = piece.bytes.get(uid, 0) + size
            self._of[uid] = self._of.get(uid, 0) + size
        self.forget()

    def forget(self) -> None:
        """Heed that the group came to nothing."""
        self._group = _Piece(0)

    def release(self, committed_upto: int) -> None:
        """Heed how far central has everything."""
        while self._pieces and self._pieces[0].last <= committed_upto:
            for uid, size in self._pieces.popleft().bytes.items():
                self._take(uid, size)

    def recall(self, held: Iterable[tuple[int, int | None, int]]) -> None:
        """Count what an earlier humed took: (seq, user, size), ascending."""
        for seq, uid, size in held:
            self.note(uid, seq, size)
            if seq - self._group.first >= PIECE_EVENTS:
                self.settle()
        self.settle()

    def _take(self, uid: int | None, size: int) -> None:
        left = self._of.get(uid, 0) - size
        if left > 0:
            self._of[uid] = left
        else:
            self._of.pop(uid, None)
