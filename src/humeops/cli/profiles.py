# SPDX-License-Identifier: MIT
"""Centrals that a person has signed in to (`hume login`): their addresses and tokens by name, in a file that only its owner reads.

~/.config/hume/profiles.toml (XDG_CONFIG_HOME), mode 0600; replaced whole or not at all. A file that others can read is refused,
since whoever could read it has the tokens.
"""

import os
import pathlib
import re
import tomllib
import typing
from collections.abc import Mapping

from humeops import wholefile
from humeops.errors import Exit, HumeError

DEFAULT = "default"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
# What a string of TOML takes as it stands, and no address or token goes without.
_PLAIN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


class ProfileError(HumeError):
    """What was given as a profile, or the file of them, is not as it should be."""

    exit_code = Exit.USAGE


class Profile(typing.NamedTuple):
    """A central, and the token that opens it."""

    url: str
    token: str


def place(environ: Mapping[str, str]) -> pathlib.Path:
    """Return where the profiles of this person are."""
    base = environ.get("XDG_CONFIG_HOME") or str(pathlib.Path(environ.get("HOME") or "~").expanduser() / ".config")
    return pathlib.Path(base) / "hume" / "profiles.toml"


def read(path: pathlib.Path) -> dict[str, Profile]:
    """Return the profiles in this file, none when it is not there."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise ProfileError(f"{path} holds tokens and others can read it: chmod 600 {path}")
            found = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: {error}; sign in again with hume login") from None
    return {name: _profile(path, name, one) for name, one in found.items()}


def named(path: pathlib.Path, name: str) -> Profile:
    """Return the profile of this name."""
    known = read(path)
    if name not in known:
        raise ProfileError(
            f"no profile {name!a} in {path}; make it with: hume login URL --profile {name if NAME.fullmatch(name) else DEFAULT}"
        )
    return known[name]


def put(path: pathlib.Path, name: str, profile: Profile) -> None:
    """Keep this profile under this name, in the place of what was there."""
    if not NAME.fullmatch(name):
        raise ProfileError(f"{name!a} is no name for a profile: letters, digits, _ and -")
    if not all(_PLAIN.fullmatch(part) for part in profile):
        raise ProfileError("an address and a token are one word each of plain ASCII characters")
    known = {**read(path), name: profile}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = "".join(f'[{key}]\nurl = "{one.url}"\ntoken = "{one.token}"\n' for key, one in sorted(known.items()))
    wholefile.write_private(path, text)


def _profile(path: pathlib.Path, name: str, one: object) -> Profile:
    parts = [one.get("url"), one.get("token")] if isinstance(one, dict) else []
    if (
        not NAME.fullmatch(name)
        or len(parts) != 2
        or not all(isinstance(p, str) and _PLAIN.fullmatch(p) for p in parts)
    ):
        raise ProfileError(f"{path}: [{name[:64]!a}] needs `url` and `token`; sign in again with hume login")
    return Profile(str(parts[0]), str(parts[1]))
