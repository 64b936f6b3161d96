# SPDX-License-Identifier: MIT
"""The kernel's word that something happened in a folder, or to it (inotify), as far as the kernel gives any.

A host may have used up its instances or watches of inotify; then everything always counts as news, and whoever asks has to
look for himself, in intervals of his own.
"""

import contextlib
import os
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import inotify_simple

_NEWS_BYTES = 65_536
_FLAGS = inotify_simple.flags
_NAMED = _FLAGS.CREATE | _FLAGS.MOVED_TO
# What happens to the folder itself is news, too: its path may name another one by now.
_WANTED = _NAMED | _FLAGS.DELETE_SELF | _FLAGS.MOVE_SELF


class News(NamedTuple):
    """Names that came, and whether that may not be all: then one has to look."""

    names: Sequence[str] = ()
    is_unsure: bool = False

    def __bool__(self) -> bool:
        return bool(self.names) or self.is_unsure


class FolderWatch:
    """Watches one folder at a time; its descriptor stays the same."""

    def __init__(self, path: pathlib.Path) -> None:
        self._inotify = _make()
        self._watched: int | None = None
        self.turn_to(path)

    @property
    def works(self) -> bool:
        """Whether the kernel tells anything."""
        return self._watched is not None

    def fileno(self) -> int | None:
        """Return the descriptor that becomes readable with news; None where the kernel gives none."""
        return None if self._inotify is None else self._inotify.fileno()

    def turn_to(self, path: pathlib.Path) -> None:
        """Watch the folder that has this path now, and no longer the one before."""
        if self._inotify is None:
            return
        if self._watched is not None:
            with contextlib.suppress(OSError):  # the kernel let go of it with the folder
                self._inotify.rm_watch(self._watched)
        try:
            self._watched = int(self._inotify.add_watch(path, _WANTED))
        except OSError:
            self._watched = None

    def news(self) -> News:
        """Return what came since the last call; unsure where the kernel tells nothing, or that something befell the folder."""
        if self._inotify is None or self._watched is None:
            return News(is_unsure=True)
        try:
            told = inotify_simple.parse_events(os.read(self._inotify.fileno(), _NEWS_BYTES))
        except BlockingIOError:
            return News()
        # An overflow, or a folder that was watched before, is not of this watch.
        is_unsure = any(one.wd != self._watched or not one.mask & _NAMED for one in told)
        return News([one.name for one in told if one.mask & _NAMED], is_unsure)

    def close(self) -> None:
        """Let go of the folder."""
        if self._inotify is not None:
            self._inotify.close()


def _make() -> inotify_simple.INotify | None:
    try:
        return inotify_simple.INotify(nonblocking=True)
    except OSError:
        return None
