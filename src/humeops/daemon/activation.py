# SPDX-License-Identifier: MIT
"""Socket files that a service manager holds (sd_listen_fds(3)): they stay while humed restarts, and callers wait in their backlog.

Only what has the name of one of humed's socket files is taken; the unit's FileDescriptorName says which is which.
"""

import os
import socket
from collections.abc import Mapping

from humeops.errors import ConfigError

_FIRST = 3


def inherited(environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """Return the descriptors that were handed to this process, by name; none outside of a unit with sockets."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return {}
    names = environ.get("LISTEN_FDNAMES", "").split(":")
    count = environ.get("LISTEN_FDS", "0")
    if not count.isdigit() or int(count) != len(names):
        raise ConfigError(f"LISTEN_FDS={count} does not go with the names in LISTEN_FDNAMES; see humed.socket")
    found = {name: _FIRST + place for place, name in enumerate(names)}
    for name, fd in found.items():
        _check(name, fd)
        os.set_inheritable(fd, False)
    return found


def _check(name: str, fd: int) -> None:
    # libzmq would abort on anything else.
    try:
        with socket.socket(fileno=os.dup(fd)) as one:
            listens = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            if one.family == socket.AF_UNIX and one.type == socket.SOCK_STREAM and listens:
                return
    except OSError:
        pass
    raise ConfigError(
        f"the descriptor {fd} ({name}) that was handed over is no listening stream socket; see humed.socket"
    )
