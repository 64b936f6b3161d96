# SPDX-License-Identifier: MIT
"""Passwords: argon2id, with the parameters that OWASP names (19 MiB, two passes, one lane); a hash made by others is renewed at login.

A check takes some 30 ms and 19 MiB on purpose, so only a few go on at once, whoever asks. For somebody who is not there just as much is done: how
long an answer takes tells nothing of who is known.
"""

import contextlib
import functools
import threading
from collections.abc import Iterator

import argon2
import argon2.exceptions

from humeops.errors import Exit, HumeError, UnavailableError

LEAST, MOST = 12, 256  # characters
_AT_ONCE = 2
_WAIT_SECONDS = 5.0
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=argon2.Type.ID)
_turn = threading.BoundedSemaphore(_AT_ONCE)


class PasswordError(HumeError):
    """Nobody can have this password; the text says why, and never what it was."""

    exit_code = Exit.USAGE


def check_new(password: str, name: str) -> None:
    """Raise PasswordError for what is too easily found."""
    if not LEAST <= len(password) <= MOST:
        raise PasswordError(f"a password has {LEAST} to {MOST} characters")
    if len(set(password)) < 5 or (name and password.casefold().replace(name.casefold(), "") == ""):
        raise PasswordError("this password is one of the first to be tried: take another one")


def make_hash(password: str) -> str:
    """Return what is kept of a password."""
    with _waiting():
        return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def fits(password: str, kept: str | None) -> bool:
    """Tell whether this was kept of the password; None, for nobody, takes as long and fits nothing."""
    with _waiting():
        try:
            _hasher.verify(kept or _of_nobody(), password.encode("utf-8", "surrogatepass"))
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
    return kept is not None


def is_old(kept: str) -> bool:
    """Tell whether it was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@functools.cache
def _of_nobody() -> str:
    return _hasher.hash("nobody has this one")


@contextlib.contextmanager
def _waiting() -> Iterator[None]:
    if not _turn.acquire(timeout=_WAIT_SECONDS):
        raise UnavailableError("too many sign in at once; try again")
    try:
        yield
    finally:
        _turn.release()
