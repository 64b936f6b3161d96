# SPDX-License-Identifier: MIT
"""The body of a report as it was before it was compressed. Whatever the bytes, no more than a batch comes out of them."""

import io

import zstandard

from humeops.errors import MalformedEventError
from humeops.wire.batch import MAX_BATCH_BYTES

# What zstd needs for a batch; a frame that asks for more memory is somebody's trick.
_MOST_WINDOW_BYTES = 8 * 1_048_576


def plain(body: bytes, encoding: str) -> bytes:
    """Return the batch in this body; raise MalformedEventError when it is not what it says, or too large."""
    if encoding in ("", "identity"):
        return body
    if encoding != "zstd":
        raise MalformedEventError("Content-Encoding: only zstd is known")
    unpacker = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW_BYTES)
    try:
        with unpacker.stream_reader(io.BytesIO(body)) as reader:
            found = reader.read(MAX_BATCH_BYTES + 1)
    except zstandard.ZstdError as error:
        raise MalformedEventError("the body is not compressed with zstd as it says") from error
    if len(found) > MAX_BATCH_BYTES:
        raise MalformedEventError(f"the batch has more than {MAX_BATCH_BYTES} bytes when it is unpacked")
    return found
