# SPDX-License-Identifier: MIT
"""Does the spool's file still have its name? An open file goes on taking commits after somebody deleted or replaced it.

What is acknowledged into such a file ends with the process. So `Spool` asks after each commit, before anybody is answered,
and humed with its heartbeat (humeops.daemon.rescue saves what the file holds). It costs two looks at a name, next to a sync.

*Design.* SQLite lets nobody have its descriptor, so what has the name right after the spool was opened counts as the open file.
"""

import os
import pathlib


class Name:
    """One file that is open, and what it is called."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._identity: tuple[int, int] | None = None
        self.is_lost()

    def is_lost(self) -> bool:
        """Tell whether another file has the name by now, or none. What cannot be looked at is not held for lost."""
        try:
            found = os.stat(self._path)
        except (FileNotFoundError, NotADirectoryError):
            return self._identity is not None
        except OSError:
            return False
        identity = (found.st_dev, found.st_ino)
        self._identity = self._identity or identity
        return identity != self._identity
