# SPDX-License-Identifier: MIT
"""Files read once: what is verified is what runs, whatever becomes of the file meanwhile.

A script's bytes go into memory that is then sealed, opened anew for reading alone. The interpreter reads that descriptor, never the file.
"""

import fcntl
import os
import pathlib
import stat

from humeops.errors import GivenError

MAX_SCRIPT_BYTES = 16 * 1024 * 1024
# Above what scripts use themselves, such as `exec 9> lock`.
FIRST_DESCRIPTOR = 100
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def read_once(path: pathlib.Path, most: int = MAX_SCRIPT_BYTES) -> tuple[bytes, os.stat_result]:
    """Return what is in this file and what it was, in one opening; raise OSError, HumeError for what is no fair file."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        # Before Python takes it: of a folder it would name the descriptor, and not the path.
        os.close(fd)
        raise GivenError(f"{path}: {'a folder, and ' if stat.S_ISDIR(found.st_mode) else ''}no file")
    with os.fdopen(fd, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise GivenError(f"{path}: more than {most} bytes")
    return data, found


def seal(data: bytes, name: str) -> int:
    """Return a descriptor from which these bytes, and never others, are read; it stays open in what this process becomes."""
    writing = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(writing, view) :]
        fcntl.fcntl(writing, fcntl.F_ADD_SEALS, _SEALS)
        reading = os.open(f"/proc/self/fd/{writing}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(writing)
    try:
        kept = fcntl.fcntl(reading, fcntl.F_DUPFD, FIRST_DESCRIPTOR)
    finally:
        os.close(reading)
    os.set_inheritable(kept, True)
    return kept
