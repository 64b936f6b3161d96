# SPDX-License-Identifier: MIT
"""A file of JSON lines, one event a line as the spool has it, in plain ASCII; kept small by beginning another one.

With `sync = "always"` a batch is on stable storage before it counts as written; with `never` that is left to the system, and a power
cut may cost what it had not written. A line that a death cut short stays, ended, and its event is written again behind it. When the
file was renamed or removed by somebody else (logrotate), a new one is begun.
"""

import contextlib
import datetime
import json
import os
import pathlib
import re
import stat
from collections.abc import Sequence

from humeops import wholefile
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.outputs.feed import Told
from humeops.daemon.outputs.settings import Every, FileOutput
from humeops.errors import ConfigError

_PERIODS: dict[Every, str] = {"hour": "%Y%m%d%H", "day": "%Y%m%d", "week": "%G%V", "never": ""}


class JsonLines:
    """One file and those that were it before; used by its feeding thread alone."""

    def __init__(self, settings: FileOutput, clock: Clock) -> None:
        self._settings = settings
        self._path = pathlib.Path(settings.path)
        self._clock = clock
        self._fd: int | None = None

    def write(self, told: Sequence[Told]) -> None:
        """Append these; raise OSError when not all of it is in the file, which then ends as it did before."""
        data = b"".join(line_of(one.body) for one in told)
        self._open()
        self._rotate_if_due(len(data))
        fd = self._open()
        end = os.lseek(fd, 0, os.SEEK_END)
        try:
            _write_all(fd, data)
            if self._settings.sync == "always":
                os.fdatasync(fd)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(fd, end)
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None

    def _open(self) -> int:
        if self._fd is not None and not self._has_name(self._fd):
            self.close()
        if self._fd is None:
            self._path.parent.mkdir(mode=0o750, exist_ok=True)
            # O_NONBLOCK: a FIFO of that name would keep us for ever.
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            self._fd = _checked(os.open(self._path, flags, 0o640), self._path)
            _end_line(self._fd)
            if self._settings.sync == "always":
                wholefile.sync(self._path.parent)
        return self._fd

    def _has_name(self, fd: int) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(fd), os.stat(self._path, follow_symlinks=False))
        return False

    def _rotate_if_due(self, coming: int) -> None:
        found = os.fstat(self._open())
        if not found.st_size:
            return
        now = self._clock.wall_ns() // NS_PER_SECOND
        form = _PERIODS[self._settings.every]
        is_over = _moment(found.st_mtime).strftime(form) != _moment(now).strftime(form)
        if is_over or found.st_size + coming > self._settings.max_bytes:
            self.close()
            self._path.rename(self._free_name(now))
            self._forget_oldest()

    def _free_name(self, now: float) -> pathlib.Path:
        stem, suffix = self._path.stem, self._path.suffix
        for number in range(1_000_000):
            name = f"{stem}-{_moment(now):%Y%m%dT%H%M%SZ}-{number:06d}{suffix}"
            if not (path := self._path.with_name(name)).exists():
                return path
        raise OSError(0, "no name is left for a file that is full", str(self._path))

    def _forget_oldest(self) -> None:
        form = re.compile(rf"{re.escape(self._path.stem)}-\d{{8}}T\d{{6}}Z-\d{{6}}{re.escape(self._path.suffix)}")
        earlier = sorted(one for one in self._path.parent.iterdir() if form.fullmatch(one.name))
        for one in earlier[: -self._settings.keep]:
            with contextlib.suppress(OSError):
                one.unlink()


def line_of(body: bytes) -> bytes:
    """Return the event as one line of printable ASCII: no control, no character that reorders, reaches who reads the file."""
    if not body.isascii() or b"\x7f" in body:
        body = json.dumps(json.loads(body), separators=(",", ":")).replace("\x7f", "\\u007f").encode()
    return body + b"\n"


def _moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _checked(fd: int, path: pathlib.Path) -> int:
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise ConfigError(f"{path} is no file: move it away, or name another path")


def _end_line(fd: int) -> None:
    size = os.fstat(fd).st_size
    if size and os.pread(fd, 1, size - 1) != b"\n":
        _write_all(fd, b"\n")


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
