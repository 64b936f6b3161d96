# SPDX-License-Identifier: MIT
"""The forwarding thread: it waits and goes on, hears every wake, leaves what is broken to the loop, and ends at once."""

import itertools
import time

import pytest

from humeops.daemon import forwarder
from humeops.daemon.forwarder import SlowDownError
from humeops.daemon.spool import SpoolBrokenError
from humeops.errors import UnavailableError
from humeops.wire import batch
from tests.unit.daemon.forwarding import PATIENCE, Line


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


@pytest.mark.slow
def test_with_nothing_to_send_central_is_told_that_the_host_is_there(line, monkeypatch):
    monkeypatch.setattr(forwarder, "HEARTBEAT_SECONDS", 0.01)
    line.put(1)
    with line.running():
        until(lambda: line.forwarder.committed_upto == 1)
        line.central.answers = [UnavailableError("away"), *[1] * 10_000]
        line.central.wait_for(4)

    assert line.central.seqs()[1:4] == [[], [], []]
    assert all(one.alive for one in line.central.batches[1:])
    assert line.forwarder.committed_upto == 1


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
