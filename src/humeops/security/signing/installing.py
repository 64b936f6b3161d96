# SPDX-License-Identifier: MIT
"""A trust bundle on a host: verified against `root_signers`, which root put there once, then put in force as a whole, or not at all.

*Design.* The lists of a bundle are written into a folder of their own, `trust-VERSION`, and are verified there, beside what is in force.
Only then does the link `current` change, by one rename: whoever reads finds all of the old or all of the new. The folder before stays
until the next change, for those who are reading it. A crash before the rename leaves what was in force, and a draft that the next call
removes. Calls wait for each other at a lock that root alone can open.
"""

import contextlib
import datetime
import fcntl
import os
import pathlib
import secrets
import shutil
from collections.abc import Iterator
from typing import NamedTuple

from humeops import wholefile
from humeops.errors import ConfigError, NotAllowedError, explain
from humeops.security.signing import allowed, bundle, sshsig, trust
from humeops.security.signing.bundle import Bundle, BundleError
from humeops.security.signing.envelope import Envelope
from humeops.security.signing.manifest import SignatureError

ROOTS = "root_signers"
_LOCK = ".lock"
_DRAFT = ".draft-"


class Installed(NamedTuple):
    """What is in force, and the line of it that was signed."""

    bundle: Bundle
    line: bytes


class Outcome(NamedTuple):
    """The bundle that is in force now; whether it was another one before."""

    bundle: Bundle
    is_new: bool


def in_force(folder: pathlib.Path, owners: tuple[int, ...]) -> Installed | None:
    """Return the bundle that is in force here; None where there is none. ConfigError for one that is no more what was put there."""
    place = trust.in_force(folder, owners)
    if place is None:
        return None
    path = place / trust.BUNDLE
    trust.check_place(path, owners)
    try:
        found, enclosed = bundle.unpack(path.read_bytes())
    except BundleError as error:
        raise ConfigError(f"{path}: {error}; remove {folder / trust.CURRENT} and fetch it again") from None
    return Installed(found, enclosed.signed)


def install(data: bytes, folder: pathlib.Path, owners: tuple[int, ...], now: datetime.datetime) -> Outcome:
    """Put this bundle in force if it is to be believed and newer than what is; on return that is on stable storage.

    Raises BundleError for one that is not, ConfigError where the folder cannot be relied on; then nothing has changed.
    """
    found, enclosed = bundle.unpack(data)
    with _locked(folder, owners):
        _clear_drafts(folder)
        before = in_force(folder, owners)
        _verify(found, enclosed, folder, owners, trust.in_force(folder, owners))
        if not bundle.check(found, before, enclosed.signed, now):
            return Outcome(found, False)
        _put(found, enclosed, data, folder, owners)
    return Outcome(found, True)


def _verify(
    found: Bundle, enclosed: Envelope, folder: pathlib.Path, owners: tuple[int, ...], current: pathlib.Path | None
) -> None:
    roots = folder / ROOTS
    trust.check_place(roots, owners)
    allowed.check_exact(roots.read_bytes().decode("utf-8", "replace"), str(roots))
    revoked = current / "revoked" if current else None
    if revoked is not None:
        trust.check_place(revoked, owners)
    # A key of root_signers that was revoked by another one signs no more bundles.
    verify(found, enclosed, roots, revoked)


def verify(found: Bundle, enclosed: Envelope, roots: pathlib.Path, revoked: pathlib.Path | None) -> None:
    """Raise BundleError unless one of these signers, who is not revoked, signed it as a trust bundle."""
    try:
        sshsig.verify(enclosed, found.signer, bundle.NAMESPACE, roots, revoked)
    except SignatureError as error:
        raise BundleError(error.kind, f"the trust bundle is not to be believed: {error}") from None


def write_lists(found: Bundle, place: pathlib.Path) -> None:
    """Write the lists of a bundle into this folder, each on stable storage."""
    for name, content in (
        ("allowed_signers", found.allowed_signers.encode()),
        ("revoked", found.revoked),
        ("policy.toml", found.policy.encode()),
    ):
        _write(place / name, content)


def check_own_list(found: Bundle, enclosed: Envelope, roots: pathlib.Path, place: pathlib.Path) -> None:
    """Raise BundleError where the list of revoked keys cannot be read, or has the key that this bundle is signed with.

    Either way nothing would verify after it, no later bundle among it.
    """
    try:
        sshsig.verify(enclosed, found.signer, bundle.NAMESPACE, roots, place / "revoked")
    except SignatureError:
        text = f"its list of revoked keys cannot be read, or revokes the key of {found.signer}, who signed it"
        raise BundleError("malformed", text) from None


def _put(found: Bundle, enclosed: Envelope, data: bytes, folder: pathlib.Path, owners: tuple[int, ...]) -> None:
    draft = folder / f"{_DRAFT}{secrets.token_hex(4)}"
    draft.mkdir(mode=0o755)
    draft.chmod(0o755)
    try:
        write_lists(found, draft)
        _write(draft / trust.BUNDLE, data)
        check_own_list(found, enclosed, folder / ROOTS, draft)
        wholefile.sync(draft)
    except BaseException:
        _remove(draft)
        raise
    before = trust.in_force(folder, owners)
    place = folder / f"trust-{found.version}"
    _remove(place)  # of a call that was cut off before its rename
    draft.rename(place)
    link = folder / f"{_DRAFT}{secrets.token_hex(4)}"
    link.symlink_to(place.name)
    link.replace(folder / trust.CURRENT)
    wholefile.sync(folder)
    for old in folder.glob("trust-*"):
        if trust.GENERATION.fullmatch(old.name) and old not in (place, before):
            _remove(old)


def _write(path: pathlib.Path, content: bytes) -> None:
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _locked(folder: pathlib.Path, owners: tuple[int, ...]) -> Iterator[None]:
    try:
        trust.check_way(folder.absolute(), owners)
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except PermissionError as error:
        raise NotAllowedError(f"{explain(error)}: only its owner puts another bundle in force; do it as root") from None
    except OSError as error:
        raise ConfigError(f"{explain(error)}: it has to be there, with {ROOTS} in it (docs/guide/signing.md)") from None
    with os.fdopen(descriptor):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _clear_drafts(folder: pathlib.Path) -> None:
    for draft in folder.glob(f"{_DRAFT}*"):
        _remove(draft)


def _remove(path: pathlib.Path) -> None:
    if path.is_symlink():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
