# SPDX-License-Identifier: MIT
"""What a script's first line says it is run with. What leads back to hume would verify it again, and again."""

import os
import pathlib
import shlex
import shutil
from collections.abc import Sequence

from humeops.errors import GivenError

_OURS = frozenset({"hume", "hume-cli"})
_ENV = "env"
_LONGEST = 4096
_PROGRAM = b"\x7fELF"
_SHELL = "/bin/sh"  # what cron and shells run a file with that names nothing


def interpreter_of(data: bytes, search: str) -> list[str]:
    """Return the words of the first line, the program by its whole path; `env` is replaced by what it finds on this path.

    Raises GivenError where it names none, or hume itself.
    """
    words = _words(data)
    if words and os.path.basename(words[0]) == _ENV:
        words = _found_by_env(words, search)
    if not words or not words[0].startswith("/"):
        raise GivenError("its first line names no interpreter by its whole path")
    if leads_back(words):
        raise GivenError("its first line names hume, and no interpreter")
    return words


def runner_of(data: bytes, search: str) -> list[str]:
    """Return what runs this where nothing was signed, as the system and a shell would: no words for a program, which is run itself.

    Raises GivenError where its first line leads nowhere, or back to hume.
    """
    if data.startswith(_PROGRAM):
        return []
    if data.startswith(b"#!") or b"\0" in data[:_LONGEST]:
        return interpreter_of(data, search)
    return [_SHELL]


def leads_back(words: Sequence[str]) -> bool:
    """Tell whether these words run hume: by name, by a link to it, or by way of another program."""
    return any(_is_ours(word) or word.partition("=")[0] == "--signed" for word in words)


def _is_ours(word: str) -> bool:
    return os.path.basename(word) in _OURS or (
        word.startswith("/") and pathlib.Path(os.path.realpath(word)).name in _OURS
    )


def _words(data: bytes) -> list[str]:
    first = data[:_LONGEST].split(b"\n", 1)[0].decode("utf-8", "replace")
    try:
        return shlex.split(first[2:]) if first.startswith("#!") and "\0" not in first else []
    except ValueError:
        return []


def _found_by_env(words: list[str], search: str) -> list[str]:
    rest = [word for word in words[1:] if word not in ("-S", "--split-string")]
    if not rest or rest[0].startswith("-") or "=" in rest[0]:
        return [words[0], *rest] if rest else []  # env has more to do than to look
    found = shutil.which(rest[0], path=search)
    return [os.path.abspath(found), *rest[1:]] if found else []
