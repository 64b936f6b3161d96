# SPDX-License-Identifier: MIT
"""Whom this host believes, and what is done with a script that does not verify: a folder that only root can change.

In it `allowed_signers` and `revoked` as ssh-keygen(1) reads them, and `policy.toml`. All of it has to be there: what is missing or open
to others fails closed.
"""

import fnmatch
import os
import pathlib
import stat
from typing import Annotated, Literal

import msgspec

from humeops import settings
from humeops.errors import ConfigError, explain

FOLDER = pathlib.Path("/etc/hume/signing")
NAMESPACE = "hume-script@hume"

Policy = Literal["refuse", "report"]


class TaskPolicy(msgspec.Struct, forbid_unknown_fields=True):
    """What is done with scripts of these names."""

    name: str
    policy: Policy


class PolicySettings(msgspec.Struct, forbid_unknown_fields=True):
    """All of policy.toml; the first entry that matches decides."""

    policy: Policy = "refuse"
    namespace: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,128}$")] = NAMESPACE
    scripts: list[TaskPolicy] = []

    def of(self, name: str) -> Policy:
        """Return the policy for a script of this name."""
        return next((one.policy for one in self.scripts if fnmatch.fnmatchcase(name, one.name)), self.policy)


class Trust:
    """The folder, checked; `owners` may change it."""

    def __init__(self, folder: pathlib.Path = FOLDER, owners: tuple[int, ...] = (0,)) -> None:
        self.allowed = folder / "allowed_signers"
        self.revoked = folder / "revoked"
        policy = folder / "policy.toml"
        for path in (self.allowed, self.revoked):
            check_place(path, owners)
        if policy.exists():
            check_place(policy, owners)
        self.settings = settings.load(policy, PolicySettings)
        _check_exact(self.allowed)


def check_place(path: pathlib.Path, owners: tuple[int, ...]) -> None:
    """Raise ConfigError unless this is a file that nobody but these users can change, nor any folder on the way to it."""
    real = path.absolute()
    try:
        found = real.lstat()
    except OSError as error:
        raise ConfigError(f"{explain(error)}: nothing that is signed can be believed without it") from None
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"{path}: no file")
    if other := changeable_by_others(real, owners):
        raise ConfigError(f"{path}: others may change it ({other}); chown root: {other}; chmod go-w {other}")


def changeable_by_others(path: pathlib.Path, owners: tuple[int, ...]) -> pathlib.Path | None:
    """Return the file itself, or the folder on the way to it, that somebody else than these users may change; None: none."""
    for place in (path, *path.parents):
        found = os.stat(place, follow_symlinks=place != path)
        is_shared = bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
        # In a sticky folder others may add, and not replace what is another's.
        is_sticky = stat.S_ISDIR(found.st_mode) and bool(found.st_mode & stat.S_ISVTX)
        if found.st_uid not in (0, *owners) or (is_shared and not is_sticky):
            return place
    return None


def _check_exact(allowed: pathlib.Path) -> None:
    # With a pattern for a principal, whoever has such a key could sign as any name that fits it.
    for number, line in enumerate(allowed.read_text("utf-8", "replace").splitlines(), 1):
        principals = line.split("#")[0].strip().partition(" ")[0]
        if any(sign in principals for sign in "*?!"):
            raise ConfigError(f"{allowed}:{number}: a pattern for a principal; name each person exactly")
