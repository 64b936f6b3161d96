# SPDX-License-Identifier: MIT
"""Where hume's files are: one folder for a trial or a person, the system's folders for a real host.

The native client finds the same places by the same order (native/src/places.c); docs/reference/files.md lists them.
"""

import dataclasses
import os
import pathlib
import pwd

NO_HOME = "/nonexistent"  # what the list of users says of one who has none


def default_dir(environ: dict[str, str] | os._Environ[str] = os.environ) -> pathlib.Path:
    """Return the one folder of this person's hume: HUME_DIR, else hume's folder under the XDG state folder.

    The state folder, not the runtime folder: cron jobs have no XDG_RUNTIME_DIR, and a reboot would empty it.
    """
    if named := environ.get("HUME_DIR"):
        return pathlib.Path(named).absolute()
    if state := environ.get("XDG_STATE_HOME"):
        return pathlib.Path(state) / "hume"
    return pathlib.Path(environ.get("HOME") or system_home() or NO_HOME) / ".local" / "state" / "hume"


def system_home() -> str:
    """Return the home of this process's user as the system's list of users has it; empty where it has none."""
    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""
    return home if home.startswith("/") else ""


@dataclasses.dataclass(frozen=True)
class Layout:
    """The names inside one hume folder (HUME_DIR); the system install spreads the same names over /run, /var and /etc."""

    root: pathlib.Path

    @property
    def socket(self) -> pathlib.Path:
        """humed's ROUTER socket; the kernel allows 107 bytes of path."""
        return self.root / "humed.sock"

    @property
    def push_socket(self) -> pathlib.Path:
        """humed's PULL socket, for what may be lost."""
        return self.root / "humed.push"

    @property
    def pid_file(self) -> pathlib.Path:
        """humed's pid, touched every few seconds while it lives."""
        return self.root / "humed.pid"

    @property
    def drop(self) -> pathlib.Path:
        """The drop folder: what callers left while humed could not answer."""
        return self.root / "drop"

    @property
    def spool(self) -> pathlib.Path:
        """humed's durable queue (SQLite)."""
        return self.root / "spool.db"

    @property
    def database(self) -> pathlib.Path:
        """Central's database (SQLite, the embedded default)."""
        return self.root / "central.db"

    @property
    def person_token(self) -> pathlib.Path:
        """The token of the person who owns this folder; mode 0600."""
        return self.root / "token"

    @property
    def agent_token(self) -> pathlib.Path:
        """The credential with which this host's humed reports; mode 0600."""
        return self.root / "agent-token"

    @property
    def tcp_token(self) -> pathlib.Path:
        """The token that senders over loopback tcp show; mode 0600."""
        return self.root / "tcp-token"

    @property
    def central_url(self) -> pathlib.Path:
        """One line: where central answers; written when it is ready."""
        return self.root / "central.url"

    @property
    def daemon_config(self) -> pathlib.Path:
        """humed's configuration."""
        return self.root / "humed.toml"

    @property
    def central_config(self) -> pathlib.Path:
        """hume-central's configuration."""
        return self.root / "central.toml"
