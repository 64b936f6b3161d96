# SPDX-License-Identifier: MIT
"""The trust bundle: whom the hosts of an organisation are to believe, signed as one thing by somebody who may say so. Pure.

Its form is that of a signed script: one line of JSON, behind it the signature as ssh-keygen writes it, in a namespace of its own. Its
version only ever rises, and its end is near enough that nobody can keep hosts from hearing of a revoked key for ever.
"""

import datetime
from typing import Annotated, Literal

import msgspec

from humeops import settings
from humeops.errors import ConfigError, Exit
from humeops.security.signing import allowed, envelope, manifest
from humeops.security.signing.envelope import Envelope
from humeops.security.signing.manifest import Principal, SignatureError
from humeops.security.signing.policy import PolicySettings

NAMESPACE = "hume-trust@hume"
MAX_BUNDLE_BYTES = 524_288
MAX_LIST_CHARACTERS = 262_144

Version = Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class BundleError(SignatureError):
    """This bundle is not one to go by; `kind` is one word for programs."""

    exit_code = Exit.UNSIGNED


class Bundle(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What was signed. The three lists are the files of a host's folder, as they stand."""

    hume: Literal[1]
    version: Version
    signer: Principal  # of root_signers, under whom the signature has to verify
    signed_at: str
    not_after: str
    allowed_signers: Annotated[str, msgspec.Meta(max_length=MAX_LIST_CHARACTERS)]
    revoked: Annotated[bytes, msgspec.Meta(max_length=MAX_LIST_CHARACTERS)]  # a list of keys, or one of ssh-keygen -k
    policy: Annotated[str, msgspec.Meta(max_length=65_536)] = ""

    @property
    def until(self) -> datetime.datetime:
        """Until when it counts."""
        return manifest.moment(self.not_after)

    @property
    def signers(self) -> list[allowed.Signer]:
        """Whom it names."""
        return allowed.read(self.allowed_signers, "allowed_signers")


def pack(bundle: Bundle) -> bytes:
    """Return the line that is signed; raise BundleError for one that no host would take."""
    line = msgspec.json.encode(bundle) + b"\n"
    read(line)
    return line


def unpack(data: bytes) -> tuple[Bundle, Envelope]:
    """Return what a bundle says, and what has to be verified of it; raise BundleError when it is none."""
    try:
        enclosed = envelope.unpack(data, MAX_BUNDLE_BYTES)
    except SignatureError as error:
        raise BundleError("malformed", f"this is no trust bundle: {error}") from None
    return read(enclosed.signed), enclosed


def read(line: bytes) -> Bundle:
    """Return what the signed line says; raise BundleError where it says something that would leave a host without a reliable list."""
    try:
        if len(line) > MAX_BUNDLE_BYTES:
            raise ValueError(f"more than {MAX_BUNDLE_BYTES} bytes")
        found = msgspec.json.decode(line, type=Bundle)
        manifest.moment(found.signed_at), manifest.moment(found.not_after)
        found.allowed_signers.encode(), found.policy.encode()
        allowed.read(found.allowed_signers, "allowed_signers")
        settings.parse(found.policy, PolicySettings, "policy.toml")
    except (msgspec.MsgspecError, ValueError, RecursionError, ConfigError) as error:
        what = " ".join(str(error).split())[:300]
        raise BundleError("malformed", f"this trust bundle cannot be used: {what}") from None
    return found


def check(found: Bundle, before: tuple[Bundle, bytes] | None, line: bytes, now: datetime.datetime) -> bool:
    """Tell whether this bundle follows what is in force (with the line that was signed); False: it is that one.

    Raises BundleError for what is over, or older than what was there.
    """
    if now > found.until:
        raise BundleError("expired", f"version {found.version} was good until {found.not_after}: publish a new one")
    if before is None:
        return True
    known, known_line = before
    if found.version < known.version:
        raise BundleError("rolled-back", f"it is version {found.version}; version {known.version} is in force here")
    if found.version == known.version and line != known_line:
        raise BundleError("rolled-back", f"version {found.version} with other content is in force here")
    return found.version > known.version
