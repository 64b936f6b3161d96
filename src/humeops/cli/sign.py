# SPDX-License-Identifier: MIT
"""`hume sign`: sign a script with one's own OpenSSH key, beside it or inside it."""

import datetime
import os
import pathlib
import shlex
from collections.abc import Sequence

import click

from humeops import wholefile
from humeops.cli import keys, options, signing
from humeops.errors import GivenError, explain
from humeops.security.signing import envelope, firstline, manifest, policy, sealing, sshsig, starting, verification
from humeops.security.signing.envelope import Envelope
from humeops.security.signing.manifest import Manifest, SignatureError
from humeops.security.signing.verification import Script


@click.command("sign")
@click.argument("script", type=options.filled)
@click.option("--key", metavar="FILE", help="Your key, or its .pub while an agent has it [of ~/.ssh].")
@click.option("--as", "signer", metavar="NAME", help="Who you are in allowed_signers [the comment of the key].")
@click.option("--interpreter", metavar="COMMAND", help="What runs it, with its whole path [its #! line].")
@click.option("--argument", "globs", multiple=True, metavar="GLOB", help="Each argument must match one of these.")
@click.option("--no-arguments", is_flag=True, help="It takes none.")
@click.option("--source", "sources", multiple=True, metavar="FILE", help="A file that it sources, by its whole path.")
@click.option("--host", "hosts", multiple=True, metavar="GLOB", help="Only on these hosts.")
@click.option("--for", "span", type=options.some_span, metavar="SPAN", help="Good for so long, as in 52w.")
@click.option("--env", "variables", multiple=True, metavar="NAME", help="A variable of the caller that it gets.")
@click.option("--number", type=click.IntRange(1), metavar="N", help="Its version [one more than it had].")
@click.option("--namespace", metavar="TEXT", default=policy.NAMESPACE, show_default=True, help="As policy.toml has it.")
@click.option("--inside", is_flag=True, help="At the end of the script, as comments, instead of SCRIPT.sig.")
def command(
    script: str,
    key: str | None,
    signer: str | None,
    interpreter: str | None,
    globs: Sequence[str],
    no_arguments: bool,
    sources: Sequence[str],
    hosts: Sequence[str],
    span: int | None,
    variables: Sequence[str],
    number: int | None,
    namespace: str,
    inside: bool,
) -> int:
    """Sign SCRIPT with your own OpenSSH key: its content, name, version, interpreter and whatever else is given.

    The key may be an agent's or a FIDO token's. What is signed: docs/guide/signing.md.
    """
    if no_arguments and globs:
        raise click.UsageError("--argument beside --no-arguments: one of them is too many")
    read = verification.read(pathlib.Path(script))
    inside = inside or read.content != read.data
    _check(read, inside=inside)
    path = keys.find(key)
    moment = signing.now().replace(microsecond=0)
    content = envelope.content_of(read.data) if inside else read.data
    signed = Manifest(
        1,
        read.name,
        read._replace(content=content).sha256,
        number or _version_before(read) + 1,
        _principal(keys.owner(path) if signer is None else signer),
        moment.isoformat(),
        interpreter_of(read) if interpreter is None else _words(interpreter),
        [] if no_arguments else list(globs) or None,
        _until(moment, span) if span else None,
        list(hosts),
        dict(map(_source, sources)),
        list(variables),
    )
    line = _pack(signed)
    made = Envelope(line, sshsig.sign(line, path, namespace))
    where = _put(read, made, inside=inside)
    print(f"{where}: version {signed.version}, signed as {signed.signer}")
    return 0


def _check(read: Script, *, inside: bool) -> None:
    """Raise GivenError for a script that no host would run, however it is signed, or that would be another one afterwards."""
    if read.fault:
        raise GivenError(f"{read.path}: not signed, for no host would run it: {read.fault}; remove that first")
    if inside and read.path.is_symlink():
        # What is renamed into its place would end the link, and leave the script itself as it is.
        raise GivenError(f"{read.path}: a link; inside, sign the script itself: {read.path.resolve()}")
    if not manifest.is_name(read.name):
        text = "the name of a signed script has up to 64 letters, digits, spaces and . _ @ + -; rename it"
        raise GivenError(f"{read.path}: {text}")


def _principal(name: str) -> str:
    if not manifest.is_principal(name):
        text = "who signs is named by up to 255 of A-Z a-z 0-9 . _ @ + -, as in allowed_signers; say it with --as"
        raise GivenError(f"{name[:300]!a}: {text}")
    return name


def _until(moment: datetime.datetime, span: int) -> str:
    try:
        return (moment + datetime.timedelta(microseconds=span // 1000)).isoformat()
    except OverflowError:
        raise click.UsageError("--for: so long nobody keeps a key; 52w is usual") from None


def _words(interpreter: str) -> list[str]:
    try:
        return shlex.split(interpreter) or [""]
    except ValueError as error:
        raise GivenError(f"--interpreter {interpreter!a}: {error}") from None


def _pack(signed: Manifest) -> bytes:
    """Return the line to be signed; whatever no host would accept is not signed."""
    line = manifest.pack(signed)
    try:
        manifest.unpack(line)
    except SignatureError as error:
        raise GivenError(f"not signed, for no host would run it: {error}") from None
    return line


def _put(read: Script, made: Envelope, *, inside: bool) -> pathlib.Path:
    where = read.path if inside else read.path.with_name(read.name + envelope.SUFFIX)
    mode = read.path.stat().st_mode & 0o7777 if inside else 0o644
    with wholefile.appearing(where) as draft:
        draft.write_bytes(envelope.pack_inside(read.data, made) if inside else envelope.pack(made))
        draft.chmod(mode)
        if inside:
            _keep_owner(draft, read.path)
    return where


def _keep_owner(draft: pathlib.Path, script: pathlib.Path) -> None:
    found = script.stat()
    if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
        os.chown(draft, found.st_uid, found.st_gid)


def _version_before(read: Script) -> int:
    if not read.enclosed:
        return 0
    try:
        return manifest.unpack(envelope.unpack(read.enclosed).signed).version
    except SignatureError as error:
        raise GivenError(f"{read.path}: {error}; give its version with --number") from None


def interpreter_of(read: Script) -> list[str]:
    """Return what the first line names, by its whole path; raise HumeError where it names none."""
    try:
        return firstline.interpreter_of(read.data, starting.PATH)
    except GivenError as error:
        raise GivenError(f"{read.path}: {error}: give it with --interpreter /bin/sh") from None


def _source(name: str) -> tuple[str, str]:
    path = pathlib.Path(name)
    if not path.is_absolute():
        raise click.UsageError(f"--source {name!a}: its whole path, as the script says it")
    try:
        data, _ = sealing.read_once(path)
    except OSError as error:
        raise GivenError(f"--source {explain(error)}") from None
    return name, Script(path, path.name, data, data, None).sha256
