# SPDX-License-Identifier: MIT
"""`[openid]` of central.toml: which provider, which of its claims names somebody, what its groups may do. Pure."""

import urllib.parse
from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple, TypeAlias

import msgspec

from humeops.central.notify import secret
from humeops.filters.tree import FilterError
from humeops.security import grants
from humeops.security.grants import GivenFilter, Rank
from humeops.wire import clear

CALLBACK = "/signin/openid/callback"

_Word: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Right: TypeAlias = tuple[Rank, str]  # a role, and the filter it is granted on


class GroupGrant(msgspec.Struct, forbid_unknown_fields=True):
    """What whoever is in a group of the provider may do. Nobody becomes an admin so: that is granted by name."""

    group: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    role: Literal["viewer", "operator"]
    on: GivenFilter = None


class OpenIdSettings(msgspec.Struct, forbid_unknown_fields=True):
    """The provider; without an issuer there is none."""

    issuer: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s?#]+)?$", max_length=1_000)] = ""
    client_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    client_secret: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    name: Annotated[str, msgspec.Meta(max_length=60)] = ""
    user_claim: _Word = "preferred_username"
    groups_claim: _Word = "groups"
    scopes: Annotated[list[_Word], msgspec.Meta(max_length=20)] = msgspec.field(default_factory=lambda: ["profile"])
    ca_file: str = ""
    session_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 12
    grant: Annotated[list[GroupGrant], msgspec.Meta(max_length=1_000)] = []


class OpenId(NamedTuple):
    """The settings, checked, and where the provider leads browsers back to."""

    settings: OpenIdSettings
    callback: str

    @property
    def name(self) -> str:
        """What the button says."""
        return self.settings.name or str(urllib.parse.urlsplit(self.settings.issuer).hostname)

    def rights(self, groups: Iterable[str]) -> list[Right]:
        """Return what these groups grant."""
        held = set(groups)
        return list(
            dict.fromkeys((one.role, (one.on or "").strip()) for one in self.settings.grant if one.group in held)
        )


def fault(chosen: OpenIdSettings, url: str) -> tuple[str, str] | None:
    """Return the setting that cannot work, and why; `url` is where people see the pages."""
    if not chosen.issuer:
        return ("issuer", "is missing: the provider's address") if chosen != OpenIdSettings() else None
    if clear.is_in_the_clear(chosen.issuer):
        return "issuer", "https://… is expected: whoever sits on the way could say who somebody is"
    if not chosen.client_id:
        return "client_id", "is missing: the name under which the provider knows this central"
    if not url or clear.is_in_the_clear(url):
        return (
            "issuer",
            "`alert.url` has to say where people see the pages, with https://: the provider leads them back there",
        )
    if wrong := secret.fault(chosen.client_secret):
        return "client_secret", wrong
    for number, one in enumerate(chosen.grant):
        if one.on is not None and not one.on.strip():
            return f"grant[{number}].on", grants.BLANK
        try:
            grants.read(one.on or "")
        except FilterError as error:
            return f"grant[{number}].on", str(error)
    return None
