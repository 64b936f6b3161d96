# SPDX-License-Identifier: MIT
"""Where a page of a list ended, as an opaque text: the sort key of its last row. Pure.

A cursor comes back from outside, so it is read as hostile: of the exact shape that the list expects, or refused.
"""

import base64
import binascii
from typing import Any

import msgspec

from humeops.errors import HumeError

_MAX_LENGTH = 2_000


class CursorError(HumeError):
    """This is not a cursor that this list gave out."""


def pack(*key: str | int) -> str:
    """Return the cursor for a page that ended at this sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def unpack(text: str, shape: Any) -> Any:
    """Return the sort key in this cursor, of this shape (a tuple type), or raise CursorError."""
    if len(text) > _MAX_LENGTH or not text.isascii():
        raise CursorError("not a cursor of this list")
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(packed, type=shape)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise CursorError("not a cursor of this list") from error
