# SPDX-License-Identifier: MIT
"""humed's configuration: humed.toml as a type. docs/reference/humed-config.md says what each setting is for."""

import dataclasses
import ipaddress
import logging
import os
import pathlib
import re
import socket
import urllib.parse
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec

from humeops import settings
from humeops.daemon.outputs import settings as output_settings
from humeops.daemon.outputs.settings import OutputSettings
from humeops.daemon.rules import parsing
from humeops.errors import ConfigError
from humeops.layout import Layout
from humeops.wire import clear, hostname

log = logging.getLogger(__name__)
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
ADDRESS_FORM = r"https?://[^\s/]+\S*"
# A unix socket by its path, or a port of this machine alone: the figures name users' tasks to whoever asks.
METRICS_FORM = r"^(/\S+|127\.0\.0\.1:\d{1,5}|\[::1\]:\d{1,5})?$"
_ADDRESS = re.compile(rf"({ADDRESS_FORM}|(rediss?|unix)://\S+)?")
_WEB_ADDRESS = re.compile(ADDRESS_FORM)
_MOST_ADDRESSES = 16

Proxy = Annotated[str, msgspec.Meta(pattern=rf"^({ADDRESS_FORM})?$")]
TcpAddress = Annotated[str, msgspec.Meta(pattern=r"^((\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d{1,5})?$")]


class CentralSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where central is and how to speak to it."""

    # What each must look like is asked below: of a union with patterns msgspec 0.22 frees something twice when the process ends.
    url: str | list[str] = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    proxy: Proxy = ""
    credential_file: str = ""
    timeout_seconds: Seconds = 10.0
    retry_first_seconds: Seconds = 0.5
    retry_longest_seconds: Seconds = 60.0
    resend_seconds: Seconds = 60.0
    batch_events: Annotated[int, msgspec.Meta(ge=1, le=5_000)] = 2_000
    catch_up_per_second: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 10_000.0
    forward: bool = True

    @property
    def urls(self) -> list[str]:
        """All addresses, in order; none when the file beside the settings says it."""
        return self.url if isinstance(self.url, list) else [self.url] if self.url else []

    @property
    def first_url(self) -> str:
        """The address that is tried first; empty when there is none."""
        return next(iter(self.urls), "")


class ListenSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where humed listens beside its socket files, and who may speak there."""

    tcp: TcpAddress = ""
    tcp_push: TcpAddress = ""
    token_file: str = ""
    curve_dir: str = ""


class SpoolSettings(msgspec.Struct, forbid_unknown_fields=True):
    """How much the spool may hold, and what it leaves to others of the disk. A number of days may be 0: no limit."""

    max_bytes: Annotated[int, msgspec.Meta(ge=1_048_576)] = 1_073_741_824
    max_age_days: Annotated[float, msgspec.Meta(ge=0, le=36_500)] = 90.0
    min_free_bytes: Annotated[int, msgspec.Meta(ge=0)] = 16_777_216
    ballast_bytes: Annotated[int, msgspec.Meta(ge=0, le=1_073_741_824)] = 8_388_608


class OriginSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What of a run's origin leaves this host."""

    arguments: Literal["redact", "keep", "drop"] = "redact"


class GuardedTask(msgspec.Struct, forbid_unknown_fields=True):
    """Who may report to tasks of this name; root and the administrators may anyway."""

    task: parsing.Patterns
    users: list[str] = []
    groups: list[str] = []


class GuardSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Who may report to which task, and how much one user may take of what all share. A number may be 0: no limit."""

    owners: Literal["first", "anybody"] = "first"
    admin_users: list[str] = []
    admin_groups: list[str] = []
    tasks: Annotated[list[GuardedTask], msgspec.Meta(max_length=1_000)] = []
    events_per_second: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 1_000.0
    burst_events: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 10_000
    spool_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.25
    max_event_bytes: Annotated[int, msgspec.Meta(ge=1_024, le=65_536)] = 65_536
    max_tasks: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1_000
    max_tags: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1_000
    max_keys: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1_000


class MetricsSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where Prometheus may ask for humed's own figures; empty: nowhere."""

    listen: Annotated[str, msgspec.Meta(pattern=METRICS_FORM)] = ""


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """All of humed.toml; a file that does not exist gives these defaults."""

    host: hostname.Host = ""
    runtime_dir: str = ""
    state_dir: str = ""
    drop_dir: str = ""
    central: CentralSettings = msgspec.field(default_factory=CentralSettings)
    spool: SpoolSettings = msgspec.field(default_factory=SpoolSettings)
    listen: ListenSettings = msgspec.field(default_factory=ListenSettings)
    origin: OriginSettings = msgspec.field(default_factory=OriginSettings)
    guard: GuardSettings = msgspec.field(default_factory=GuardSettings)
    metrics: MetricsSettings = msgspec.field(default_factory=MetricsSettings)
    outputs: OutputSettings = msgspec.field(default_factory=OutputSettings)
    processors: Annotated[list[str], msgspec.Meta(max_length=32)] = []
    rules: parsing.Rules = []


class Listening(NamedTuple):
    """The addresses for tcp (empty: none), and what decides who may speak there; without `curve_dir`, the token."""

    tcp: str
    tcp_push: str
    token_file: pathlib.Path
    curve_dir: pathlib.Path | None


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings with every default filled in and every path decided."""

    host: str
    socket: pathlib.Path
    push_socket: pathlib.Path
    pid_file: pathlib.Path
    drop: pathlib.Path
    spool: pathlib.Path
    locks: tuple[pathlib.Path, ...]  # of each folder that one humed alone may have: the spool's, and the socket's
    central_url_file: pathlib.Path
    credential_file: pathlib.Path
    central: CentralSettings
    limits: SpoolSettings
    listen: Listening
    origin: OriginSettings = dataclasses.field(default_factory=OriginSettings)
    guard: GuardSettings = dataclasses.field(default_factory=GuardSettings)
    metrics: MetricsSettings = dataclasses.field(default_factory=MetricsSettings)
    outputs: OutputSettings = dataclasses.field(default_factory=OutputSettings)
    processors: tuple[str, ...] = ()
    rules: tuple[parsing.Rule, ...] = ()
    file: pathlib.Path = pathlib.Path("humed.toml")


def load(
    root: pathlib.Path, config_file: pathlib.Path | None = None, environ: Mapping[str, str] = os.environ
) -> Config:
    """Read the settings (`humed.toml` in the folder unless another file is named); raise ConfigError when they are wrong."""
    layout = Layout(root)
    if config_file is not None and not config_file.exists():
        raise ConfigError(f"{config_file}: there is no such file")
    file = config_file or layout.daemon_config
    chosen = settings.load(file, Settings)
    runtime = Layout(pathlib.Path(chosen.runtime_dir)) if chosen.runtime_dir else layout
    state = Layout(pathlib.Path(chosen.state_dir)) if chosen.state_dir else layout
    drop = pathlib.Path(chosen.drop_dir) if chosen.drop_dir else layout.drop
    for setting in ("runtime_dir", "state_dir", "drop_dir"):
        if named := getattr(chosen, setting):
            settings.check_folder(pathlib.Path(named), file, setting)
    _check_urls(file, chosen.central.url)
    if chosen.central.client_key and not chosen.central.client_cert:
        raise settings.fault(
            file, "central.client_key", "it is the key of a certificate: name that in `central.client_cert`"
        )
    _check_outputs(file, chosen, forwards=chosen.central.forward)
    if wrong := parsing.find_fault(chosen.rules):
        raise settings.fault(file, wrong.setting, wrong.what)
    return Config(
        host=chosen.host or _host_of_machine(),
        socket=runtime.socket,
        push_socket=runtime.push_socket,
        pid_file=runtime.pid_file,
        drop=drop,
        spool=state.spool,
        # Resolved: the same folder under two names would be locked against ourselves.
        locks=tuple(dict.fromkeys(folder.root.resolve() / "humed.lock" for folder in (state, runtime))),
        central_url_file=layout.central_url,
        credential_file=_credential_file(chosen.central.credential_file, layout, environ),
        central=chosen.central,
        limits=chosen.spool,
        listen=_listening(chosen.listen, file, state),
        origin=chosen.origin,
        guard=chosen.guard,
        metrics=chosen.metrics,
        outputs=chosen.outputs,
        processors=tuple(chosen.processors),
        rules=tuple(chosen.rules),
        file=file,
    )


def _listening(chosen: ListenSettings, file: pathlib.Path, state: Layout) -> Listening:
    for setting in ("tcp", "tcp_push"):
        host, _, port = getattr(chosen, setting).rpartition(":")
        if not port:
            continue
        try:
            is_loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
        except ValueError:
            raise settings.fault(file, f"listen.{setting}", f"{host} is no address of this machine") from None
        if not 1 <= int(port) <= 65_535:
            raise settings.fault(file, f"listen.{setting}", f"port {port}: 1 to 65535 is expected")
        if not is_loopback and not chosen.curve_dir:
            what = "beyond this machine only CURVE is spoken: set `listen.curve_dir` (humed --make-keys)"
            raise settings.fault(file, f"listen.{setting}", what)
    token_file = pathlib.Path(chosen.token_file) if chosen.token_file else state.tcp_token
    curve_dir = pathlib.Path(chosen.curve_dir) if chosen.curve_dir else None
    return Listening(chosen.tcp, chosen.tcp_push, token_file, curve_dir)


def _credential_file(named: str, layout: Layout, environ: Mapping[str, str]) -> pathlib.Path:
    # A unit with LoadCredential=agent-token:… gets a folder that nobody else may read; the name is the file's everywhere.
    if named:
        return pathlib.Path(named)
    handed = pathlib.Path(environ.get("CREDENTIALS_DIRECTORY", "/nowhere")) / layout.agent_token.name
    return handed if handed.exists() else layout.agent_token


def read_again(config: Config) -> Config:
    """Return the configuration with rules, guards and outputs as the file has them now; raise ConfigError when it is wrong."""
    chosen = settings.load(config.file, Settings)
    # Whether anything is forwarded is settled at the start: without outputs now, nobody would have the events.
    _check_outputs(config.file, chosen, forwards=config.central.forward and chosen.central.forward)
    if wrong := parsing.find_fault(chosen.rules):
        raise settings.fault(config.file, wrong.setting, wrong.what)
    return dataclasses.replace(config, rules=tuple(chosen.rules), guard=chosen.guard, outputs=chosen.outputs)


def _host_of_machine() -> str:
    machine = socket.gethostname()
    name = hostname.mend(machine)
    if name != machine:
        log.warning("this machine's name %r cannot be a host's name here; it reports as %s", machine, name)
    return name


def is_redis(url: str) -> bool:
    """Tell whether batches go straight into Redis."""
    return url.startswith(("redis://", "rediss://", "unix://"))


def _check_urls(file: pathlib.Path, given: str | list[str]) -> None:
    several = given if isinstance(given, list) else None
    if several is not None and not 1 <= len(several) <= _MOST_ADDRESSES:
        raise settings.fault(file, "central.url", f"1 to {_MOST_ADDRESSES} addresses are expected")
    for url in [given] if isinstance(given, str) else given:
        if not (_ADDRESS if several is None else _WEB_ADDRESS).fullmatch(url):
            also = "" if several is not None else ", or rediss:// as `hume-central agent-redis` prints it"
            raise settings.fault(file, "central.url", f"{url} is no address: http://HOST:PORT is expected{also}")
        _check_url(file, url)


def _check_outputs(file: pathlib.Path, chosen: Settings, *, forwards: bool) -> None:
    for setting, what in output_settings.find_faults(chosen.outputs):
        raise settings.fault(file, setting, what)
    if not forwards and not chosen.outputs.all:
        what = "with nothing forwarded somebody else has to have the events: set `[[outputs.file]]` or `[[outputs.syslog]]`"
        raise settings.fault(file, "central.forward", what)


def _check_url(file: pathlib.Path, url: str) -> None:
    if is_redis(url):
        if wrong := _redis_fault(url):
            raise settings.fault(file, "central.url", wrong)
        return
    try:
        parts = urllib.parse.urlsplit(url)
        usable = not url or (bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a port that is none, brackets that do not match
        usable = False
    if not usable:
        what = f"{url} is no address: http://HOST:PORT is expected, with a port of 1 to 65535"
        raise settings.fault(file, "central.url", what)
    if url and clear.is_in_the_clear(url):
        raise settings.fault(file, "central.url", clear.MEND)


def _redis_fault(url: str) -> str:
    expected = "rediss://hume-agent-NUMBER@HOST:PORT/0 is expected, as `hume-central agent-redis` prints it"
    try:
        parts = urllib.parse.urlsplit(url)
        names_server = (
            parts.path.startswith("/") if parts.scheme == "unix" else bool(parts.hostname) and parts.port != 0
        )
    except ValueError:
        return expected
    if not names_server or not re.fullmatch(r"hume-agent-\d{1,18}", parts.username or ""):
        return expected
    if parts.password is not None:
        return "its password does not belong here, which others may read: put it into the file of `central.credential_file`"
    if parts.scheme == "redis" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        return "beyond this machine the password would travel in the clear: rediss://… is expected"
    return ""
