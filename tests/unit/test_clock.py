# SPDX-License-Identifier: MIT
"""A clock that stands before 1970, at each who reads one or is told a time by one."""

import pytest

from humeops.central.intake import Agent, open_parcel
from humeops.clock import SystemClock
from humeops.errors import MalformedEventError
from humeops.wire import batch, codec
from tests.unit.daemon.sayings import id_of, say

EPOCH = "0b9c1d2e-0000-4000-8000-000000000001"


@pytest.mark.parametrize(("read", "told"), [(-5, 0), (-(2**62), 0), (0, 0), (7, 7)])
def test_a_clock_before_1970_reads_0(read, told):
    assert SystemClock(lambda: read).wall_ns() == told


@pytest.mark.parametrize("member", ["time", "mono"])
def test_humed_refuses_an_event_of_a_time_before_1970(member):
    with pytest.raises(MalformedEventError, match=member):
        codec.decode(say("log", **{member: -1}))


def test_central_sets_such_an_event_apart_and_takes_the_others():
    bodies = [say(), say(time=-1), say()]
    body = batch.pack_batch(EPOCH, 1, 0, enumerate(bodies, 1))

    parcel = open_parcel(Agent(1, "web1"), batch.unpack_batch(body), 0)

    assert [event.id for _, event, _ in parcel.events] == [id_of(bodies[0]), id_of(bodies[2])]
    assert [(seq, raw) for seq, raw, _ in parcel.dead] == [(2, bodies[1])]
    assert "time" in parcel.dead[0][2]
