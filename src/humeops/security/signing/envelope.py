# SPDX-License-Identifier: MIT
"""Where a signature stands: in `SCRIPT.sig` beside the script, or in a block of comments at its end. Pure.

The content is the same: the manifest, one line, and behind it the signature as `ssh-keygen -Y sign` writes it. A block is all
comments and reaches to the end of the script; what is hashed is everything before it, so nothing that runs is left out.
"""

import re
from typing import NamedTuple

from humeops.security.signing.manifest import MAX_BYTES, SignatureError

SUFFIX = ".sig"
MAX_ENVELOPE_BYTES = 2 * MAX_BYTES
_BEGIN = b"# hume signature\n"
_MARK = b"# "
_BLOCK = re.compile(rb"(?:# [ -~]*\n)+")
_FIRST = b"-----BEGIN SSH SIGNATURE-----\n"
_LAST = b"-----END SSH SIGNATURE-----\n"


class Envelope(NamedTuple):
    """The signed line, and its signature."""

    signed: bytes
    signature: bytes


def pack(envelope: Envelope) -> bytes:
    """Return what stands beside a script."""
    return envelope.signed + envelope.signature


def unpack(data: bytes, most: int = MAX_ENVELOPE_BYTES) -> Envelope:
    """Return what was signed and its signature; raise SignatureError when it is anything else, or more."""
    line, feed, signature = data.partition(b"\n")
    if len(data) > most or not feed or not signature.startswith(_FIRST) or not signature.endswith(_LAST):
        raise SignatureError("malformed", "what stands there is no manifest with a signature")
    if signature.count(b"-----") != 4:
        raise SignatureError("malformed", "there is more than one signature")
    return Envelope(line + feed, signature)


def pack_inside(script: bytes, envelope: Envelope) -> bytes:
    """Return the script with the block at its end; what is hashed is `content_of` it."""
    lines = pack(envelope).splitlines(keepends=True)
    return content_of(script) + _BEGIN + b"".join(_MARK + line for line in lines)


def split(script: bytes) -> tuple[bytes, bytes | None]:
    """Return the script's content, and what its block holds; None: it has no block."""
    at = script.find(b"\n" + _BEGIN)
    if at < 0:
        return script, None
    content, block = script[: at + 1], script[at + 1 + len(_BEGIN) :]
    # Printable alone: what hides behind a carriage return is another line to some interpreters, and would run.
    if not _BLOCK.fullmatch(block):
        raise SignatureError("malformed", "behind its block of comments there is more, which no signature covers")
    return content, b"".join(line.removeprefix(_MARK) + b"\n" for line in block.split(b"\n")[:-1])


def content_of(script: bytes) -> bytes:
    """Return what is hashed of a script that is to get a block: ended by a line feed, without an earlier block."""
    content, _ = split(script)
    return content if content.endswith(b"\n") else content + b"\n"
