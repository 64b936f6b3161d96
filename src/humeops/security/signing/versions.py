# SPDX-License-Identifier: MIT
"""The highest version of each script that ran here: an older one, signed as it may be, does not come back.

A file for each name in a folder of the user that runs it; whoever may write there is that user, or root, and could run anything.
"""

import contextlib
import os
import pathlib

from humeops import wholefile
from humeops.errors import HumeError
from humeops.security.signing.manifest import Manifest, SignatureError

ROOTS_FOLDER = pathlib.Path("/var/lib/hume-signed")


def folder_of(uid: int, home: str) -> pathlib.Path:
    """Return where a user's are."""
    return ROOTS_FOLDER if uid == 0 else pathlib.Path(home, ".local/state/hume/signed")


class Versions:
    """One folder; made when absent."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder

    def check(self, found: Manifest) -> None:
        """Raise SignatureError when this script was seen here in a later version, or in this one with other bytes."""
        version, sha256 = self._known(found.name)
        if found.version < version:
            raise SignatureError("rolled-back", f"version {found.version} of it; version {version} has been here")
        if found.version == version and sha256 != found.sha256:
            raise SignatureError("rolled-back", f"version {version} of it has been here with other content")

    def note(self, found: Manifest) -> None:
        """Remember that this version ran; raise HumeError where that cannot be remembered."""
        if self._known(found.name)[0] >= found.version:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            wholefile.write_private(self._path(found.name), f"{found.version} {found.sha256}\n")
        except OSError as error:
            raise SignatureError("unremembered", f"its version cannot be remembered: {error}") from error

    def _path(self, name: str) -> pathlib.Path:
        # A name has no slash; a hidden one could only be somebody's trick.
        return self._folder / f"{name}.version"

    def _known(self, name: str) -> tuple[int, str]:
        try:
            fd = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return 0, ""
        except OSError as error:
            raise HumeError(f"what has been here cannot be read: {error}") from error
        with contextlib.closing(os.fdopen(fd)) as file:
            version, _, sha256 = file.read(256).strip().partition(" ")
        if not version.isdecimal():
            raise HumeError(f"{self._path(name)}: not what hume wrote; remove it to begin anew")
        return int(version), sha256
