# SPDX-License-Identifier: MIT
"""Who is behind humed's socket and its pid file."""

import contextlib
import os
import pathlib
import typing

from humeops.cli import ask
from humeops.cli.doctor.facts import Daemon, Picture
from humeops.cli.places import Places
from humeops.clock import NS_PER_SECOND
from humeops.errors import HumeError, UnavailableError


class _Process(typing.NamedTuple):
    name: str
    state: str
    words: tuple[str, ...]
    parent: int

    @property
    def is_humed(self) -> bool:
        return any(os.path.basename(word) == "humed" or word == "humeops.daemon.main" for word in self.words)


def look(where: Places, wall_ns: int) -> Daemon:
    """Ask humed, and read what its pid file and /proc tell."""
    if where.socket is None or where.pid_file is None:
        return Daemon()
    answer, picture = _ask(where.socket)
    pid, age_seconds = _read_pid(where.pid_file, wall_ns)
    process = _process(pid) if pid else None
    if process is None:
        return Daemon(answer, picture, pid, pid_age_seconds=age_seconds)
    parent = _process(process.parent)
    supervisor = process.parent if parent is not None and "up" in parent.words else None
    return Daemon(answer, picture, pid, process.name, process.state, age_seconds, process.is_humed, supervisor)


def _ask(socket: pathlib.Path) -> tuple[str, Picture | None]:
    if len(os.fsencode(socket)) > ask.MAX_SOCKET_PATH:
        return "nothing", None
    try:
        return "yes", ask.ask(socket, "?queue")
    except UnavailableError as error:
        return _kind_of(error.__cause__), None
    except HumeError as error:
        return str(error), None


def _kind_of(cause: BaseException | None) -> str:
    match cause:
        case FileNotFoundError() | NotADirectoryError():
            return "nothing"
        case ConnectionRefusedError():
            return "refused"
        case PermissionError():
            return "denied"
        case TimeoutError() | BlockingIOError():
            return "silent"
        case _:
            return str(cause) if cause else "nothing"


def _read_pid(path: pathlib.Path, wall_ns: int) -> tuple[int | None, float | None]:
    try:
        pid = int(path.read_text("ascii", "replace"))
        return pid, (wall_ns - path.stat().st_mtime_ns) / NS_PER_SECOND
    except (OSError, ValueError):
        return None, None


def _process(pid: int) -> _Process | None:
    folder = pathlib.Path("/proc", str(pid))
    with contextlib.suppress(OSError, ValueError, IndexError):
        name, _, rest = (folder / "stat").read_text("utf-8", "replace").partition("(")[2].rpartition(")")
        state, parent = rest.split()[:2]
        words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        return _Process(name, state, tuple(words), int(parent))
    return None
