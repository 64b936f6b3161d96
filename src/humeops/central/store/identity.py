# SPDX-License-Identifier: MIT
"""Is this file hume-central's database, or may it become so? Asked before anything is locked, made or written."""

import os
import pathlib
import stat

from humeops.errors import Exit, HumeError

APPLICATION_ID = 0x68756D65  # "hume"; SQLite keeps it at byte 68 of the file
_MAGIC = b"SQLite format 3\0"
_MEND = "move it away, or name another file as `database` in central.toml"


class DatabaseError(HumeError):
    """The database is damaged, or not hume-central's, or cannot be used."""

    exit_code = Exit.IO


class BackupError(HumeError):
    """What was asked for would destroy something, or the file is no backup of ours."""

    exit_code = Exit.USAGE


def check(path: pathlib.Path) -> None:
    """Raise DatabaseError unless the file is hume-central's database, empty, or not there. Nothing is changed."""
    try:
        # Not to wait for whoever might write into a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DatabaseError(f"{path} is not a file: {_MEND}")
        header = os.pread(descriptor, 100, 0)
    finally:
        os.close(descriptor)
    if not header:
        return
    if not header.startswith(_MAGIC):
        raise DatabaseError(f"{path} is not a database, or is damaged at its beginning: {_MEND}")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise DatabaseError(f"{path} is a database, but not hume-central's: {_MEND}")
