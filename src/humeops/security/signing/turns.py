# SPDX-License-Identifier: MIT
"""One at a time in a folder of the user's own: what two runs remember at once is remembered as if one came after the other."""

import contextlib
import fcntl
import os
import pathlib
from collections.abc import Iterator


@contextlib.contextmanager
def taken(folder: pathlib.Path, name: str) -> Iterator[None]:
    """Hold this folder's lock of that name, and wait for it; make the folder when it is absent. Raise OSError where it cannot be had."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
