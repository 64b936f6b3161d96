# SPDX-License-Identifier: MIT
"""What the file system says: owners and rights, what lies in the drop folder, how much room is left, the spool's file."""

import contextlib
import grp
import os
import pathlib
import pwd
import sqlite3

from humeops.cli import spoolfile
from humeops.cli.doctor.facts import Disk, Dropped, File, Stored
from humeops.clock import NS_PER_SECOND
from humeops.wire import dropfile

LOOK_AT_MOST = 100_000  # files; a drop folder with more is ill enough


def look(path: pathlib.Path | None) -> File | None:
    """Return what is there, links followed; None when nothing is, or it can't be seen."""
    return None if path is None else _look(path, follow=True)


def look_at_link(path: pathlib.Path | None) -> File | None:
    """Return what is there as `look` does, and a link that leads to nothing as itself: it is in the way."""
    return look(path) or (None if path is None else _look(path, follow=False))


def _look(path: pathlib.Path, *, follow: bool) -> File | None:
    try:
        found = path.stat(follow_symlinks=follow)
    except OSError:
        return None
    names = _user(found.st_uid), _group(found.st_gid)
    return File(
        path, found.st_mode, found.st_uid, found.st_gid, *names, os.access(path, os.W_OK), (found.st_dev, found.st_ino)
    )


def can_be_made(folder: pathlib.Path | None) -> bool:
    """Tell whether we may make this folder: its nearest ancestor that we see is ours to write."""
    return folder is not None and os.access(_nearest(folder.parent), os.W_OK | os.X_OK)


def look_into_drop(folder: pathlib.Path | None, wall_ns: int) -> Dropped:
    """Count what waits for humed, and what it could not use."""
    if folder is None:
        return Dropped()
    try:
        there = [path.name for path, _ in zip(folder.iterdir(), range(LOOK_AT_MOST), strict=False)]
    except OSError:
        return Dropped()
    names = sorted(filter(dropfile.is_drop_name, there))
    oldest = 0.0
    if names:
        with contextlib.suppress(OSError):
            oldest = (wall_ns - (folder / names[0]).stat().st_mtime_ns) / NS_PER_SECOND
    foreign = sum(map(dropfile.is_foreign, there))
    return Dropped(len(names), max(oldest, 0.0), _count(folder / dropfile.QUARANTINE), foreign)


def look_at_disks(*folders: pathlib.Path | None) -> tuple[Disk, ...]:
    """Return the file systems that these folders are on or would be made on, each once."""
    disks: dict[int, Disk] = {}
    for folder in filter(None, folders):
        there = _nearest(folder)
        with contextlib.suppress(OSError):
            device, found = there.stat().st_dev, os.statvfs(there)
            free_files = found.f_favail if found.f_files else None
            sizes = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
            is_read_only = bool(found.f_flag & os.ST_RDONLY)
            disks.setdefault(device, Disk(there, *sizes, free_files, _mount_of(there), is_read_only))
    return tuple(disks.values())


def _nearest(path: pathlib.Path) -> pathlib.Path:
    return next((one for one in (path, *path.parents) if os.path.isdir(one)), path)


def _mount_of(folder: pathlib.Path) -> pathlib.Path:
    real = folder.resolve()
    return next((one for one in (real, *real.parents) if os.path.ismount(one)), real)


def look_at_spool(path: pathlib.Path | None, is_served: bool) -> Stored:
    """Return how much of the spool's file is in use, which damaged ones lie beside it, and whether this one is damaged.

    A humed that serves it has looked itself, and finds out more than can be seen from here.
    """
    if path is None:
        return Stored()
    trouble = None if is_served else spoolfile.find_trouble(path)
    return Stored(_used_bytes(path), spoolfile.find_put_aside(path), trouble)


def _used_bytes(path: pathlib.Path) -> int | None:
    try:
        with spoolfile.reading(path) as db:
            total, free, size = (
                db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
            )
    except sqlite3.Error:
        return None
    return int((total - free) * size)


def _count(folder: pathlib.Path) -> int | None:
    try:
        return sum(1 for _ in folder.iterdir())
    except FileNotFoundError:
        return 0
    except OSError:
        return None


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
