# SPDX-License-Identifier: MIT
"""The pace of a backlog: full batches wait for their share of a second, jittered; a host without a backlog never does."""

import pytest

from humeops.daemon.forwarder import Forwarder, SlowDownError
from humeops.daemon.pace import Pace
from tests.unit.daemon.forwarding import Line


def _middle(low, high):
    return (low + high) / 2


def test_a_full_batch_waits_for_its_share_of_a_second_less_what_it_took():
    assert Pace(1_000, _middle).pause_seconds(500, 0.1) == pytest.approx(0.4)
    assert Pace(1_000, _middle).pause_seconds(500, 0.9) == 0


def test_no_pace_is_no_wait():
    assert Pace(0).pause_seconds(5_000, 0) == 0


def test_hosts_that_begin_together_do_not_stay_in_step():
    pauses = {Pace(1_000).pause_seconds(1_000, 0) for _ in range(50)}

    assert len(pauses) > 40
    assert all(0.8 <= pause <= 1.2 for pause in pauses)


class Noted:
    """A pace that writes down what it is asked and asks for no wait."""

    def __init__(self):
        self.asked = []

    def pause_seconds(self, events, _took):
        self.asked.append(events)
        return 0.0


@pytest.fixture
def line(tmp_path):
    made = Line(tmp_path / "spool.db")
    yield made
    made.reader.close()
    made.spool.close()


def test_only_full_batches_of_a_backlog_are_held_up(line):
    pace = Noted()
    forwarder = Forwarder(
        line.spool.path,
        line.spool.epoch,
        line.central,
        line.clock,
        10,
        line.backoff,
        pace=pace,  # type: ignore[arg-type]
    )
    line.put(25)

    while forwarder._forward_in_pace(line.reader):
        pass

    assert [len(batch) for batch in line.central.seqs()] == [10, 10, 5]
    assert pace.asked == [10, 10]


def test_who_is_sent_away_comes_back_at_a_time_of_its_own(line, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr(line.forwarder._hurry, "wait", waits.append)

    for _ in range(50):
        line.forwarder._put_off(SlowDownError("slow down", 100.0))

    assert all(100 <= wait <= 151 for wait in waits)
    assert max(waits) - min(waits) > 20
