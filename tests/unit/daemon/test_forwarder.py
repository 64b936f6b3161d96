# SPDX-License-Identifier: MIT
"""Forwarding one batch: in order, within limits, again until it is committed, never letting go of more than was sent."""

import itertools

import pytest

from humeops.daemon.forwarder import TooLargeError
from humeops.errors import UnavailableError
from humeops.wire import batch
from tests.unit.daemon.forwarding import Line


@pytest.fixture
def line(tmp_path):
    made = Line(tmp_path / "spool.db")
    yield made
    made.reader.close()
    made.spool.close()


def test_nothing_to_send_is_no_request(line):
    assert not line.forward()
    assert line.central.batches == []


def test_a_batch_carries_the_oldest_rows_and_says_whose_they_are(line):
    line.put(3, b'{"v":1}')

    assert line.forward()

    sent = line.central.batches[0]
    assert (sent.epoch, sent.oldest, sent.sent_at) == (line.spool.epoch, 1, line.clock.wall_ns())
    assert [(seq, bytes(raw)) for seq, raw in sent.events] == [(1, b'{"v":1}'), (2, b'{"v":1}'), (3, b'{"v":1}')]
    assert (line.forwarder.committed_upto, line.forwarder.forwarded) == (3, 3)


def test_batches_follow_each_other_in_order_without_gap_or_overlap(line):
    line.forwarder._batch_events = line.forwarder._limit = 4
    line.put(10)

    while line.forward():
        pass

    assert line.central.seqs() == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    assert [one.oldest for one in line.central.batches] == [1, 5, 9]


def test_a_batch_stays_within_its_bytes(line):
    line.put(40, b'"%b"' % (b"x" * 60_000))

    while line.forward():
        pass

    sizes = [
        len(batch.pack_batch(one.epoch, 1, 1, [(s, bytes(r)) for s, r in one.events])) for one in line.central.batches
    ]
    assert max(sizes) <= batch.MAX_BATCH_BYTES
    assert list(itertools.chain(*line.central.seqs())) == list(range(1, 41))


def test_oldest_is_the_lowest_seq_that_is_owed_also_after_a_restart(line):
    line.put(5)
    with line.spool.group() as group:
        group.release(3)

    line.forward()

    assert line.central.batches[0].oldest == 4
    assert line.central.seqs() == [[4, 5]]


def test_too_large_halves_the_batch_until_it_fits_and_then_grows_back(line):
    line.put(10)
    line.central.answers = [TooLargeError(""), TooLargeError("")]

    while line.forward():
        pass

    assert [len(seqs) for seqs in line.central.seqs()] == [10, 5, 2, 8]
    assert line.forwarder.committed_upto == 10


def test_one_event_that_is_too_large_is_an_error_and_stays(line):
    line.put(1)
    line.central.answers = [TooLargeError("too large")] * 2

    assert line.forward()
    with pytest.raises(TooLargeError):
        line.forward()
    assert line.forwarder.committed_upto == 0


def test_a_receipt_beyond_what_was_sent_lets_go_of_nothing_more(line):
    line.put(2)
    line.central.answers = [999]

    line.forward()

    assert line.forwarder.committed_upto == 2


def test_a_receipt_below_what_was_sent_lets_go_of_that_much_and_the_rest_is_sent_again(line):
    line.put(5)
    line.central.answers = [2]

    with pytest.raises(UnavailableError, match="up to 2, sent was 5"):
        line.forward()
    line.forward()

    assert line.central.seqs() == [[1, 2, 3, 4, 5], [3, 4, 5]]
    assert (line.forwarder.committed_upto, line.forwarder.forwarded) == (5, 5)


def test_a_receipt_of_the_past_does_not_bring_the_mark_back(line):
    line.put(2)
    line.forward()
    line.put(1)
    line.central.answers = [0]

    with pytest.raises(UnavailableError):
        line.forward()

    assert line.forwarder.committed_upto == 2
