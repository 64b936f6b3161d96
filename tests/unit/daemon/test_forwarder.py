# SPDX-License-Identifier: MIT
"""Forwarding: in order, within limits, again until it is committed, and never letting go of more than was sent."""

import contextlib
import itertools
import threading
import time

import pytest

from humeops.clock import FakeClock
from humeops.daemon.backoff import Backoff
from humeops.daemon.forwarder import Forwarder, SlowDownError, TooLargeError
from humeops.daemon.spool import Spool, SpoolBrokenError, SpoolReader
from humeops.errors import UnavailableError
from humeops.wire import batch

PATIENCE = 10.0


class Central:
    """Commits what it gets, unless it is given answers to give first; at most one thread speaks to it."""

    def __init__(self):
        self.batches = []
        self.answers = []
        self.committed = 0
        self.forgotten = 0
        self.came = threading.Condition()

    def forget(self):
        self.forgotten += 1

    def send(self, body):
        with self.came:
            self.batches.append(batch.unpack_batch(body))
            self.came.notify_all()
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            self.committed = answer = self.batches[-1].events[-1][0]
        return batch.Receipt(answer)

    def seqs(self):
        return [[seq for seq, _ in one.events] for one in self.batches]

    def wait_for(self, count):
        with self.came:
            assert self.came.wait_for(lambda: len(self.batches) >= count, PATIENCE)


class Line:
    """A spool, a forwarder and a central."""

    def __init__(self, path, batch_events=100):
        self.spool = Spool(path)
        self.central = Central()
        self.waits = []
        self.backoff = Backoff(0.001, 0.004, self._draw)
        self.clock = FakeClock()
        self.rang = 0
        self.forwarder = Forwarder(path, self.spool.epoch, self.central, self.clock, batch_events, self.backoff)
        self.reader = SpoolReader(path)

    def _draw(self, _, bound):
        self.waits.append(bound)
        return bound

    def put(self, count, body=b"{}"):
        with self.spool.group() as group:
            for _ in range(count):
                group.put(body)

    def forward(self):
        return self.forwarder.forward_one(self.reader)

    @contextlib.contextmanager
    def running(self):
        self.forwarder.start(self._ring)
        try:
            yield self.forwarder
        finally:
            self.forwarder.stop(PATIENCE)
            assert self.forwarder._thread is None or not self.forwarder._thread.is_alive()

    def _ring(self):
        self.rang += 1


@pytest.fixture
def line(tmp_path):
    made = Line(tmp_path / "spool.db")
    yield made
    made.reader.close()
    made.spool.close()


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


# -- one batch ---------------------------------------------------------------------------------------------------------


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


# -- the thread --------------------------------------------------------------------------------------------------------


def test_it_waits_longer_after_each_failure_and_begins_anew_after_a_success(line):
    line.put(1)
    line.central.answers = [UnavailableError("away")] * 4
    with line.running():
        until(lambda: line.forwarder.committed_upto == 1)
        line.central.answers = [UnavailableError("away")]
        line.put(1)
        line.forwarder.wake()
        until(lambda: line.forwarder.committed_upto == 2)

    assert line.waits == [0.001, 0.002, 0.004, 0.004, 0.001]


def test_what_is_in_the_way_is_told_until_it_is_gone(line, caplog):
    caplog.set_level("INFO", "humeops")
    line.put(1)
    line.central.answers = [UnavailableError("central is away")] * 3
    with line.running():
        until(lambda: line.forwarder.committed_upto == 1 and not line.forwarder.last_error)

    assert caplog.messages == ["central is away; events wait here", "central takes events again"]


def test_a_fault_of_its_own_does_not_end_forwarding(line, caplog):
    line.put(1)
    line.central.answers = [ZeroDivisionError("a fault"), TypeError()]
    with line.running():
        until(lambda: line.forwarder.committed_upto == 1)

    assert "forwarding failed" in caplog.messages


def test_a_changed_event_is_handed_to_the_loop_and_what_comes_before_it_is_sent(line):
    line.put(5)
    line.spool.db.execute("UPDATE event SET body = x'00' WHERE seq = 3")
    with line.running():
        until(lambda: line.forwarder.damaged_seq == 3)

    assert line.central.seqs() == [[1, 2]]
    assert line.rang >= 2
    assert line.forwarder.failure is None


def test_once_it_is_given_up_the_rest_goes_on(line):
    line.put(5)
    line.spool.db.execute("UPDATE event SET body = x'00' WHERE seq = 3")
    with line.running():
        until(lambda: line.forwarder.damaged_seq == 3)
        with line.spool.group() as group:
            group.drop([3], "a test")
        line.forwarder.wake()
        until(lambda: line.forwarder.committed_upto == 5)

    assert line.central.seqs() == [[1, 2], [4, 5]]
    assert line.central.batches[1].lost == [(3, 3)]


def test_a_broken_spool_ends_forwarding_and_the_loop_hears_why(line):
    line.put(1)
    line.spool.db.execute("DROP TABLE event")
    with line.running():
        until(lambda: line.forwarder.failure is not None)
        until(lambda: line.rang == 1)
        assert line.forwarder._thread is not None
        line.forwarder._thread.join(PATIENCE)
        assert not line.forwarder._thread.is_alive()

    assert isinstance(line.forwarder.failure, SpoolBrokenError)


def test_rows_are_on_their_way_only_while_they_are(line):
    line.put(3)
    seen = []

    def send(_):
        seen.append(line.forwarder.in_flight_upto)
        return batch.Receipt(3)

    line.central.send = send
    line.forward()

    assert seen == [3]
    assert line.forwarder.in_flight_upto == 0


def test_every_wake_is_heard(line):
    with line.running():
        for count in range(1, 60):
            line.put(1)
            line.forwarder.wake()
            until(lambda count=count: line.forwarder.committed_upto == count)

    assert list(itertools.chain(*line.central.seqs())) == list(range(1, 60))


def test_the_loop_is_rung_for_every_receipt(line):
    line.put(1)
    with line.running():
        until(lambda: line.rang == 1)


def test_central_that_asks_to_slow_down_is_left_alone_that_long(line):
    line.put(1)
    line.central.answers = [SlowDownError("slow down", 300.0)]
    with line.running():
        line.central.wait_for(1)
        time.sleep(0.05)
        assert len(line.central.batches) == 1

        line.forwarder.hurry()
        until(lambda: line.forwarder.committed_upto == 1)

    assert line.central.forgotten == 1


def test_it_ends_at_once_in_the_middle_of_a_long_wait(line):
    line.put(1)
    line.central.answers = [SlowDownError("slow down", 300.0)]
    with line.running():
        line.central.wait_for(1)

    assert line.forwarder.committed_upto == 0


def test_the_spool_folds_its_wal_in_once_forwarding_has_ended(line, tmp_path):
    line.put(1)
    with line.running():
        until(lambda: line.forwarder.committed_upto == 1)
    line.reader.close()
    line.spool.close()

    assert not (tmp_path / "spool.db-wal").exists()


# -- waiting -----------------------------------------------------------------------------------------------------------


def test_a_wait_is_drawn_between_a_tenth_of_its_bound_and_the_bound():
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return low

    backoff = Backoff(1.0, 8.0, draw)

    for _ in range(5):
        backoff.next_seconds()
    backoff.reset()
    backoff.next_seconds()

    assert drawn == [(0.1, 1.0), (0.2, 2.0), (0.4, 4.0), (0.8, 8.0), (0.8, 8.0), (0.1, 1.0)]
