# SPDX-License-Identifier: MIT
"""What waits is taken in the order in which it was said, and what one connection said in its own."""

from hypothesis import given
from hypothesis import strategies as st

from humeops.daemon.door import Peer, Request
from humeops.daemon.ordering import as_said
from humeops.daemon.sayer import Sayer
from humeops.errors import MalformedEventError
from humeops.event import Event
from humeops.wire import codec, eventid

MS = 1_000_000
NOW = 1_795_406_391_000 * MS
ME = Sayer(1000, 1, "ipc")


def said(peer, ms, kind="log", chance=0):
    event = Event(v=1, id=eventid.make_event_id(NOW + ms * MS, chance), kind=kind, time=NOW, task="t")
    return Request(Peer(0, peer), ME, codec.encode(event))


def test_a_start_comes_before_what_its_command_said_whichever_connection_was_read_first():
    word, start = said(b"b", 3), said(b"a", 1, kind="start")

    assert as_said([word, start]) == [start, word]


def test_in_one_millisecond_they_stay_as_they_came():
    first, second = said(b"b", 1, chance=9), said(b"a", 1, chance=2)

    assert as_said([first, second]) == [first, second]


def test_a_clock_that_steps_back_does_not_turn_round_what_one_connection_said():
    first, second = said(b"a", 9), said(b"a", 2)

    assert as_said([first, second]) == [first, second]


def test_what_is_no_event_loses_its_answer_to_nobody():
    odd = Request(Peer(0, b"c"), ME, MalformedEventError("no event"))
    short = Request(Peer(0, b"d"), ME, b"{}")

    assert set(as_said([said(b"a", 5), odd, said(b"b", 1), short])) >= {odd, short}


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.integers(0, 20)), max_size=40))
def test_nothing_is_lost_and_each_connection_keeps_its_order(drawn):
    requests = [said(peer, ms, chance=number) for number, (peer, ms) in enumerate(drawn)]

    ordered = as_said(requests)

    assert sorted(ordered, key=requests.index) == requests
    for peer in (b"a", b"b", b"c"):
        assert [one for one in ordered if one.peer.identity == peer] == [
            one for one in requests if one.peer.identity == peer
        ]
