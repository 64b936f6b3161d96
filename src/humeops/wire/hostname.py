# SPDX-License-Identifier: MIT
"""Names of hosts: as in docs/protocol.md, Names, with no space anywhere, since people write HOST:TASK. Pure."""

import re
from typing import Annotated

import msgspec

from humeops.errors import ConfigError

MAX_HOST = 255
# No space of any kind, and nothing that a name may not hold (humeops.wire.codec; a test compares the two).
_FORM = r"^[^\s:/,=\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]+\Z"

Host = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_HOST, pattern=_FORM)]


def is_host(text: str) -> bool:
    """Tell whether a host may report under this name."""
    return len(text) <= MAX_HOST and re.match(_FORM, text) is not None


def mend(machine: str) -> str:
    """Return the name under which a machine of this name reports when nobody chose another."""
    mended = "".join(letter if is_host(letter) else "_" for letter in machine[:MAX_HOST])
    return mended or "localhost"


def check(text: str, setting: str) -> str:
    """Return the name that was chosen in this setting, or raise ConfigError."""
    if is_host(text):
        return text
    raise ConfigError(
        f"`{setting}`: {text[:80]!a} cannot be a host's name: 1 to {MAX_HOST} characters, without spaces, `:`, `/`, `,`, `=` "
        "and control characters; leave it out for the machine's own name"
    )
