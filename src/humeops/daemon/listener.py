# SPDX-License-Identifier: MIT
"""humed's ROUTER socket: requests with the kernel's word on who sends them, and replies. docs/protocol.md, section 3.

On ipc libzmq asks the kernel for the peer's uid, gid and pid when it connects and hands it over with each message.
Nothing here waits.
"""

import contextlib
import os
import pathlib
import stat
from typing import NamedTuple

import zmq

from humeops.daemon.sayer import Sayer
from humeops.errors import ConfigError
from humeops.event import MAX_EVENT_BYTES

MAX_SOCKET_PATH = 107
# libzmq aborts the process when it runs out of descriptors on ipc (it tolerates ENFILE, not EMFILE): silent peers are
# closed early, and the unit raises the limit.
HANDSHAKE_MS = 2_000
BACKLOG = 4_096


class Request(NamedTuple):
    """What one peer said: where the reply goes, who it is, and the bytes; None when the form is wrong."""

    peer: bytes
    sayer: Sayer
    body: bytes | None


class Listener:
    """Binds at construction; the folder must be humed's own."""

    def __init__(self, path: pathlib.Path) -> None:
        if len(os.fsencode(path)) > MAX_SOCKET_PATH:
            raise ConfigError(f"{path}: a socket's path has at most {MAX_SOCKET_PATH} bytes; choose a shorter folder")
        _remove_stale(path)
        self._path = path
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.ROUTER)
        self.socket.setsockopt(zmq.LINGER, 500)
        self.socket.setsockopt(zmq.MAXMSGSIZE, MAX_EVENT_BYTES + 1)  # one over: the sayer is told, not cut off
        self.socket.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
        self.socket.setsockopt(zmq.BACKLOG, BACKLOG)
        try:
            self.socket.bind(f"ipc://{path}")
        except zmq.ZMQError as error:
            self.socket.close()
            raise ConfigError(f"{path}: cannot listen there: {error}") from error
        # Who may connect is decided by the folder; a system-wide humed is there for every user of the host.
        path.chmod(0o666)

    def receive(self) -> Request | None:
        """Return the next request that is waiting, or None."""
        try:
            frames = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return None
        body = frames[2].bytes if len(frames) == 3 and not len(frames[1]) else None
        return Request(frames[0].bytes, _sayer(frames[-1]), body)

    def reply(self, peer: bytes, line: bytes) -> None:
        """Answer; to a peer that went away, or that does not read, nothing: it will say it again with the same id."""
        with contextlib.suppress(zmq.Again, zmq.ZMQError):
            self.socket.send_multipart([peer, b"", line], zmq.NOBLOCK)

    def close(self) -> None:
        """Stop listening; replies already given still go out for half a second."""
        self.socket.close()
        self._context.term()
        # Not every libzmq does it. No other humed can have bound here meanwhile: the lock is still held.
        self._path.unlink(missing_ok=True)


def _sayer(frame: zmq.Frame) -> Sayer:
    try:
        _, uid, _, pid = str(frame.get("Peer-Address")).rsplit(":", 3)
        return Sayer(int(uid), int(pid), "ipc")
    except (zmq.ZMQError, ValueError):
        return Sayer(None, None, "ipc")


def _remove_stale(path: pathlib.Path) -> None:
    # Only a socket, never a file somebody put a wrong name to. The lock says no other humed is behind it.
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ConfigError(f"{path}: humed's socket belongs there, and something else is in its place; move it away")
        path.unlink()
