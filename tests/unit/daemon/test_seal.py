# SPDX-License-Identifier: MIT
"""A seal fits one event under one number, and nothing that is one bit away from it."""

import pytest

from humeops.daemon.seal import SIZE, find_sealed, make_seal

BODY = b'{"v":1,"id":"x"}'


@pytest.mark.parametrize("seq", [1, 2**40, 2**63 - 1])
def test_a_sealed_event_is_found_where_it_lies(seq):
    data = b"before" + make_seal(seq, BODY) + BODY + b"after"

    assert find_sealed(data, 6 + SIZE) == (seq, BODY)


def test_no_flipped_bit_goes_unnoticed():
    data = make_seal(7, BODY) + BODY

    for bit in range(len(data) * 8):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        assert find_sealed(bytes(damaged), SIZE) is None


def test_an_event_that_was_cut_off_is_none():
    data = make_seal(7, BODY) + BODY

    assert [find_sealed(data[:length], SIZE) for length in range(SIZE, len(data))] == [None] * len(BODY)


def test_an_event_at_the_very_beginning_has_no_seal():
    assert find_sealed(BODY, 0) is None
