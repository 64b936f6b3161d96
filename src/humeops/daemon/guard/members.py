# SPDX-License-Identifier: MIT
"""Which of this host's users a setting means, by name, number or group; from /etc/passwd and /etc/group alone.

A name service may be across the network, and humed's loop never waits. The files are read again when they have changed.
"""

import pathlib
from collections.abc import Sequence

PASSWD = pathlib.Path("/etc/passwd")
GROUP = pathlib.Path("/etc/group")
# A file larger than this is somebody's mistake, and reading it would make callers wait.
_MAX_BYTES = 1_048_576


class Members:
    """Looks users up; never raises."""

    def __init__(self, passwd: pathlib.Path = PASSWD, group: pathlib.Path = GROUP) -> None:
        self._files = (passwd, group)
        self._seen: object = None
        self._named: dict[int, str] = {}
        self._groups: dict[int, set[str]] = {}

    def is_among(self, uid: int | None, users: Sequence[str], groups: Sequence[str]) -> bool:
        """Tell whether the user is one of these, or in one of these groups."""
        if uid is None or not (users or groups):
            return False
        self._read_if_changed()
        return (
            str(uid) in users
            or self._named.get(uid, "") in users
            or not self._groups.get(uid, set()).isdisjoint(groups)
        )

    def _read_if_changed(self) -> None:
        try:
            found = [path.stat() for path in self._files]
            state = [(one.st_mtime_ns, one.st_ino, one.st_size) for one in found]
            if state != self._seen and all(one.st_size <= _MAX_BYTES for one in found):
                self._parse(*(path.read_text("utf-8", "replace") for path in self._files))
            self._seen = state
        except OSError:
            self._seen = None  # being replaced, or not readable here: what was known still holds

    def _parse(self, passwd: str, group: str) -> None:
        people = [line.split(":") for line in passwd.splitlines()]
        known = [
            (one[0], int(one[2]), one[3]) for one in people if len(one) >= 4 and one[2].isascii() and one[2].isdigit()
        ]
        named, groups = dict[int, str](), dict[int, set[str]]()
        for line in group.splitlines():
            name, *rest = line.split(":")
            if len(rest) < 3:
                continue
            inside = set(rest[2].split(","))
            for user, uid, gid in known:
                if gid == rest[1] or user in inside:
                    groups.setdefault(uid, set()).add(name)
        for user, uid, _ in known:
            named.setdefault(uid, user)
        self._named, self._groups = named, groups
