# SPDX-License-Identifier: MIT
"""A word to the service manager that started this process, where there is one that listens (sd_notify(3))."""

import contextlib
import os
import socket


def notify(state: str) -> None:
    """Tell systemd: READY=1, STOPPING=1, WATCHDOG=1, STATUS=…; does nothing outside a unit."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    # A manager that does not listen costs nothing; it would find out by its own time limit.
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        out.setblocking(False)
        out.sendto(state.encode(), address)
