# SPDX-License-Identifier: MIT
"""Tokens: how they are made, what is kept of them, how they lie in files.

A token is `hume_p_` (person), `hume_a_` (agent), `hume_s_` (a browser's session), `hume_l_` (a link that opens one session,
once), `hume_e_` (enrols hosts) or `hume_o_` (an attempt to sign in at an OpenID provider) and 256 random bits. Central keeps only its SHA-256: a copy of the
database opens nothing, and so many random bits need no slow hash. It is looked up by that hash, so no comparison's
duration tells anything of the token.
"""

import hashlib
import hmac
import pathlib
import re
import secrets
from typing import Literal

from humeops import wholefile

Kind = Literal["person", "agent", "session", "link", "enrol", "openid"]

_PREFIX: dict[Kind, str] = {
    "person": "hume_p_",
    "agent": "hume_a_",
    "session": "hume_s_",
    "link": "hume_l_",
    "enrol": "hume_e_",
    "openid": "hume_o_",
}
FORM = r"hume_[pasleo]_[A-Za-z0-9_-]{43}"  # also where one stands in a text that is to be kept without it
_FORM = re.compile(FORM)


def make_token(kind: Kind) -> str:
    """Return a new token; it is shown once and kept nowhere but with its owner."""
    return _PREFIX[kind] + secrets.token_urlsafe(32)


def is_token(text: str, kind: Kind | None = None) -> bool:
    """Tell whether this has the form of a token (of this kind)."""
    return _FORM.fullmatch(text) is not None and (kind is None or text.startswith(_PREFIX[kind]))


def hash_token(token: str) -> bytes:
    """Return what central keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def fingerprint(kept: bytes) -> str:
    """Return a few letters by which two people can tell that they speak of the same token: `3f9a-01bc`."""
    return f"{kept[:2].hex()}-{kept[2:4].hex()}"


def matches(token: str, kept: bytes) -> bool:
    """Tell whether the token is the one of which this was kept; takes the same time either way."""
    return hmac.compare_digest(hash_token(token), kept)


def write_token(path: pathlib.Path, token: str) -> None:
    """Put the token into a file that only its owner can read; the file appears whole or not at all."""
    wholefile.write_private(path, f"{token}\n")


def read_token(path: pathlib.Path, kind: Kind) -> str | None:
    """Return the token in this file, None when there is none of this kind."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.readline(200).strip()
    except FileNotFoundError:
        return None
    return text if is_token(text, kind) else None
