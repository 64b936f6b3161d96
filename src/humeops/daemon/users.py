# SPDX-License-Identifier: MIT
"""Names of this host's users, from its own file alone: a name service may be across the network, and humed's loop never waits.

The file is read again when it has changed. Users that only a directory service knows have no name here; their number says
who they are.
"""

import pathlib

PASSWD = pathlib.Path("/etc/passwd")
_MAX_NAME = 64
# A file larger than this is somebody's mistake, and reading it would make callers wait.
_MAX_BYTES = 1_048_576


class Users:
    """Looks numbers up; never raises. `path`: the file of users, as in passwd(5)."""

    def __init__(self, path: pathlib.Path = PASSWD) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._names: dict[int, str] = {}

    def name_of(self, uid: int | None) -> str:
        """Return the user's name; empty when the file does not know it."""
        if uid is None:
            return ""
        self._read_if_changed()
        return self._names.get(uid, "")

    def texts_of(self, uid: int | None) -> tuple[str, ...]:
        """Return the texts that a rule's `user` is tried on: the name, if there is one, and the number."""
        if uid is None:
            return ()
        name = self.name_of(uid)
        return (name, str(uid)) if name else (str(uid),)

    def _read_if_changed(self) -> None:
        try:
            found = self._path.stat()
            state = (found.st_mtime_ns, found.st_ino, found.st_size)
            if state != self._seen and found.st_size <= _MAX_BYTES:
                self._names = _parse(self._path.read_text("utf-8", "replace"))
            self._seen = state
        except OSError:
            self._seen = None  # being replaced, or not readable here: what was known still holds


def _parse(text: str) -> dict[int, str]:
    names: dict[int, str] = {}
    for line in text.splitlines():
        name, *rest = line.split(":")
        # Of several names for one number the first is the one that programs show.
        if name and len(rest) >= 2 and rest[1].isascii() and rest[1].isdigit():
            names.setdefault(int(rest[1]), name[:_MAX_NAME])
    return names
