# SPDX-License-Identifier: MIT
"""How humed's ZeroMQ sockets are made and bound: their limits, and a socket file that others may connect to.

Whatever a peer does, it costs humed no more than these limits: a frame too large costs the peer its connection, a silent one
is closed, and of each connection only so much waits in memory; beyond it the sender waits.
"""

import contextlib
import os
import pathlib
import stat

import zmq

from humeops.errors import ConfigError
from humeops.event import MAX_EVENT_BYTES

MAX_SOCKET_PATH = 107
# libzmq aborts the process when it runs out of descriptors on ipc (it tolerates ENFILE, not EMFILE): silent peers are
# closed early, and the unit raises the limit.
HANDSHAKE_MS = 2_000
BACKLOG = 4_096
# Messages of one connection that wait in humed; libzmq's own default, said here since memory stays flat by it.
MOST_WAITING = 1_000


def make(context: zmq.Context[zmq.Socket[bytes]], kind: int) -> zmq.Socket[bytes]:
    """Return a socket with humed's limits, bound to nothing yet."""
    made = context.socket(kind)
    made.setsockopt(zmq.LINGER, 500)
    made.setsockopt(zmq.MAXMSGSIZE, MAX_EVENT_BYTES + 1)  # one over: the sayer is told, not cut off
    made.setsockopt(zmq.HANDSHAKE_IVL, HANDSHAKE_MS)
    made.setsockopt(zmq.BACKLOG, BACKLOG)
    made.setsockopt(zmq.RCVHWM, MOST_WAITING)
    return made


def bind_file(made: zmq.Socket[bytes], path: pathlib.Path, inherited_fd: int | None = None) -> None:
    """Listen at this path, for every user of the host; raise ConfigError when that cannot be.

    `inherited_fd`: somebody else listens there already, and hands his socket over; its file is then his.
    """
    if len(os.fsencode(path)) > MAX_SOCKET_PATH:
        raise ConfigError(f"{path}: a socket's path has at most {MAX_SOCKET_PATH} bytes; choose a shorter folder")
    if inherited_fd is not None:
        made.setsockopt(zmq.USE_FD, inherited_fd)
        bind(made, f"ipc://{path}")
        return
    _remove_stale(path)
    bind(made, f"ipc://{path}")
    # Who may connect is decided by the folder; a system-wide humed is there for every user of the host.
    path.chmod(0o666)


def bind_tcp(made: zmq.Socket[bytes], address: str) -> None:
    """Listen at HOST:PORT."""
    made.setsockopt(zmq.IPV6, int(address.startswith("[")))
    bind(made, f"tcp://{address}")


def bind(made: zmq.Socket[bytes], address: str) -> None:
    """Listen at this address."""
    try:
        made.bind(address)
    except zmq.ZMQError as error:
        made.close()
        raise ConfigError(f"{address.split('://', 1)[1]}: cannot listen there: {error}") from error


def _remove_stale(path: pathlib.Path) -> None:
    # Only a socket, never a file somebody put a wrong name to. The lock says no other humed is behind it.
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ConfigError(f"{path}: humed's socket belongs there, and something else is in its place; move it away")
        path.unlink()
