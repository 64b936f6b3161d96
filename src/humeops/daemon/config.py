# SPDX-License-Identifier: MIT
"""humed's configuration: humed.toml as a type. docs/reference/humed-config.md says what each setting is for."""

import dataclasses
import pathlib
import socket
from typing import Annotated

import msgspec

from humeops import settings
from humeops.errors import ConfigError
from humeops.layout import Layout

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
ADDRESS_FORM = r"https?://[^\s/]+\S*"
Address = Annotated[str, msgspec.Meta(pattern=f"^({ADDRESS_FORM})?$")]


class CentralSettings(msgspec.Struct, forbid_unknown_fields=True):
    """Where central is and how to speak to it."""

    url: Address = ""
    credential_file: str = ""
    timeout_seconds: Seconds = 10.0
    retry_first_seconds: Seconds = 0.5
    retry_longest_seconds: Seconds = 60.0
    batch_events: Annotated[int, msgspec.Meta(ge=1, le=5_000)] = 2_000


class SpoolSettings(msgspec.Struct, forbid_unknown_fields=True):
    """How much the spool may hold, and what it leaves to others of the disk. A number of days may be 0: no limit."""

    max_bytes: Annotated[int, msgspec.Meta(ge=1_048_576)] = 1_073_741_824
    max_age_days: Annotated[float, msgspec.Meta(ge=0, le=36_500)] = 90.0
    min_free_bytes: Annotated[int, msgspec.Meta(ge=0)] = 16_777_216
    ballast_bytes: Annotated[int, msgspec.Meta(ge=0, le=1_073_741_824)] = 8_388_608


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """All of humed.toml; a file that does not exist gives these defaults."""

    host: Annotated[str, msgspec.Meta(max_length=255)] = ""
    runtime_dir: str = ""
    state_dir: str = ""
    drop_dir: str = ""
    central: CentralSettings = msgspec.field(default_factory=CentralSettings)
    spool: SpoolSettings = msgspec.field(default_factory=SpoolSettings)


@dataclasses.dataclass(frozen=True)
class Config:
    """Settings with every default filled in and every path decided."""

    host: str
    socket: pathlib.Path
    pid_file: pathlib.Path
    drop: pathlib.Path
    spool: pathlib.Path
    lock: pathlib.Path
    central_url_file: pathlib.Path
    credential_file: pathlib.Path
    central: CentralSettings
    limits: SpoolSettings


def load(root: pathlib.Path, config_file: pathlib.Path | None = None) -> Config:
    """Read the settings (`humed.toml` in the folder unless another file is named); raise ConfigError when they are wrong."""
    layout = Layout(root)
    if config_file is not None and not config_file.exists():
        raise ConfigError(f"{config_file}: there is no such file")
    chosen = settings.load(config_file or layout.daemon_config, Settings)
    runtime = Layout(pathlib.Path(chosen.runtime_dir)) if chosen.runtime_dir else layout
    state = Layout(pathlib.Path(chosen.state_dir)) if chosen.state_dir else layout
    credential = chosen.central.credential_file
    return Config(
        host=chosen.host or socket.gethostname(),
        socket=runtime.socket,
        pid_file=runtime.pid_file,
        drop=pathlib.Path(chosen.drop_dir) if chosen.drop_dir else layout.drop,
        spool=state.spool,
        lock=state.root / "humed.lock",
        central_url_file=layout.central_url,
        credential_file=pathlib.Path(credential) if credential else layout.agent_token,
        central=chosen.central,
        limits=chosen.spool,
    )
