# SPDX-License-Identifier: MIT
"""How others know that humed is there: the lock, and the pid file that callers read first."""

import contextlib
import fcntl
import logging
import os
import pathlib
import stat

from humeops.errors import ConfigError, UnavailableError, explain

# The client holds a pid file older than 15 s for stale: three touches may be missed.
HEARTBEAT_SECONDS = 5.0

log = logging.getLogger(__name__)


class Lock:
    """One humed for each folder, be it the spool's or the socket's; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: pathlib.Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_place(path, "lock")
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise UnavailableError(
                f"another humed is at work in {path.parent} ({path.name} is locked): stop it, or choose another folder"
            ) from None

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._fd)


def check_place(path: pathlib.Path, what: str) -> None:
    """Raise ConfigError when something else than a file is where humed's lock or pid file belongs; nothing is touched."""
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ConfigError(f"{path}: humed's {what} belongs there, and something else is in its place; move it away")


class PidFile:
    """Tells callers to wait for an answer: written when the socket listens, removed before it closes.

    Without it they wait shortly and go to the drop folder. So a disk too full for it keeps nobody from serving; it is
    written when there is room.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self._is_written = False
        self._write()

    def _write(self) -> None:
        temporary = self.path.with_name(f".{self.path.name}.new")
        try:
            temporary.write_text(f"{os.getpid()}\n")
            temporary.chmod(0o644)
            temporary.replace(self.path)
            self._is_written = True
        except OSError as error:
            log.warning("callers do not wait for answers: %s", explain(error))
            with contextlib.suppress(OSError):
                temporary.unlink()

    def touch(self) -> None:
        """Say that this process still serves; called from the loop that commits, so that it proves progress."""
        if not self._is_written:
            self._write()
            return
        try:
            os.utime(self.path)
        except FileNotFoundError:
            self._write()  # somebody deleted it: without it callers would not wait
        except OSError as error:
            log.debug("the pid file cannot be touched: %s", explain(error))

    def remove(self) -> None:
        """Callers now go to the drop folder without waiting."""
        self.path.unlink(missing_ok=True)
