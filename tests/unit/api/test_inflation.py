# SPDX-License-Identifier: MIT
"""Compressed reports: what was packed comes out, and nothing else costs memory."""

import pytest
import zstandard

from humeops.api import inflation
from humeops.errors import MalformedEventError
from humeops.wire.batch import MAX_BATCH_BYTES


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_what_is_not_compressed_is_left_as_it_is(encoding):
    assert inflation.plain(b"{}", encoding) == b"{}"


def test_what_was_packed_comes_out():
    body = b"x" * MAX_BATCH_BYTES

    assert inflation.plain(zstandard.compress(body), "zstd") == body


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"{}", "zstd"),
        (b"{}", "gzip"),
        (zstandard.compress(b"x" * 1_000)[:-3] + b"\xff\xff\xff", "zstd"),
        (zstandard.compress(b"x" * (MAX_BATCH_BYTES + 1)), "zstd"),
        (zstandard.compress(bytes(200_000_000)), "zstd"),
    ],
    ids=["no-zstd", "another", "broken", "too-large", "bomb"],
)
def test_what_is_no_batch_is_refused(body, encoding):
    with pytest.raises(MalformedEventError):
        inflation.plain(body, encoding)
