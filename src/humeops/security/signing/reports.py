# SPDX-License-Identifier: MIT
"""Of which tasks it was said that their script ran without verifying: so that the first run that verifies can say that this is over.

A file for each of them, beside the versions. It is there before the trouble is said, and until its end was stored: after a crash in
between the end may be said twice, and never not at all.
"""

import hashlib
import pathlib
from collections.abc import Callable

from humeops import wholefile
from humeops.security.signing import turns

SUFFIX = " signature"
_LONGEST_NAME = 64
_LOCK = ".reports.lock"


def trouble_of(task: str) -> str:
    """Return the task of which it is said; the end of a long name gives way."""
    return task.strip(" ")[: _LONGEST_NAME - len(SUFFIX)] + SUFFIX


class Reports:
    """One folder; made when something is to be remembered."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder

    def begin(self, about: str, say: Callable[[], object]) -> None:
        """Remember this, then say it. Raise OSError, and say nothing, where it cannot be remembered."""
        with turns.taken(self._folder, _LOCK):
            if not self._path(about).exists():
                wholefile.write_private(self._path(about), f"{about!a}\n")
            say()

    def end(self, about: str, say: Callable[[], bool]) -> None:
        """Say that it is over, if it was said to be, and forget it once that was stored. Raise OSError where it cannot be forgotten."""
        path = self._path(about)
        if not path.exists():
            return
        with turns.taken(self._folder, _LOCK):
            if path.exists() and say():
                path.unlink()

    def _path(self, about: str) -> pathlib.Path:
        digest = hashlib.sha256(about.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / f"{digest[:32]}.reported"
