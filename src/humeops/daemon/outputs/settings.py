# SPDX-License-Identifier: MIT
"""`[outputs]` of humed.toml as types, and what of them cannot work. docs/reference/humed-config.md says what each is for."""

import ipaddress
import pathlib
import re
import typing
from collections.abc import Iterator
from typing import Annotated, Literal, NamedTuple

import msgspec

from humeops.event import Level

Facility = Literal[
    "user", "daemon", "cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"
]
Every = Literal["hour", "day", "week", "never"]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
MOST_OUTPUTS = 8

_PLACE = re.compile(r"(?P<kind>udp|tcp|tls)://(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?P<port>\d{1,5})")


class SyslogOutput(msgspec.Struct, forbid_unknown_fields=True):
    """One receiver of syslog."""

    name: Name = "syslog"
    to: str = "unix:/dev/log"
    facility: Facility = "user"
    level: Level = "debug"
    max_bytes: Annotated[int, msgspec.Meta(ge=480, le=65_000)] = 8_192
    timeout_seconds: Annotated[float, msgspec.Meta(gt=0, le=300)] = 5.0
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    structured_id: Annotated[str, msgspec.Meta(pattern=r"^[!-<>-\\^-~]{1,32}$")] = "hume@32473"


class FileOutput(msgspec.Struct, forbid_unknown_fields=True):
    """One file of JSON lines."""

    path: str
    name: Name = "file"
    level: Level = "debug"
    max_bytes: Annotated[int, msgspec.Meta(ge=65_536, le=1_099_511_627_776)] = 104_857_600
    every: Every = "day"
    keep: Count = 14
    sync: Literal["always", "never"] = "always"


class OutputSettings(msgspec.Struct, forbid_unknown_fields=True):
    """All of `[outputs]`."""

    syslog: Annotated[list[SyslogOutput], msgspec.Meta(max_length=MOST_OUTPUTS)] = []
    file: Annotated[list[FileOutput], msgspec.Meta(max_length=MOST_OUTPUTS)] = []
    hold_bytes: Annotated[int, msgspec.Meta(ge=0, le=1_099_511_627_776)] = 67_108_864

    @property
    def all(self) -> "list[SyslogOutput | FileOutput]":
        """Every output."""
        return [*self.syslog, *self.file]


class Place(NamedTuple):
    """Where a syslog is: `path` of a unix socket, or host and port."""

    kind: Literal["unix", "udp", "tcp", "tls"]
    path: str = ""
    host: str = ""
    port: int = 0


def place_of(to: str) -> Place | None:
    """Return where this address leads; None when it has no such form."""
    if to.startswith("unix:/"):
        return Place("unix", to.removeprefix("unix:"))
    found = _PLACE.fullmatch(to)
    if found is None or not 1 <= int(found["port"]) <= 65_535:
        return None
    host = found["host"].strip("[]")
    if found["host"].startswith("["):
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return None
    return Place(typing.cast("Literal['udp', 'tcp', 'tls']", found["kind"]), "", host, int(found["port"]))


def find_faults(chosen: OutputSettings) -> Iterator[tuple[str, str]]:
    """Yield each setting that cannot work, and why."""
    for number, one in enumerate(chosen.syslog):
        if place_of(one.to) is None:
            what = f"{one.to}: unix:/PATH, udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT is expected"
            yield f"outputs.syslog[{number}].to", what
        yield from ((f"outputs.syslog[{number}].{name}", what) for name, what in _faults_of_tls(one))
    for number, file in enumerate(chosen.file):
        if not pathlib.PurePath(file.path).is_absolute() or file.path.endswith("/"):
            yield f"outputs.file[{number}].path", f"{file.path}: the path of a file is expected, from the root on"
    places = [(f"syslog[{number}]", one.name) for number, one in enumerate(chosen.syslog)]
    places += [(f"file[{number}]", one.name) for number, one in enumerate(chosen.file)]
    names = [name for _, name in places]
    for place, name in reversed(places):
        if names.count(name) > 1:
            yield f"outputs.{place}.name", f"two outputs are called {name}: give each a `name`"


def _faults_of_tls(one: SyslogOutput) -> Iterator[tuple[str, str]]:
    given = {"ca_file": one.ca_file, "cert_file": one.cert_file, "key_file": one.key_file}
    if not one.to.startswith("tls:"):
        yield from ((name, f"it is for tls://, and {one.to} is none") for name, path in given.items() if path)
    elif one.key_file and not one.cert_file:
        yield "key_file", "a key without its certificate: name the `cert_file` too"
