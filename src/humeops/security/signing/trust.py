# SPDX-License-Identifier: MIT
"""Whom this host believes, and what is done with a script that does not verify: a folder that only root can change.

In it `allowed_signers` and `revoked` as ssh-keygen(1) reads them, and `policy.toml`. All of it has to be there: what is missing or open
to others fails closed. Where central hands them out (`installing`), they lie in the folder that the link `current` names, with the
bundle they came in, and those beside the link count no more.
"""

import datetime
import errno
import os
import pathlib
import re
import stat
from collections.abc import Iterator

import msgspec

from humeops import settings
from humeops.errors import ConfigError, explain
from humeops.security.signing import allowed, manifest
from humeops.security.signing.policy import PolicySettings

FOLDER = pathlib.Path("/etc/hume/signing")
CURRENT = "current"
BUNDLE = "bundle"
_MOST_LINKS = 40  # as the kernel has it
GENERATION = re.compile(r"trust-[0-9]{1,16}")


class _Stamp(msgspec.Struct):
    """What counts of a bundle where its lists are used; it was verified when it was put there."""

    version: int
    not_after: str


class Trust:
    """The folder, checked; `owners` may change it."""

    def __init__(self, folder: pathlib.Path = FOLDER, owners: tuple[int, ...] = (0,)) -> None:
        given = in_force(folder, owners)
        while True:
            try:
                self._read(folder, given, owners)
                return
            except (ConfigError, OSError):
                # Two updates may have gone by meanwhile, and taken away what was being read.
                before, given = given, in_force(folder, owners)
                if given == before:
                    raise

    def _read(self, folder: pathlib.Path, given: pathlib.Path | None, owners: tuple[int, ...]) -> None:
        place = given or folder
        self.allowed = place / "allowed_signers"
        self.revoked = place / "revoked"
        policy = place / "policy.toml"
        for path in (self.allowed, self.revoked):
            check_place(path, owners)
        if policy.exists():
            check_place(policy, owners)
        self.settings = settings.load(policy, PolicySettings)
        allowed.check_exact(self.allowed.read_bytes().decode("utf-8", "replace"), str(self.allowed))
        self.until = _read_until(given / BUNDLE, owners) if given else None

    def is_over(self, now: datetime.datetime) -> bool:
        """Tell whether the lists were good until some time that is past."""
        return self.until is not None and now > self.until


def in_force(folder: pathlib.Path, owners: tuple[int, ...]) -> pathlib.Path | None:
    """Return where the lists lie that central handed out; None where none were. Raise ConfigError for a link that leads elsewhere."""
    link = folder / CURRENT
    try:
        found = link.lstat()
        target = os.readlink(link)
    except FileNotFoundError:
        return None
    except OSError:
        raise ConfigError(f"{link}: no link to a folder beside it; remove it") from None
    if not GENERATION.fullmatch(target) or found.st_uid not in (0, *owners):
        raise ConfigError(f"{link}: it leads to {target!a}, which hume did not put there; remove it")
    return folder / target


def check_place(path: pathlib.Path, owners: tuple[int, ...]) -> None:
    """Raise ConfigError unless this is a file that nobody but these users can change, nor any folder on the way to it."""
    real = path.absolute()
    try:
        found = real.lstat()
    except OSError as error:
        raise ConfigError(f"{explain(error)}: nothing that is signed can be believed without it") from None
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{path}: no file")
    check_way(real, owners)


def check_way(path: pathlib.Path, owners: tuple[int, ...]) -> None:
    """Raise ConfigError where somebody else than these users may change this, or a folder on the way to it."""
    if other := changeable_by_others(path, owners):
        raise ConfigError(f"{path}: others may change it ({other}); chown root: {other}; chmod go-w {other}")


def changeable_by_others(path: pathlib.Path, owners: tuple[int, ...]) -> pathlib.Path | None:
    """Return the file itself, or the folder or link on the way to it, that somebody else than these users may change; None: none."""
    for place in _way(path):
        found = place.lstat()
        is_shared = bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
        # In a sticky folder others may add, and not replace what is another's. A link has no rights of its own.
        is_exempt = stat.S_ISLNK(found.st_mode) or (stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX)
        if found.st_uid not in (0, *owners) or (is_shared and not is_exempt):
            return place
    return None


def _way(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yield, from the root on, each folder and link by which the system comes to this file, wherever links lead, and the file.

    Where a link leads is asked only after it was yielded: when it was found that nobody else can change it.
    """
    place, left = pathlib.Path("/"), list(reversed(path.absolute().parts[1:]))
    links = 0
    yield place
    while left:
        part = left.pop()
        if part == "..":
            place = place.parent  # which was yielded before: place has no links in it
            continue
        yield place / part
        if not (place / part).is_symlink():
            place /= part
            continue
        links += 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = pathlib.PurePosixPath(os.readlink(place / part))
        left += reversed(target.parts[target.is_absolute() :])
        place = pathlib.Path("/") if target.is_absolute() else place


def _read_until(path: pathlib.Path, owners: tuple[int, ...]) -> datetime.datetime:
    check_place(path, owners)
    try:
        stamp = msgspec.json.decode(path.read_bytes().partition(b"\n")[0], type=_Stamp)
        return manifest.moment(stamp.not_after)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: it cannot be read ({error}): fetch it again with hume signers update") from None
