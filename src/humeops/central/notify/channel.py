# SPDX-License-Identifier: MIT
"""What all channels have: settings as a type that never prints its secrets, and what a delivery is allowed to touch."""

import dataclasses
from typing import Annotated, Any, ClassVar

import msgspec

from humeops.central.notify import clocks, reach, secret
from humeops.errors import ConfigError

Zone = Annotated[str, msgspec.Meta(max_length=100)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=120)]


class Channel(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", repr_omit_defaults=True
):
    """The settings of one channel."""

    SECRETS: ClassVar[tuple[str, ...]] = ()

    zone: Zone = ""  # times are told in it; empty: in central's own

    def check(self) -> None:
        """Raise ConfigError for what has the right form and can't work; nothing is asked or connected."""
        clocks.of(self.zone)
        for place, text in self.secrets():
            if wrong := secret.fault(text):
                raise ConfigError(f"`{place}`: {wrong}")

    def secrets(self) -> list[tuple[str, str]]:
        """Return its secrets, or where they are, each with the name of the setting."""
        return [pair for name in self.SECRETS for pair in _texts(name, getattr(self, name))]

    def shown(self) -> dict[str, Any]:
        """Return the settings for a listing: of a secret only where it is, or that there is one."""
        told: dict[str, Any] = msgspec.to_builtins(self)
        for name in self.SECRETS:
            value = told[name]
            told[name] = (
                {key: secret.shown(text) for key, text in value.items()}
                if isinstance(value, dict)
                else secret.shown(value)
            )
        return told

    def __repr__(self) -> str:
        """Return the settings without secrets: a struct lands in logs and tracebacks sooner or later."""
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.shown().items())})"


class NotifySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[notify]` of central.toml: what whoever holds the machine allows, whatever channels are made later."""

    internal: tuple[Annotated[str, msgspec.Meta(max_length=100)], ...] = ()
    commands: tuple[Annotated[str, msgspec.Meta(pattern="^/", max_length=4_000)], ...] = ()
    templates: str = ""
    zone: Zone = ""


@dataclasses.dataclass(frozen=True)
class Allowed:
    """What channels may touch beside the internet; nothing, unless central's settings say so."""

    internal: tuple[reach.Network, ...] = ()
    commands: tuple[str, ...] = ()


NOTHING = Allowed()


def allowed(settings: NotifySettings) -> Allowed:
    """Return what these settings allow; raise ConfigError when they can't be understood."""
    return Allowed(reach.networks(settings.internal), settings.commands)


def _texts(name: str, value: str | dict[str, str]) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [(f"{name}.{key}", text) for key, text in value.items()]
    return [(name, value)]
