# SPDX-License-Identifier: MIT
"""hume-central's configuration: central.toml as a type. docs/reference/central-config.md says what each setting is for."""

import dataclasses
import ipaddress
import pathlib
import socket
from typing import Annotated, Literal

import msgspec

from humeops import settings
from humeops.errors import ConfigError
from humeops.layout import Layout


class ListenSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where central answers."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=255)] = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 4863
    behind_proxy: bool = False


class AgentSettings(msgspec.Struct, forbid_unknown_fields=True):
    """The humed of this machine."""

    host: Annotated[str, msgspec.Meta(max_length=255)] = ""


class LogSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What goes to standard error."""

    level: Literal["", "debug", "info", "warning", "error"] = ""


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """All of central.toml; a file that does not exist gives these defaults."""

    database: str = ""
    listen: ListenSettings = msgspec.field(default_factory=ListenSettings)
    agent: AgentSettings = msgspec.field(default_factory=AgentSettings)
    log: LogSettings = msgspec.field(default_factory=LogSettings)


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings with every default filled in and every path decided."""

    database: pathlib.Path
    host: str
    port: int
    behind_proxy: bool
    agent_host: str
    log_level: str
    person_token: pathlib.Path
    agent_token: pathlib.Path
    url_file: pathlib.Path


def load(root: pathlib.Path, file: pathlib.Path | None = None) -> Config:
    """Read the settings (`central.toml` in the folder unless another file is named); raise ConfigError when they are wrong."""
    layout = Layout(root)
    if file is not None and not file.is_file():
        raise ConfigError(f"{file}: no such file")
    chosen = settings.load(file or layout.central_config, Settings)
    return Config(
        database=root / chosen.database if chosen.database else layout.database,
        host=chosen.listen.host,
        port=chosen.listen.port,
        behind_proxy=chosen.listen.behind_proxy,
        agent_host=chosen.agent.host or socket.gethostname(),
        log_level=chosen.log.level,
        person_token=layout.person_token,
        agent_token=layout.agent_token,
        url_file=layout.central_url,
    )


def check_address(config: Config) -> None:
    """Raise ConfigError when tokens would travel in the clear: central itself speaks no TLS."""
    if config.behind_proxy or _is_loopback(config.host):
        return
    raise ConfigError(
        f"{config.host} is not a loopback address, and hume-central itself speaks no TLS: listen on 127.0.0.1 behind a "
        "proxy that ends TLS, or say --behind-proxy if nothing but such a proxy can reach this address"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
