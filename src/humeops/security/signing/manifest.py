# SPDX-License-Identifier: MIT
"""What a signature says of a script: not only its bytes, but its name, version, interpreter, arguments, end and hosts. Pure.

An SSH signature alone covers bytes and a namespace. So the manifest is what is signed, and it names the script by its SHA-256.
"""

import datetime
import fnmatch
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

from humeops.errors import HumeError

MAX_BYTES = 65_536
_NAME = r"[\w.@+-][\w.@+ -]{0,63}"
_PRINCIPAL = r"[A-Za-z0-9._@+-]{1,255}"
_SHA256 = r"^[0-9a-f]{64}$"

Name = Annotated[str, msgspec.Meta(pattern=f"^{_NAME}$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=_SHA256)]
Absolute = Annotated[str, msgspec.Meta(pattern=r"^/[^\x00\n]+$", max_length=4_096)]
Glob = Annotated[str, msgspec.Meta(min_length=1, max_length=1_024)]
Principal = Annotated[str, msgspec.Meta(pattern=f"^{_PRINCIPAL}$")]
Variable = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
# What an interpreter, the loader or the C library would obey; no manifest may let these through.
FORBIDDEN_VARIABLES = (
    "LD_*", "PYTHON*", "_PYTHON*", "OPENSSL_*", "PERL*", "RUBY*", "NODE_*", "BASH*", "ENV", "IFS", "PATH", "SHELLOPTS", "PS4", "GCONV_PATH", "GLIBC_*",
    "MALLOC_*", "LOCPATH", "NLSPATH", "TERMINFO*", "CDPATH", "GLOBIGNORE", "ZDOTDIR", "FPATH", "HUME_*",
    "LUA_INIT*", "LUA_PATH*", "LUA_CPATH*", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "PHPRC", "PHP_INI_SCAN_DIR",
    "TCLLIBPATH", "AWKPATH", "AWKLIBPATH", "GUILE_LOAD*", "JULIA_*", "ERL_*", "DOTNET_STARTUP_HOOKS", "CORECLR_*", "R_PROFILE*", "R_ENVIRON*",
)  # fmt: skip


class SignatureError(HumeError):
    """The script does not verify; `kind` is one word for programs, the text one sentence for people."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Manifest(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What was signed; `signer` is the principal of allowed_signers under which the signature has to verify."""

    hume: Literal[1]
    name: Name
    sha256: Sha256
    version: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    signer: Principal
    signed_at: str
    interpreter: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=4_096)]], msgspec.Meta(min_length=1, max_length=16)
    ]
    arguments: Annotated[list[Glob], msgspec.Meta(max_length=64)] | None = (
        None  # none: any; each argument must match one
    )
    not_after: str | None = None
    hosts: Annotated[list[Glob], msgspec.Meta(max_length=256)] = []  # none: any
    sources: Annotated[dict[Absolute, Sha256], msgspec.Meta(max_length=256)] = {}
    environment: Annotated[list[Variable], msgspec.Meta(max_length=64)] = []  # what of the caller's is let through


def pack(manifest: Manifest) -> bytes:
    """Return the line that is signed, with its line feed."""
    return msgspec.json.encode(manifest) + b"\n"


def unpack(line: bytes) -> Manifest:
    """Return what this line says; raise SignatureError when it is no manifest."""
    try:
        if len(line) > MAX_BYTES:
            raise ValueError("too long")
        found = msgspec.json.decode(line, type=Manifest)
        moments = [moment(text) for text in (found.signed_at, found.not_after) if text is not None]
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise SignatureError(
            "malformed", f"its manifest cannot be read: {' '.join(str(error).split())[:200]}"
        ) from None
    if not moments or not found.interpreter[0].startswith("/"):
        raise SignatureError("malformed", "its manifest names no interpreter by its whole path")
    if wrong := next((name for name in found.environment if is_forbidden(name)), None):
        raise SignatureError("malformed", f"its manifest lets {wrong} through, which an interpreter would obey")
    return found


def is_name(text: str) -> bool:
    """Tell whether a signed script may be called this."""
    return re.fullmatch(_NAME, text) is not None


def is_principal(text: str) -> bool:
    """Tell whether who signs may be called this."""
    return re.fullmatch(_PRINCIPAL, text) is not None


def is_forbidden(variable: str) -> bool:
    """Tell whether no manifest may let this variable through."""
    return any(fnmatch.fnmatchcase(variable, form) for form in FORBIDDEN_VARIABLES)


def moment(text: str) -> datetime.datetime:
    """Return the moment that this text names; raise ValueError for anything without a time zone."""
    found = datetime.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return found


def check(found: Manifest, name: str, arguments: Sequence[str], host: str, now: datetime.datetime) -> None:
    """Raise SignatureError when this manifest does not cover such a call."""
    if found.name != name:
        raise SignatureError("name", f"it was signed as {found.name}, not as {name}")
    if found.not_after is not None and now > moment(found.not_after):
        raise SignatureError("expired", f"its signature was good until {found.not_after}")
    if found.hosts and not _matches(host, found.hosts):
        raise SignatureError("host", f"it was signed for {', '.join(found.hosts)}, not for {host}")
    if found.arguments is not None:
        for argument in arguments:
            if not _matches_argument(argument, found.arguments):
                raise SignatureError("arguments", f"the argument {argument!a} is not one it was signed for")


def _matches(text: str, globs: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(text, glob) for glob in globs)


def _matches_argument(text: str, globs: Sequence[str]) -> bool:
    # A star stands for slashes too; who signs /srv/* means what is below /srv, wherever `..` leads.
    return any(fnmatch.fnmatchcase(text, glob) and (_climbs(glob) or not _climbs(text)) for glob in globs)


def _climbs(text: str) -> bool:
    return ".." in text.split("/")


def environment_of(found: Manifest, given: Mapping[str, str]) -> dict[str, str]:
    """Return the caller's variables that the manifest lets through."""
    return {name: given[name] for name in found.environment if name in given}
