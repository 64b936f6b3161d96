# SPDX-License-Identifier: MIT
"""Folders that stay: a new folder is a name in its parent, and only the parent's sync keeps that over a power cut."""

import contextlib
import errno
import pathlib

from humeops import wholefile


def make_folder(path: pathlib.Path, mode: int) -> None:
    """Make a folder, and those above it that are missing, for good; one that is there is left as it is."""
    if path.is_dir():
        return
    make_folder(path.parent, mode)
    # A caller that drops an event may make the same folder at the same time.
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode)
    try:
        wholefile.sync(path.parent)
    except OSError as error:
        # Some network file systems have no such thing for folders; then this is all there is to be had.
        if error.errno != errno.EINVAL:
            raise
