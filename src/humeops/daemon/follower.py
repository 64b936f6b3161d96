# SPDX-License-Identifier: MIT
"""A thread that follows the spool and hands on what it holds: to central (`forwarder`), to an output (`outputs.feed`).

*Design.* It has a read-only view of the spool and writes nothing there, so that nothing outside of this host ever waits in the receiving
loop. What it finds it leaves for the loop, and rings. It ends when it is told to, or with the spool itself; whatever else
goes wrong is tried again.
"""

import logging
import pathlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from humeops.daemon.spool import SpoolBrokenError, SpoolReader
from humeops.errors import HumeError

log = logging.getLogger(__name__)


class Follower(ABC):
    """`run` is the thread; what it does is a subclass's."""

    def __init__(self, name: str, spool: pathlib.Path) -> None:
        """`name` is what its thread is called, and what is said to have failed."""
        self.failure: SpoolBrokenError | None = None  # the disk failed: humed has to end
        self._name = name
        self._spool_path = spool
        self._more = threading.Event()
        self._stopping = threading.Event()
        self._ring: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None

    def start(self, ring: Callable[[], None]) -> None:
        """Begin; `ring` is called from the thread whenever the loop has something to heed."""
        self._ring = ring
        self._thread = threading.Thread(target=self.run, name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that the spool has more."""
        self._more.set()

    def stop(self, patience_seconds: float | None = 0.0) -> None:
        """Ask the thread to end and wait so long, None: until it has; one that is in the middle of something is abandoned, which loses nothing."""
        self._stopping.set()
        self._rouse()
        if self._thread is not None:
            self._thread.join(patience_seconds)

    def run(self) -> None:
        """Follow until stopped."""
        reader: SpoolReader | None = None
        while not self._stopping.is_set():
            self._more.clear()
            try:
                reader = reader or SpoolReader(self._spool_path)
                self._catch_up(reader)
            except SpoolBrokenError as error:
                self.failure = error
                self._ring()
                break
            except (HumeError, OSError) as error:
                self._put_off(error)
                continue
            except Exception as error:
                # A fault of hume's own: the thread is not to end while humed takes events.
                log.exception("%s failed", self._name)
                self._put_off(error)
                continue
            self._rest()
        if reader is not None:
            reader.close()

    @abstractmethod
    def _catch_up(self, reader: SpoolReader) -> None:
        """Hand on what there is, until there is no more or it is stopped."""

    @abstractmethod
    def _put_off(self, error: Exception) -> None:
        """Tell what is in the way, and wait before it is tried again."""

    def _rest(self) -> None:
        """Wait until the spool has more."""
        self._more.wait()

    def _rouse(self) -> None:
        """End every wait."""
        self._more.set()
