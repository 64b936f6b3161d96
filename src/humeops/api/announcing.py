# SPDX-License-Identifier: MIT
"""Keeps in the folder the address of an api that answers, where several of them share it: whoever asks on this machine finds one.

Each writes its own when it is ready (`server.write_address`). When the one that is named there has ended, and took its address
back or was killed, another one that lives puts its own there. What does not concern this machine goes through a proxy.
"""

import pathlib
import socket
import threading
import urllib.parse
from collections.abc import Callable

from humeops.api import server

PAUSE_SECONDS = 2.0
_CONNECT_SECONDS = 1.0


def answers(url: str) -> bool:
    """Tell whether somebody takes connections at this address."""
    try:
        parts = urllib.parse.urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), _CONNECT_SECONDS):
            return True
    except (OSError, ValueError):
        return False


class Announcing:
    """`step` looks once; `start` goes on looking until `stop`."""

    def __init__(self, path: pathlib.Path, url: str, is_there: Callable[[str], bool] = answers) -> None:
        self._path = path
        self.url = url
        self._is_there = is_there
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announcing", daemon=True)

    def start(self) -> None:
        """Put our address there, and go on looking."""
        server.write_address(self._path, self.url)
        self._thread.start()

    def stop(self) -> None:
        """Look no more, and take our address back if it is there. It need not have been started."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        server.remove_address(self._path, self.url)

    def step(self) -> None:
        """Put our address there unless one stands there at which somebody answers."""
        try:
            named = self._path.read_text("ascii").strip()
        except (OSError, ValueError):
            named = ""
        if named != self.url and not (named and self._is_there(named)):
            server.write_address(self._path, self.url)

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                self.step()
            except OSError:
                # A full disk, say. Nobody is answered worse than before; the next look tries again.
                continue
