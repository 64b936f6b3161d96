# SPDX-License-Identifier: MIT
"""The drop folder's file form: `HUME1 LENGTH CRC32 LF` and the event (docs/protocol.md, section 4).

Length and checksum tell a whole file from one that a power cut or a hostile hand left. Pure: bytes in, bytes out.
"""

import re
import zlib

from humeops.errors import MalformedEventError
from humeops.event import MAX_EVENT_BYTES

SUFFIX = ".hume"
QUARANTINE = "quarantine"  # humed's folder in the drop folder
MAX_FILE_BYTES = MAX_EVENT_BYTES + 32

_HEADER = re.compile(rb"HUME1 (0|[1-9][0-9]{0,5}) ([0-9a-f]{8})\n")
_FILE_NAME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.hume")


def is_drop_name(name: str) -> bool:
    """Tell whether a file of this name is a dropped event; all other names are none of humed's business."""
    return _FILE_NAME.fullmatch(name) is not None


def id_of(name: str) -> str:
    """Return the id of the event that a file of this name holds."""
    return name.removesuffix(SUFFIX)


def is_temporary_name(name: str) -> bool:
    """Tell whether a file of this name is one that its writer has not finished, `.ID.tmp`."""
    return name.startswith(".") and name.endswith(".tmp") and is_drop_name(f"{name[1:-4]}{SUFFIX}")


def is_foreign(name: str) -> bool:
    """Tell whether an entry of this name is neither hume's nor humed's; a disk of its own brings lost+found."""
    return not (is_drop_name(name) or is_temporary_name(name) or name in (QUARANTINE, "lost+found"))


def pack(event_bytes: bytes) -> bytes:
    """Return the content of the file that holds this event."""
    return b"HUME1 %d %08x\n%b" % (len(event_bytes), zlib.crc32(event_bytes), event_bytes)


def unpack(content: bytes) -> bytes:
    """Return the event's bytes, or raise MalformedEventError when the file is torn, altered or something else."""
    header = _HEADER.match(content)
    if header is None:
        raise MalformedEventError("not a dropped event: no HUME1 header")
    body = content[header.end() :]
    if len(body) != int(header[1]):
        raise MalformedEventError(f"dropped event is {len(body)} bytes, its header says {int(header[1])}")
    if zlib.crc32(body) != int(header[2], 16):
        raise MalformedEventError("dropped event does not match its checksum")
    return body
