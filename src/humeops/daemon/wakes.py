# SPDX-License-Identifier: MIT
"""What ends the waiting of humed's loop besides its sockets and the drop folder: a signal, and news of the forwarding thread.

Both are descriptors, so that one poll waits for everything and an idle humed does not wake up to look around.
"""

import os
import select
import signal
from types import FrameType
from typing import Any

import zmq

CAUGHT = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Wakes:
    """Catches the signals of this process; make it in the main thread, once."""

    def __init__(self) -> None:
        self.is_stopping = False
        self._hung_up = False
        self._news = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._signals, send = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(send, warn_on_full_buffer=False)
        for number in CAUGHT:
            signal.signal(number, self._on_signal)

    def ring(self) -> None:
        """End the loop's waiting from another thread."""
        os.eventfd_write(self._news, 1)

    def register(self, poller: zmq.Poller) -> None:
        """Have the poller wait for these too."""
        poller.register(self._signals, select.POLLIN)
        poller.register(self._news, select.POLLIN)

    def drain(self, ready: dict[Any, int]) -> None:
        """Take in what the poller found ready; what it says is in the attributes already."""
        for fd in (self._signals, self._news):
            if fd in ready:
                os.read(fd, 4096)

    def take_hangup(self) -> bool:
        """Tell whether a SIGHUP came since the last call."""
        came, self._hung_up = self._hung_up, False
        return came

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._hung_up = True
            return
        # A second signal hurries: whatever the loop was doing is safe to leave.
        if self.is_stopping:
            os._exit(128 + number)
        self.is_stopping = True
