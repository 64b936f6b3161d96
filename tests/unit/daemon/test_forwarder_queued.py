# SPDX-License-Identifier: MIT
"""A central that queues before it commits: humed lets go of nothing, asks after it, and sends again what was lost there."""

import pytest

from humeops.daemon import forwarder
from humeops.wire.batch import Receipt
from tests.unit.daemon.forwarding import Line


@pytest.fixture
def line(tmp_path):
    made = Line(tmp_path / "spool.db")
    made.forwarder._stopping.set()  # so that it does not wait between two questions
    yield made
    made.reader.close()
    made.spool.close()


def test_what_is_only_queued_is_kept_and_asked_after_without_sending_it_again(line):
    line.put(3)
    line.central.answers = [Receipt(0, queued=True), Receipt(2, queued=True), Receipt(3)]

    more = [line.forward() for _ in range(3)]

    assert line.central.seqs() == [[1, 2, 3], [], []]
    assert [one.oldest for one in line.central.batches] == [1, 1, 3]
    assert (line.forwarder.committed_upto, line.forwarder.forwarded, line.forwarder.last_error) == (3, 3, "")
    assert more == [True, True, True]
    assert not line.forward()


def test_that_the_credential_was_copied_is_known_until_a_receipt_says_nothing_of_it(line):
    line.central.answers = [Receipt(1, copied=True), Receipt(2)]
    seen = []
    for _ in range(2):
        line.put(1)
        line.forward()
        seen.append(line.forwarder.copied)

    assert seen == [True, False]


def test_what_is_queued_counts_as_on_its_way_and_new_events_wait_for_it(line):
    line.put(2)
    line.central.answers = [Receipt(0, queued=True), Receipt(0, queued=True)]
    line.forward()

    line.put(2)
    line.forward()

    assert line.central.seqs() == [[1, 2], []]
    assert line.forwarder.in_flight_upto == 2


def test_what_was_queued_and_is_never_committed_is_sent_again(line):
    line.put(2)
    line.central.answers = [Receipt(0, queued=True)]
    line.forward()

    line.clock.advance(forwarder.RESEND_SECONDS + 1)
    line.forward()

    assert line.central.seqs() == [[1, 2], [1, 2]]
    assert line.forwarder.committed_upto == 2


def test_an_answer_beyond_what_was_queued_lets_go_of_no_more_than_that(line):
    line.put(2)
    line.central.answers = [Receipt(0, queued=True), Receipt(99)]
    line.forward()
    line.put(2)

    line.forward()

    assert line.forwarder.committed_upto == 2
