# SPDX-License-Identifier: MIT
"""Where a signature stands: whatever the bytes, nothing that runs is left out of what is hashed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.security.signing import envelope
from humeops.security.signing.envelope import Envelope
from humeops.security.signing.manifest import SignatureError

MADE = Envelope(b'{"hume":1}\n', b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n")


def test_what_is_put_inside_is_found_again():
    script = b"#!/bin/sh\necho x"

    whole = envelope.pack_inside(script, MADE)
    content, enclosed = envelope.split(whole)

    assert content == script + b"\n"
    assert enclosed is not None
    assert envelope.unpack(enclosed) == MADE
    assert envelope.pack_inside(whole, MADE) == whole


@given(
    st.lists(
        st.sampled_from([b"echo x\n", b"# hume signature\n", b"# x\n", b"\n", b"\r", b"#", b" ", b"\x00"]) | st.binary()
    )
)
def test_what_is_hashed_and_what_is_left_out_are_the_whole_and_the_rest_is_comments(parts):
    script = b"".join(parts)
    try:
        content, enclosed = envelope.split(script)
    except SignatureError:
        return

    assert script.startswith(content)
    assert re.fullmatch(rb"(# [ -~]*\n)*", script[len(content) :])
    assert (enclosed is None) == (content == script)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}\n",
        MADE.signature,
        MADE.signed + MADE.signature + b"x",
        MADE.signed + MADE.signature + MADE.signature,
        MADE.signed + b"x" + MADE.signature,
        b"x" * 200_000,
    ],
)
def test_what_is_more_or_less_than_one_manifest_and_one_signature_is_none(data):
    with pytest.raises(SignatureError):
        envelope.unpack(data)
