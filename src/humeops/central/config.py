# SPDX-License-Identifier: MIT
"""hume-central's configuration: central.toml as a type. docs/reference/central-config.md says what each setting is for."""

import dataclasses
import logging
import os
import pathlib
import re
import socket
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec

from humeops import settings
from humeops.central import addresses, keeping
from humeops.central.notify import channel, channels, clocks
from humeops.central.openid import settings as openid_settings
from humeops.central.openid.settings import OpenId, OpenIdSettings
from humeops.errors import ConfigError
from humeops.layout import Layout
from humeops.wire import hostname

log = logging.getLogger(__name__)

# Addresses with passwords need not stand in a file.
DATABASE_VARIABLE = "HUME_CENTRAL_DATABASE"
REDIS_VARIABLE = "HUME_CENTRAL_REDIS"
# Nor in an environment, which whoever looks at the container sees: the variable's name, and that of one which names a file.
_FILES = {DATABASE_VARIABLE: "HUME_CENTRAL_DATABASE_FILE", REDIS_VARIABLE: "HUME_CENTRAL_REDIS_FILE"}


_Header: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z][A-Za-z0-9-]{0,63})?$")]


class ListenSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where central answers."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 4863
    behind_proxy: bool = False
    proxies: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=64)]], msgspec.Meta(max_length=64)
    ] = []
    user_header: _Header = ""
    cert_header: _Header = ""
    verify_header: _Header = ""
    cert_required: bool = False


class AgentSettings(msgspec.Struct, forbid_unknown_fields=True):
    """The humed of this machine."""

    host: hostname.Host = ""


class LogSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What goes to standard error."""

    level: Literal["", "debug", "info", "warning", "error"] = ""


class MetricsSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What this process tells of itself without a token."""

    listen: Annotated[str, msgspec.Meta(pattern=addresses.METRICS_FORM)] = ""


class StreamSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Intake through Redis."""

    partitions: Annotated[int, msgspec.Meta(ge=1, le=1_024)] = 16
    longest: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 2_000


class WatchSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What the watcher does beside looking."""

    silent_after: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 300
    ping_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$", max_length=2_000)] = ""


class AlertSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Who is told when nobody wrote any rule, by which mail server; and where the pages are that messages lead to."""

    mail: Annotated[str, msgspec.Meta(max_length=254)] = ""
    sender: Annotated[str, msgspec.Meta(max_length=320)] = ""
    smtp: Annotated[
        str, msgspec.Meta(pattern=r"^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$", max_length=260)
    ] = "localhost"
    username: Annotated[str, msgspec.Meta(max_length=320)] = ""
    password: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    url: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s?#]+)?$", max_length=2_000)] = ""


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """All of central.toml; a file that does not exist gives these defaults."""

    database: Annotated[str, msgspec.Meta(min_length=1)] = "central.db"
    redis: Annotated[str, msgspec.Meta(pattern=addresses.REDIS_FORM)] = ""
    stream: StreamSettings = msgspec.field(default_factory=StreamSettings)
    listen: ListenSettings = msgspec.field(default_factory=ListenSettings)
    agent: AgentSettings = msgspec.field(default_factory=AgentSettings)
    metrics: MetricsSettings = msgspec.field(default_factory=MetricsSettings)
    watch: WatchSettings = msgspec.field(default_factory=WatchSettings)
    alert: AlertSettings = msgspec.field(default_factory=AlertSettings)
    notify: channel.NotifySettings = msgspec.field(default_factory=channel.NotifySettings)
    log: LogSettings = msgspec.field(default_factory=LogSettings)
    openid: OpenIdSettings = msgspec.field(default_factory=OpenIdSettings)
    retention: keeping.RetentionSettings = msgspec.field(default_factory=keeping.RetentionSettings)


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings with every default filled in and every path decided."""

    database: pathlib.Path | str  # a SQLite file, or the address of a PostgreSQL database
    redis: str  # empty: batches go straight to the database
    partitions: int
    longest: int
    host: str
    port: int
    behind_proxy: bool
    proxies: tuple[addresses.Network, ...]  # of which is believed how a browser came, and from where
    user_header: str  # and, if it names one, who asks
    cert_headers: tuple[str, str]  # and with which client certificate, and whether that was verified
    cert_required: bool  # every agent shows one, but that of this machine
    metrics: str  # HOST:PORT; empty: not told without a token
    agent_host: str
    silent_after: int  # seconds without a word after which a host is silent
    setup: str  # the channel given at set-up, as JSON; empty: none
    url: str  # where people see the pages; empty: not known
    ping_url: str  # asked each minute while somebody watches; empty: none
    notify: channel.NotifySettings  # what channels may touch; `wording.of` and `channel.allowed` read it
    log_level: str
    person_token: pathlib.Path
    agent_token: pathlib.Path
    url_file: pathlib.Path
    openid: OpenId | None  # the provider at which people may sign in
    retention: keeping.Rules
    export: pathlib.Path | None  # where events go before they are deleted


def load(root: pathlib.Path, file: pathlib.Path | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings (`central.toml` in the folder unless another file is named); raise ConfigError when they are wrong.

    HUME_CENTRAL_DATABASE and HUME_CENTRAL_REDIS win over the file, and so do the files that HUME_CENTRAL_DATABASE_FILE and
    HUME_CENTRAL_REDIS_FILE name.
    """
    layout = Layout(root)
    if file is not None and not file.is_file():
        raise ConfigError(f"{file}: no such file")
    file = file or layout.central_config
    chosen = settings.load(file, Settings)
    database, redis = (_given(environ, name) for name in (DATABASE_VARIABLE, REDIS_VARIABLE))
    return Config(
        database=_database(root, file, database or chosen.database, bool(database)),
        redis=_redis(file, redis or chosen.redis, bool(redis)),
        partitions=chosen.stream.partitions,
        longest=chosen.stream.longest,
        host=chosen.listen.host,
        port=chosen.listen.port,
        behind_proxy=chosen.listen.behind_proxy,
        proxies=_proxies(file, chosen.listen.proxies),
        user_header=_user_header(file, chosen.listen),
        cert_headers=_cert_headers(file, chosen.listen),
        cert_required=chosen.listen.cert_required,
        metrics=chosen.metrics.listen,
        agent_host=chosen.agent.host or _host_of_machine(),
        silent_after=chosen.watch.silent_after,
        ping_url=chosen.watch.ping_url,
        setup=_setup(file, chosen.alert),
        url=chosen.alert.url,
        notify=chosen.notify,
        log_level=chosen.log.level,
        person_token=layout.person_token,
        agent_token=layout.agent_token,
        url_file=layout.central_url,
        openid=_openid(file, chosen),
        retention=_retention(file, chosen.retention),
        export=_export(root, file, chosen.retention.export),
    )


def check(config: Config) -> None:
    """Raise ConfigError for what cannot work, whether the file or the command line says it. Nothing is made or asked."""
    hostname.check(config.agent_host, "agent.host")
    check_address(config)
    channel.allowed(config.notify)
    clocks.of(config.notify.zone, "notify.zone")
    if config.metrics:
        addresses.metrics_place(config.metrics)
    if isinstance(config.database, str):
        addresses.require_packages("database", "psycopg")
    if config.redis:
        addresses.require_packages("redis", "redis")
    if config.openid is not None:
        addresses.require_packages("openid", "authlib", "openid")


def check_address(config: Config) -> None:
    """Raise ConfigError for no address, or when tokens would travel in the clear: central itself speaks no TLS."""
    if not (addresses.is_ip(config.host) or re.fullmatch(r"[A-Za-z0-9._-]+", config.host)):
        raise ConfigError(f"`listen.host`: {config.host!a} is neither an IP address nor a host's name")
    if config.behind_proxy or addresses.is_loopback(config.host):
        return
    raise ConfigError(
        f"{config.host} is not a loopback address, and hume-central itself speaks no TLS: listen on 127.0.0.1 behind a "
        "proxy that ends TLS, or say --behind-proxy if nothing but such a proxy can reach this address"
    )


def _setup(file: pathlib.Path, chosen: AlertSettings) -> str:
    if not chosen.mail:
        return ""
    host, _, port = chosen.smtp.rpartition(":") if re.search(r":\d+$", chosen.smtp) else (chosen.smtp, "", "")
    told = {
        "type": "mail",
        "to": [chosen.mail],
        "from": chosen.sender or f"hume@{hostname.mend(socket.gethostname())}",
        "host": host.strip("[]"),
        "port": int(port or 0),
        "username": chosen.username,
        "password": chosen.password,
    }
    try:
        channels.read(told, "set-up")
    except ConfigError as error:
        raise settings.fault(file, "alert.mail", str(error)) from None
    return msgspec.json.encode(told).decode()


def _openid(file: pathlib.Path, chosen: Settings) -> OpenId | None:
    if wrong := openid_settings.fault(chosen.openid, chosen.alert.url):
        raise settings.fault(file, f"openid.{wrong[0]}", wrong[1])
    callback = f"{chosen.alert.url.rstrip('/')}{openid_settings.CALLBACK}"
    return OpenId(chosen.openid, callback) if chosen.openid.issuer else None


def _cert_headers(file: pathlib.Path, chosen: ListenSettings) -> tuple[str, str]:
    headers = (chosen.cert_header, chosen.verify_header)
    if chosen.cert_required and not any(headers):
        raise settings.fault(file, "listen.cert_required", "nobody says which came: name `listen.cert_header`, too")
    if any(headers) and not all(headers):
        missing = "verify_header" if chosen.cert_header else "cert_header"
        raise settings.fault(
            file, f"listen.{missing}", "one says which certificate, the other that it was verified: both are needed"
        )
    if any(headers) and (not chosen.proxies or any(one.prefixlen == 0 for one in _proxies(file, chosen.proxies))):
        raise settings.fault(file, "listen.cert_header", "anybody could say so: name the proxy in `listen.proxies`")
    return headers


def _user_header(file: pathlib.Path, chosen: ListenSettings) -> str:
    if chosen.user_header and not chosen.proxies:
        raise settings.fault(file, "listen.user_header", "nobody is believed: name the proxy in `listen.proxies`")
    if chosen.user_header and any(network.prefixlen == 0 for network in _proxies(file, chosen.proxies)):
        raise settings.fault(file, "listen.user_header", "`listen.proxies` is everybody: anybody could say who he is")
    return chosen.user_header


def _given(environ: Mapping[str, str], variable: str) -> str:
    if given := environ.get(variable):
        return given
    named = environ.get(_FILES[variable])
    if not named:
        return ""
    try:
        held = pathlib.Path(named).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{_FILES[variable]}: {named} cannot be read: {error}") from error
    if not held:
        # A secret that was never filled in must not lead to a SQLite file, or past Redis.
        raise ConfigError(f"{_FILES[variable]}: {named} is empty: it has to hold the address")
    return held


def _redis(file: pathlib.Path, named: str, is_variable: bool) -> str:
    if wrong := addresses.redis_fault(named):
        raise _fault(file, "redis", REDIS_VARIABLE, wrong, is_variable)
    return named


def _database(root: pathlib.Path, file: pathlib.Path, named: str, is_variable: bool) -> pathlib.Path | str:
    if re.match(r"postgres(ql)?://", named):
        if wrong := addresses.database_fault(named):
            raise _fault(file, "database", DATABASE_VARIABLE, wrong, is_variable)
        return re.sub("^postgres://", "postgresql://", named)
    if "://" in named:
        raise _fault(
            file, "database", DATABASE_VARIABLE, "a file is expected, or postgresql://USER@HOST/NAME", is_variable
        )
    path = root / named
    if path.is_dir():
        raise settings.fault(file, "database", f"{path} is a folder; name a file, or leave it out for central.db")
    if path.parent != root:
        if not path.parent.is_dir():
            raise settings.fault(file, "database", f"there is no folder {path.parent}")
        settings.check_folder(path.parent, file, "database")
    return path


def _proxies(file: pathlib.Path, named: list[str]) -> tuple[addresses.Network, ...]:
    try:
        return tuple(map(addresses.network, named))
    except ValueError as error:
        raise settings.fault(file, "listen.proxies", str(error)) from None


def _export(root: pathlib.Path, file: pathlib.Path, named: str) -> pathlib.Path | None:
    if not named:
        return None
    settings.check_folder(root / named, file, "retention.export")
    return root / named


def _retention(file: pathlib.Path, chosen: keeping.RetentionSettings) -> keeping.Rules:
    for number, one in enumerate(chosen.keep, 1):
        if not any((one.debug, one.good, one.bad)):
            # Whoever wrote it means that these are kept; they would go with all others.
            raise settings.fault(
                file,
                "retention.keep",
                f'entry {number} names no age, so it keeps nothing: say debug, good or bad, such as good = "forever"',
            )
    return keeping.rules_of(chosen)


def _fault(file: pathlib.Path, setting: str, variable: str, wrong: str, is_variable: bool) -> ConfigError:
    return ConfigError(f"{variable}: {wrong}") if is_variable else settings.fault(file, setting, wrong)


def _host_of_machine() -> str:
    machine = socket.gethostname()
    name = hostname.mend(machine)
    if name != machine:
        log.warning("this machine's name %r cannot be a host's name here; its humed reports as %s", machine, name)
    return name
