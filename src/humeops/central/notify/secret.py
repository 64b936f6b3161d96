# SPDX-License-Identifier: MIT
"""Secrets in a channel's settings: written as `env:NAME`, `file:/path` or `credential:NAME` they are read when they are needed.

One that stands in the settings themselves works too, and is never shown again.
"""

import os
import pathlib
import re

from humeops.central.notify.failure import RefusedError
from humeops.errors import explain

_MOST = 16_384
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,255}")


def is_reference(text: str) -> bool:
    """Tell whether this says where a secret is, and is none itself."""
    return text.startswith(("env:", "file:", "credential:"))


def fault(text: str) -> str:
    """Return what is wrong with the form of this reference; nothing for one that may be read, and for any other text."""
    kind, _, rest = text.partition(":")
    if not is_reference(text):
        return ""
    if kind == "file":
        return "" if rest.startswith("/") else "`file:` is followed by a path that begins with `/`"
    return "" if _NAME.fullmatch(rest) and rest not in (".", "..") else f"`{kind}:` is followed by a name"


def shown(text: str) -> str:
    """Return what a listing says of this secret: where it is, or only that there is one."""
    return text if is_reference(text) else "(set)" if text else ""


def read(text: str, setting: str) -> str:
    """Return the secret itself; raise RefusedError, which names the setting and the place, when it is not there."""
    if wrong := fault(text):
        raise RefusedError(f"`{setting}`: {wrong}")
    kind, _, rest = text.partition(":")
    if not is_reference(text):
        return text
    found = os.environ.get(rest, "") if kind == "env" else _from_file(_path(kind, rest, setting), setting)
    if not found:
        raise RefusedError(f"`{setting}`: there is nothing in {text}")
    if any(ord(character) < 32 or ord(character) == 127 for character in found):
        raise RefusedError(f"`{setting}`: {text} holds control characters or several lines; one line is expected")
    return found


def _path(kind: str, rest: str, setting: str) -> pathlib.Path:
    if kind == "file":
        return pathlib.Path(rest)
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        raise RefusedError(f"`{setting}`: central was given no credentials; add LoadCredential={rest}:… to its unit")
    return pathlib.Path(folder) / rest


def _from_file(path: pathlib.Path, setting: str) -> str:
    try:
        # Not blocking: a pipe that nobody writes to must not hold the notifier.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
            content = opened.read(_MOST + 1)
        if len(content) > _MOST:
            raise RefusedError(f"`{setting}`: {path} is longer than any secret")
        return content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise RefusedError(f"`{setting}`: {explain(error)}") from error
    except UnicodeDecodeError:
        raise RefusedError(f"`{setting}`: {path} holds no text in UTF-8") from None
