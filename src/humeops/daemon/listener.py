# SPDX-License-Identifier: MIT
"""humed's sockets: requests and what is pushed, with the kernel's word on who sends them, and replies. docs/protocol.md, section 3.

On ipc libzmq asks the kernel for the peer's uid, gid and pid when it connects and hands it over with each message.
Nothing here waits.
"""

import contextlib
import functools
import pathlib
from typing import NamedTuple

import zmq

from humeops.daemon import sockets
from humeops.daemon.sayer import Sayer
from humeops.errors import HumeError, MalformedEventError

WRONG_FORM = MalformedEventError("a request is one empty frame, then one frame with one event")
NOT_PUSHED = MalformedEventError("what is pushed is one frame with one event")
_NOBODY = Sayer(None, None, "ipc")


class Request(NamedTuple):
    """What one peer said: where the reply goes, who it is, and the bytes, or what is wrong before they are looked at."""

    peer: bytes
    sayer: Sayer
    body: bytes | HumeError


class Listener:
    """Binds at construction; the folder must be humed's own."""

    def __init__(self, path: pathlib.Path, push_path: pathlib.Path) -> None:
        self._paths = path, push_path
        self._context = zmq.Context()
        self._router = sockets.make(self._context, zmq.ROUTER)
        self._pull = sockets.make(self._context, zmq.PULL)
        sockets.bind_file(self._router, path)
        sockets.bind_file(self._pull, push_path)

    def register(self, poller: zmq.Poller) -> None:
        """Have this poller wake for whatever comes."""
        for one in (self._router, self._pull):
            poller.register(one, zmq.POLLIN)

    def wait(self, milliseconds: int) -> bool:
        """Wait so long for something to come; return whether it did."""
        poller = zmq.Poller()
        self.register(poller)
        return bool(poller.poll(milliseconds))

    def receive(self) -> Request | None:
        """Return the next request that is waiting, or None."""
        try:
            frames = self._router.recv_multipart(zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return None
        body = frames[2].bytes if len(frames) == 3 and not len(frames[1]) else WRONG_FORM
        return Request(frames[0].bytes, _sayer(frames[-1]), body)

    def receive_pushed(self, most: int) -> list[Request]:
        """Return what was pushed and waits, at most so much of it; to its sayers nothing is answered."""
        found: list[Request] = []
        receive = self._pull.recv_multipart
        with contextlib.suppress(zmq.Again):
            while len(found) < most:
                frames = receive(zmq.NOBLOCK, copy=False)
                body = frames[0].bytes if len(frames) == 1 else NOT_PUSHED
                found.append(Request(b"", _sayer(frames[-1]), body))
        return found

    def reply(self, peer: bytes, line: bytes) -> None:
        """Answer; to a peer that went away, or that does not read, nothing: it will say it again with the same id."""
        with contextlib.suppress(zmq.Again, zmq.ZMQError):
            self._router.send_multipart([peer, b"", line], zmq.NOBLOCK)

    def close(self) -> None:
        """Stop listening; replies already given still go out for half a second."""
        self._pull.close()
        self._router.close()
        self._context.term()
        # Not every libzmq does it. No other humed can have bound here meanwhile: the lock is still held.
        for path in self._paths:
            path.unlink(missing_ok=True)


def _sayer(frame: zmq.Frame) -> Sayer:
    try:
        return _sayer_at(frame.get("Peer-Address"))
    except zmq.ZMQError:
        return _NOBODY


@functools.lru_cache(maxsize=1_024)
def _sayer_at(address: object) -> Sayer:
    try:
        _, uid, _, pid = str(address).rsplit(":", 3)
        return Sayer(int(uid), int(pid), "ipc")
    except ValueError:
        return _NOBODY
