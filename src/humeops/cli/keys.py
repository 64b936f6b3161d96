# SPDX-License-Identifier: MIT
"""A person's own OpenSSH key: where it is, whose it is. The key itself is read by ssh-keygen alone."""

import pathlib

from humeops.errors import GivenError

_KEYS = ("id_ed25519_sk", "id_ecdsa_sk", "id_ed25519", "id_ecdsa", "id_rsa")


def find(given: str | None) -> pathlib.Path:
    """Return the key that was named, or the one in ~/.ssh; raise HumeError when there is none."""
    if given:
        path = pathlib.Path(given).expanduser()
        if path.exists():
            return path
        raise GivenError(f"{given}: there is no such key")
    folder = pathlib.Path.home() / ".ssh"
    found = next((folder / name for name in _KEYS if (folder / name).exists()), None)
    if found is None:
        raise GivenError(f"no key in {folder}: name yours with --key, or make one: ssh-keygen -t ed25519")
    return found


def owner(key: pathlib.Path) -> str:
    """Return who its comment says its owner is."""
    words = _words(key)
    if len(words) < 3:
        raise GivenError(
            f"{_public(key)} has no comment that says who you are: give it with --as, as allowed_signers has it"
        )
    return words[2].strip()


def public(key: pathlib.Path) -> str:
    """Return its public half, as a list of signers has it."""
    words = _words(key)
    if len(words) < 2:
        raise GivenError(
            f"{_public(key)} is missing, or no public key: ssh-keygen -y -f {key} > {_public(key)} makes it"
        )
    return " ".join(words[:2])


def _words(key: pathlib.Path) -> list[str]:
    try:
        return _public(key).read_text("utf-8").split(None, 2)
    except (OSError, UnicodeDecodeError):
        return []


def _public(key: pathlib.Path) -> pathlib.Path:
    return key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
