# SPDX-License-Identifier: MIT
"""What a provider says of somebody, and why it was not believed. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from humeops.errors import NotAllowedError
from humeops.security import names

_MOST_GROUPS = 1_000
_MOST_SUBJECT = 255


class OpenIdError(NotAllowedError):
    """This sign-in does not count. The text is for whoever tried; what was sent is not in it."""


class Identity(NamedTuple):
    """Somebody, as the provider knows him: `subject` is his for ever, his name may change."""

    subject: str
    name: str
    groups: tuple[str, ...]


def read(issuer: str, claims: Mapping[str, Any], user_claim: str, groups_claim: str) -> Identity:
    """Return who these claims, which were verified, speak of; OpenIdError where they name nobody that can be one here."""
    subject, name, groups = claims.get("sub"), claims.get(user_claim), claims.get(groups_claim, [])
    if not isinstance(subject, str) or not 1 <= len(subject) <= _MOST_SUBJECT:
        raise OpenIdError("the provider does not say who you are")
    if not isinstance(name, str) or not names.is_name(name):
        raise OpenIdError(
            f"the provider's word for you ({user_claim}) is no name here: letters, digits, and . _ @ - between them"
        )
    if user_claim == "email" and claims.get("email_verified") is not True:
        raise OpenIdError("the provider has not verified that this address is yours")
    told = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    return Identity(f"{issuer} {subject}", name, tuple(one for one in told[:_MOST_GROUPS] if isinstance(one, str)))
