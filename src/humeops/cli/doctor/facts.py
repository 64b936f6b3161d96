# SPDX-License-Identifier: MIT
"""What the doctor looks at before it judges: plain values, gathered once (humeops.cli.doctor.gather), judged by checks.

A fact that could not be had is None or empty, and the check that needs it says nothing.
"""

import pathlib
import shlex
import typing

from humeops.cli.places import Places
from humeops.cli.spoolfile import Trouble
from humeops.daemon.config import Config, is_redis

Picture = typing.Mapping[str, typing.Any]  # humed's answer to ?queue, or what its spool tells without it


class Program(typing.NamedTuple):
    """A program of this name on PATH. `kind` is native, cli (this Python package), older (hume 1.x) or other."""

    path: str
    kind: str
    version: str = ""


class Programs(typing.NamedTuple):
    """What would be run, in the order of PATH; the same file under two names counts once."""

    humes: tuple[Program, ...] = ()
    humed: Program | None = None
    beside: str = ""  # the native client installed with this command line, on PATH or not
    disabled: str = ""  # what HUME_DISABLE says


class File(typing.NamedTuple):
    """What the file system says of a path that is there."""

    path: pathlib.Path
    mode: int  # with the kind of file, as st_mode
    uid: int
    gid: int
    owner: str
    group: str
    writable: bool  # by us, now
    identity: tuple[int, int] = (0, 0)  # device and inode


class Daemon(typing.NamedTuple):
    """What is at humed's socket and in its pid file. `answer`: yes, refused, silent, denied, nothing, or its words."""

    answer: str = "nothing"
    picture: Picture | None = None
    pid: int | None = None  # as the pid file says
    process: str = ""  # that process's name; empty: there is none
    process_state: str = ""  # as /proc has it: T is stopped
    pid_age_seconds: float | None = None
    is_humed: bool = False
    supervisor: int | None = None  # the `hume up` that started it and starts it again


class Dropped(typing.NamedTuple):
    """What lies in the drop folder; None: it could not be read."""

    waiting: int | None = None
    oldest_seconds: float = 0.0
    quarantined: int | None = None
    foreign: int | None = None  # what neither hume nor humed made


class Disk(typing.NamedTuple):
    """The file system under a folder."""

    path: pathlib.Path
    free_bytes: int
    size_bytes: int
    free_files: int | None  # None: it does not count them
    mount: pathlib.Path | None = None  # where it is mounted
    is_read_only: bool = False

    @property
    def mount_writable(self) -> str:
        """The command that makes it take writes."""
        return f"mount -o remount,rw {shlex.quote(str(self.mount or self.path))}"


class Stored(typing.NamedTuple):
    """The spool as it lies on disk."""

    used_bytes: int | None = None
    put_aside: tuple[str, ...] = ()  # damaged spools that humed kept
    trouble: Trouble | None = None  # what is wrong with it; looked for only while humed does not answer


class Answer(typing.NamedTuple):
    """How central answered one question. Status 0: it did not, and `problem` says why."""

    status: int = 0
    problem: str = ""


class Server(typing.NamedTuple):
    """Central, as seen from here."""

    url: str = ""
    alive: Answer | None = None
    clock_ns: int | None = None  # what its Date header said at our `wall_ns`
    asked: Answer | None = None  # a question with this person's token
    reported: Answer | None = None  # a batch that holds nothing, with this host's credential
    lacks_credential: bool = False  # there is none to report with
    is_elsewhere: bool = False  # nothing of a central is in this folder: this host was enrolled
    silent: tuple[
        tuple[str, str], ...
    ] = ()  # addresses of the same central that do not answer while `url` does, and why
    copied_to: tuple[str, ...] = ()  # the machines that use this host's credential in turn, where several do


class Signing(typing.NamedTuple):
    """Whom this host believes for signed scripts, where anybody said so."""

    complaint: str = ""  # why nobody is believed
    version: int | None = None  # of what central handed out; None: it was brought by hand
    until_ns: int | None = None
    awaits: bool = False  # there are root_signers, and nothing that they signed


class Facts(typing.NamedTuple):
    """All of it."""

    places: Places
    uid: int
    wall_ns: int
    programs: Programs = Programs()
    config: Config | None = None
    config_complaint: str = ""
    daemon: Daemon = Daemon()
    socket: File | None = None
    run_folder: File | None = None
    drop_folder: File | None = None
    drop_can_be_made: bool = True
    tokens: tuple[File, ...] = ()
    dropped: Dropped = Dropped()
    disks: tuple[Disk, ...] = ()
    stored: Stored = Stored()
    central: Server = Server()
    signing: Signing | None = None  # None: there is no such folder

    @property
    def reports_to_redis(self) -> bool:
        """Whether humed puts its batches straight into central's Redis."""
        return self.config is not None and is_redis(self.config.central.first_url)

    @property
    def start(self) -> str:
        """The command that starts humed here, once its disk takes writes."""
        up = f"hume up --dir {self.places.root}" if self.places.why == "--dir" else "hume up"
        start = "systemctl start humed" if self.places.is_system else up
        writable = [disk.mount_writable for disk in self.disks if disk.is_read_only]
        return " && ".join([*writable, start])

    @property
    def start_central(self) -> str:
        """The command after which central answers, has written down its address, and has given this host a credential."""
        if self.places.is_system:
            return "systemctl restart hume-central"
        if supervisor := self.daemon.supervisor:
            return f"kill {supervisor}; tail --pid={supervisor} -f /dev/null; {self.start}"
        # `hume up` would not share the folder with the humed that is at work there.
        return f"hume-central serve --dir {self.places.root}" if self.daemon.answer == "yes" else self.start

    @property
    def name_central(self) -> str:
        """The command after which humed knows where central is."""
        if self.places.is_system:
            return f"${{EDITOR:-vi}} {self.settings} && systemctl restart humed  # url in [central]"
        return self.start_central

    @property
    def restart(self) -> str:
        """The command that starts humed anew here, whatever has become of it."""
        if self.places.is_system:
            return "systemctl restart humed"
        if not (self.daemon.pid and self.daemon.is_humed):
            return self.start
        kill = f"kill -KILL {self.daemon.pid}"
        return kill if self.daemon.supervisor else f"{kill}; {self.start}"

    @property
    def settings(self) -> str:
        """The file that holds humed's settings."""
        return str(self.places.config or "humed.toml")
