# SPDX-License-Identifier: MIT
"""Signing whom hosts are to believe: on the machine of whoever holds the key, so that central never could.

What is wrong with the lists is found here, before anything is signed: hosts that cannot read a list believe nobody.
"""

import datetime
import pathlib
import tempfile
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import click

from humeops import wholefile
from humeops.api import trustviews
from humeops.cli import client, keys, signing
from humeops.cli.client import NotFoundError
from humeops.cli.phrases import plural
from humeops.errors import ConfigError, Exit, explain
from humeops.security.signing import bundle, installing, sealing, sshsig
from humeops.security.signing.bundle import Bundle, BundleError
from humeops.security.signing.envelope import Envelope, pack
from humeops.security.signing.policy import NAMESPACE

_NS_PER_US = 1_000


class Before(NamedTuple):
    """A bundle that is there, and what has to be verified of it: whoever holds central may have put it there."""

    bundle: Bundle
    enclosed: Envelope


class Goal(Protocol):
    """Where a bundle goes."""

    def before(self) -> Before | None:
        """Return the bundle that is there already."""
        ...

    def put(self, data: bytes) -> str:
        """Put this one in its place; return where it is."""
        ...


class ToCentral:
    """Central hands it out."""

    def __init__(self, central: client.Central) -> None:
        self._central = central

    def before(self) -> Before | None:
        try:
            found = self._central.fetch("trust", trustviews.TrustView)
        except NotFoundError:
            return None
        return Before(*bundle.unpack(found.bundle.encode()))

    def put(self, data: bytes) -> str:
        self._central.send("trust", trustviews.TrustView, trustviews.NewTrust(data.decode()), "PUT")
        return f"handed out by {self._central.url}"


class ToFile:
    """It lies in a file, to be brought to hosts."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path

    def before(self) -> Before | None:
        try:
            return Before(*bundle.unpack(sealing.read_once(self._path, bundle.MAX_BUNDLE_BYTES)[0]))
        except FileNotFoundError:
            return None

    def put(self, data: bytes) -> str:
        try:
            with wholefile.appearing(self._path) as draft:
                draft.write_bytes(data)
                draft.chmod(0o644)
        except OSError as error:
            raise ConfigError(explain(error)) from None
        return f"in {self._path}"


def publish(
    source: pathlib.Path, key: str | None, signer: str | None, span: int, number: int | None, goal: Goal
) -> int:
    """Sign the lists of this folder and put them there; raise HumeError, nothing put, where hosts would not take them."""
    path = keys.find(key)
    before = goal.before()
    moment = signing.now().replace(microsecond=0)
    until = _until(moment, span)
    made = Bundle(
        1,
        number or _next_number(before, source, path),
        signer or keys.owner(path),
        moment.isoformat(),
        until.isoformat(),
        _text(source / "allowed_signers"),
        _read(source / "revoked"),
        _text(source / "policy.toml", b""),
    )
    line = bundle.pack(made)
    enclosed = Envelope(line, sshsig.sign(line, path, bundle.NAMESPACE))
    _check_as_a_host_does(made, enclosed, keys.public(path))
    where = goal.put(pack(enclosed))
    print(f"version {made.version}, signed by {made.signer}, good until {made.not_after}: {where}")
    for text in changes(before.bundle if before else None, made):
        print(f"  {text}")
    return Exit.OK


def _next_number(before: Before | None, source: pathlib.Path, key: pathlib.Path) -> int:
    """Return one more than what is there; raise UsageError where nobody knows that a root signer counted so far.

    Numbers end. Central could say a number so high that none follows, and hosts would take no bundle any more.
    """
    if before is None:
        return 1
    last = before.bundle
    with tempfile.TemporaryDirectory(prefix="hume-publish-") as folder:
        own = pathlib.Path(folder, installing.ROOTS)
        own.write_text(f"{last.signer} {keys.public(key)}\n")
        try:
            roots = source / installing.ROOTS
            installing.verify(last, before.enclosed, roots if roots.exists() else own, None)
        except BundleError:
            raise click.UsageError(
                f"version {last.version} is there, and your key did not sign it: put {installing.ROOTS} into {source} so that it "
                f"can be checked who did, or give the number of yours with --number"
            ) from None
    return last.version + 1


def changes(before: Bundle | None, made: Bundle) -> Iterator[str]:
    """Yield what differs from the bundle before, in words; and what is worth a thought."""
    old = {(name, one.key) for one in (before.signers if before else ()) for name in one.names}
    new = {(name, one.key) for one in made.signers for name in one.names}
    yield plural(len(new), "signer")
    yield from (f"+ {name}" for name, _ in sorted(new - old))
    yield from (f"- {name}" for name, _ in sorted(old - new))
    if before is not None and before.revoked != made.revoked:
        yield "the list of revoked keys changed"
    if before is not None and before.policy != made.policy:
        yield "the policy changed"
    for name in sorted({name for one in made.signers if not one.namespaces for name in one.names}):
        yield f'{name} has no namespaces="{NAMESPACE}": whatever that key signs, mails and commits too, counts'


def _until(moment: datetime.datetime, span: int) -> datetime.datetime:
    try:
        return moment + datetime.timedelta(microseconds=span // _NS_PER_US)
    except OverflowError:
        raise click.UsageError("--for: so long nobody keeps a key; 26w is usual") from None


def _text(path: pathlib.Path, absent: bytes | None = None) -> str:
    try:
        return _read(path, absent).decode()
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8") from None


def _read(path: pathlib.Path, absent: bytes | None = None) -> bytes:
    try:
        return sealing.read_once(path, bundle.MAX_LIST_CHARACTERS)[0]
    except FileNotFoundError as error:
        if absent is not None:
            return absent
        raise ConfigError(f"{explain(error)}; an empty file says that there are none") from None
    except OSError as error:
        raise ConfigError(explain(error)) from None


def _check_as_a_host_does(made: Bundle, enclosed: Envelope, public: str) -> None:
    with tempfile.TemporaryDirectory(prefix="hume-publish-") as folder:
        place = pathlib.Path(folder)
        roots = place / installing.ROOTS
        roots.write_text(f"{made.signer} {public}\n")
        installing.verify(made, enclosed, roots, None)
        installing.write_lists(made, place)
        installing.check_own_list(made, enclosed, roots, place)
