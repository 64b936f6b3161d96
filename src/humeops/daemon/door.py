# SPDX-License-Identifier: MIT
"""One way in to humed: a ROUTER socket for requests and a PULL socket for what is pushed, where either may be missing.

Who speaks there, and whether he may, is the matter of the entry that the door is given (humeops.daemon.entries).
Nothing here waits.
"""

import contextlib
from typing import NamedTuple

import zmq

from humeops.daemon.entries import Entry
from humeops.daemon.sayer import Sayer
from humeops.errors import HumeError, MalformedEventError

WRONG_FORM = MalformedEventError("a request is one empty frame, then one frame with one event")


class Peer(NamedTuple):
    """Where a reply goes: which of the doors, and libzmq's name of the connection."""

    door: int
    identity: bytes


class Request(NamedTuple):
    """What one peer said: where the reply goes, who it is, and the bytes, or what is wrong before they are looked at."""

    peer: Peer
    sayer: Sayer
    body: bytes | HumeError


# What was pushed has nowhere to be answered.
Pushed = tuple[Sayer, bytes | HumeError]


class Door:
    """Two sockets that are bound already, and what is read from them; `number` is its place among humed's doors."""

    def __init__(
        self, number: int, router: zmq.Socket[bytes] | None, pull: zmq.Socket[bytes] | None, entry: Entry
    ) -> None:
        self.sockets = [one for one in (router, pull) if one is not None]
        self._number = number
        self._router = router
        self._pull = pull
        self._entry = entry

    def receive(self) -> Request | None:
        """Return the next request that is waiting, or None."""
        if self._router is None:
            return None
        try:
            frames = self._router.recv_multipart(zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return None
        sayer, body = self._entry.admit(frames[2:] or frames[-1:])
        if len(frames) < 3 or len(frames[1]):
            body = WRONG_FORM
        return Request(Peer(self._number, frames[0].bytes), sayer, body)

    def receive_pushed(self, most: int) -> list[Pushed]:
        """Return what was pushed and waits, at most so much of it."""
        found: list[Pushed] = []
        if self._pull is None:
            return found
        receive, admit, no_wait = self._pull.recv, self._entry.admit, int(zmq.NOBLOCK)
        with contextlib.suppress(zmq.Again):
            while len(found) < most:
                frames = [receive(no_wait, copy=False)]
                if frames[0].more:
                    # The rest of a message is there with its first frame.
                    frames += self._pull.recv_multipart(no_wait, copy=False)
                found.append(admit(frames))
        return found

    def reply(self, identity: bytes, line: bytes) -> None:
        """Answer; to a peer that went away, or that does not read, nothing: it will say it again with the same id."""
        if self._router is not None:
            with contextlib.suppress(zmq.Again, zmq.ZMQError):
                self._router.send_multipart([identity, b"", line], zmq.NOBLOCK)
