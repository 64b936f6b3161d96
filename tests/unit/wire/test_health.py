# SPDX-License-Identifier: MIT
"""How a humed fares, on the wire: read back as it was said; of another form it costs its batch nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.wire import batch, health
from humeops.wire.health import Health

EPOCH = "0b9c1d2e-0000-4000-8000-000000000001"
SAID = Health(version="2.0", depth=12, oldest_age_seconds=3.5, open_runs=2, room="nothing")


@pytest.mark.parametrize(
    "body",
    [batch.pack_alive(EPOCH, 1, 0, health.pack(SAID)), batch.pack_batch(EPOCH, 1, 0, [], (), health.pack(SAID))],
    ids=["alone", "with events"],
)
def test_it_is_read_back_as_it_was_said(body):
    assert health.unpack(batch.unpack_batch(body).health) == SAID


def test_a_batch_without_it_says_nothing_of_it():
    assert health.unpack(batch.unpack_batch(batch.pack_alive(EPOCH, 1, 0)).health) is None


@pytest.mark.parametrize(
    "odd", [b"7", b"[]", b'{"depth":-1}', b'{"version":"%b"}' % (b"x" * 65), b'"%b"' % (b"x" * 9_000)]
)
def test_of_another_form_it_is_left_out_and_the_batch_is_read(odd):
    found = batch.unpack_batch(batch.pack_batch(EPOCH, 1, 0, [(1, b"{}")], (), odd))

    assert health.unpack(found.health) is None
    assert [seq for seq, _ in found.events] == [1]


@given(st.binary(max_size=200))
def test_whatever_the_bytes_it_is_a_health_or_none(raw):
    assert isinstance(health.unpack(raw), Health | None)
