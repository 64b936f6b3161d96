# SPDX-License-Identifier: MIT
"""Over his rate a user's requests wait in his own line, in order, and come out when they are due."""

from humeops.daemon.door import Peer, Request
from humeops.daemon.guard.throttle import MAX_HELD, Place, Throttle
from humeops.daemon.sayer import Sayer

SECOND = 1_000_000_000
ALICE, BOB = 1000, 1001


def request(uid, body=b"x"):
    return Request(Peer(0, b"peer"), Sayer(uid, 1, "ipc"), body)


def test_a_burst_passes_and_what_is_over_it_waits():
    throttle = Throttle(10, 3)

    assert [throttle.place(request(ALICE), 0) for _ in range(4)] == [Place.NOW] * 3 + [Place.HELD]
    assert throttle.place(request(BOB), 0) is Place.NOW


def test_what_waits_comes_out_at_the_rate_and_in_order():
    throttle = Throttle(10, 1)
    for number in range(4):
        throttle.place(request(ALICE, b"%d" % number), 0)

    assert throttle.patience_ns(0) == SECOND // 10
    assert throttle.take_due(SECOND // 20, 10) == []
    assert [one.body for one in throttle.take_due(SECOND // 10, 10)] == [b"1"]
    assert [one.body for one in throttle.take_due(SECOND // 5, 10)] == [b"2"]
    assert [one.body for one in throttle.take_all()] == [b"3"]
    assert throttle.patience_ns(0) is None


def test_nobody_overtakes_in_his_own_line():
    throttle = Throttle(10, 1)
    throttle.place(request(ALICE, b"0"), 0)
    throttle.place(request(ALICE, b"1"), 0)

    assert throttle.place(request(ALICE, b"2"), SECOND) is Place.HELD


def test_a_line_is_bounded_in_number_and_bytes():
    by_number, by_bytes = Throttle(1, 1), Throttle(1, 1)

    number = [by_number.place(request(ALICE), 0) for _ in range(MAX_HELD + 2)]
    size = [by_bytes.place(request(ALICE, bytes(65_536)), 0) for _ in range(80)]

    assert (number.count(Place.HELD), number[-1]) == (MAX_HELD, Place.FULL)
    assert size.count(Place.FULL) > 0


def test_without_a_rate_nothing_waits():
    throttle = Throttle(0, 1)

    assert {throttle.place(request(ALICE), 0) for _ in range(1_000)} == {Place.NOW}
