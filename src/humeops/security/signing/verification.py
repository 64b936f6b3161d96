# SPDX-License-Identifier: MIT
"""Is this script, as it lies there now, one that may run here? Everything is asked of bytes that were read once.

The order is that of trust: the signature first, over the manifest as it stands; then what the manifest says; then the script's bytes
against it; then what it sources; last the version, which is remembered only when all else held.
"""

import datetime
import hashlib
import os
import pathlib
from collections.abc import Sequence
from typing import NamedTuple

from humeops.errors import GivenError, HumeError, explain
from humeops.security.signing import envelope, firstline, manifest, sealing, sshsig, trust
from humeops.security.signing.manifest import Manifest, SignatureError
from humeops.security.signing.trust import Trust
from humeops.security.signing.versions import Versions


class Script(NamedTuple):
    """What was read of a script, once."""

    path: pathlib.Path
    name: str
    data: bytes  # all of it, as it is to run
    content: bytes  # what is hashed
    enclosed: bytes | None  # the signature in or beside it; None: there is none
    fault: str = ""  # why its block, or what stands beside it, could not be read

    @property
    def sha256(self) -> str:
        """The hash of what it is without its own signature."""
        return hashlib.sha256(self.content).hexdigest()


class Verified(NamedTuple):
    """A script that verifies: what was signed, and with which key."""

    manifest: Manifest
    fingerprint: str


class Call(NamedTuple):
    """How it is to run."""

    arguments: Sequence[str]
    host: str
    now: datetime.datetime


def read(path: pathlib.Path) -> Script:
    """Read script and signature, each once; raise HumeError when there is no script to read."""
    try:
        data, _ = sealing.read_once(path)
    except OSError as error:
        raise GivenError(explain(error)) from None
    try:
        content, enclosed = envelope.split(data)
        if enclosed is None:
            enclosed = _read_beside(path)
    except SignatureError as error:
        # A fault of the signature alone: what is done with the script is for the policy to say.
        return Script(path, path.name, data, data, b"", str(error))
    return Script(path, path.name, data, content, enclosed)


def _read_beside(path: pathlib.Path) -> bytes | None:
    try:
        return sealing.read_once(path.with_name(path.name + envelope.SUFFIX), envelope.MAX_ENVELOPE_BYTES)[0]
    except FileNotFoundError:
        return None
    except (OSError, HumeError) as error:
        raise SignatureError("malformed", f"its signature cannot be read: {error}") from None


def verify(script: Script, call: Call, believed: Trust, versions: Versions, *, remember: bool) -> Verified:
    """Return what was signed; raise SignatureError, of one word and one sentence, for whatever does not hold."""
    if believed.is_over(call.now):
        raise SignatureError(
            "outdated", f"whom this host believes was good until {believed.until}: hume signers update, as root"
        )
    if script.fault:
        raise SignatureError("malformed", script.fault)
    if script.enclosed is None:
        raise SignatureError(
            "unsigned", f"it is not signed: there is no {script.name}{envelope.SUFFIX}, and no block in it"
        )
    enclosed = envelope.unpack(script.enclosed)
    found = manifest.unpack(enclosed.signed)
    key = sshsig.verify(enclosed, found.signer, believed.settings.namespace, believed.allowed, believed.revoked)
    manifest.check(found, script.name, call.arguments, call.host, call.now)
    if script.sha256 != found.sha256:
        raise SignatureError("changed", f"it changed since {found.signer} signed it at {found.signed_at}")
    for path, sha256 in found.sources.items():
        _check_source(pathlib.Path(path), sha256)
    if remember:
        versions.note(found, script.path)
    else:
        versions.check(found, script.path)
    return Verified(found, key)


def _check_source(path: pathlib.Path, sha256: str) -> None:
    try:
        data, _ = sealing.read_once(path)
        # Only what nobody else can change is still the same when the script reads it.
        other = trust.changeable_by_others(path, (os.geteuid(),))
    except (OSError, HumeError) as error:
        raise SignatureError("source", f"what it sources cannot be read: {error}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise SignatureError("source", f"{path}, which it sources, changed since it was signed")
    if other is not None:
        raise SignatureError("source", f"{path}, which it sources, may be changed by others: {other}")


def interpreter_of(script: Script, search: str) -> list[str]:
    """Return what runs a script that does not verify: what its manifest says, if it can be read, else what the system would take.

    That is nothing for a program. Raises GivenError where it leads nowhere, or is hume itself.
    """
    try:
        found = manifest.unpack(envelope.unpack(script.enclosed or b"").signed).interpreter
    except SignatureError:
        return firstline.runner_of(script.data, search)
    if firstline.leads_back(found):
        raise GivenError("its manifest names hume, and no interpreter")
    return found
