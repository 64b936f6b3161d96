# SPDX-License-Identifier: MIT
"""The highest version of each script that ran here: an older one, signed as it may be, does not come back.

A file for each script, by its name and the folder it lies in, in a folder of the user that runs it; whoever may write there is that
user, or root, and could run anything. Files by the name alone are from before; they count for whatever of that name has none of its own.
"""

import contextlib
import hashlib
import os
import pathlib

from humeops import wholefile
from humeops.errors import HumeError
from humeops.security.signing import turns
from humeops.security.signing.manifest import Manifest, SignatureError

ROOTS_FOLDER = pathlib.Path("/var/lib/hume-signed")
_LOCK = ".versions.lock"


def folder_of(uid: int, home: str) -> pathlib.Path:
    """Return where a user's are."""
    return ROOTS_FOLDER if uid == 0 else pathlib.Path(home, ".local/state/hume/signed")


class Versions:
    """One folder; made when something is to be remembered."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder

    def check(self, found: Manifest, script: pathlib.Path) -> bool:
        """Tell whether this version is new here.

        Raises SignatureError when the script was seen here in a later version, or in this one with other bytes.
        """
        version, sha256 = self._known(found.name, script)
        if found.version < version:
            raise SignatureError("rolled-back", f"version {found.version} of it; version {version} has been here")
        if found.version == version and sha256 != found.sha256:
            raise SignatureError("rolled-back", f"version {version} of it has been here with other content")
        return found.version > version

    def note(self, found: Manifest, script: pathlib.Path) -> None:
        """Check it, and remember that this version runs; raise HumeError where that cannot be remembered.

        Of two that do so at once the older one is refused, or was the first.
        """
        if not self.check(found, script):
            return
        try:
            with turns.taken(self._folder, _LOCK):
                if self.check(found, script):
                    wholefile.write_private(self._path(found.name, script), f"{found.version} {found.sha256}\n")
        except OSError as error:
            raise SignatureError("unremembered", f"its version cannot be remembered: {error}") from error

    def _path(self, name: str, script: pathlib.Path) -> pathlib.Path:
        # A name has no slash and no tilde: no script is called like another one's file.
        place = hashlib.sha256(os.fsencode(script.absolute().parent.resolve())).hexdigest()
        return self._folder / f"{name}~{place[:32]}.version"

    def _known(self, name: str, script: pathlib.Path) -> tuple[int, str]:
        return _read(self._path(name, script)) or _read(self._folder / f"{name}.version") or (0, "")


def _read(path: pathlib.Path) -> tuple[int, str] | None:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HumeError(f"what has been here cannot be read: {error}") from error
    with contextlib.closing(os.fdopen(fd)) as file:
        version, _, sha256 = file.read(256).strip().partition(" ")
    if not version.isdecimal():
        raise HumeError(f"{path}: not what hume wrote; remove it to begin anew")
    return int(version), sha256
