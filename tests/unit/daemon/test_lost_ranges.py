# SPDX-License-Identifier: MIT
"""What was dropped is told so that central's prefix neither hangs nor runs ahead of what was kept."""

import contextlib
import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from humeops.central import watermark
from humeops.clock import FakeClock
from humeops.daemon import forwarder as forwarder_module
from humeops.daemon.backoff import Backoff
from humeops.daemon.forwarder import Forwarder
from humeops.daemon.spool import Spool, SpoolReader
from humeops.errors import UnavailableError
from humeops.wire import batch
from tests.unit.daemon.spooling import lost_ranges, quick_folder


@pytest.fixture
def spool(tmp_path):
    with contextlib.closing(Spool(tmp_path / "spool.db")) as made:
        yield made


def put(spool, count):
    with spool.group() as group:
        for _ in range(count):
            group.put(b"{}")


def drop(spool, *seqs):
    with spool.group() as group:
        group.drop(sorted(seqs), "a test")


@pytest.mark.parametrize(
    "steps",
    [
        [[3, 4], [5]],
        [[5], [3, 4]],
        [[4], [3, 5]],
        [[3, 5], [4]],
        [[3], [4], [5]],
        [[5], [4], [3]],
    ],
)
def test_ranges_that_touch_become_one(spool, steps):
    put(spool, 10)

    for step in steps:
        drop(spool, *step)

    assert lost_ranges(spool) == [(3, 5)]
    assert spool.dropped() == {"a test": 3}


def test_ranges_that_do_not_touch_stay_apart(spool):
    put(spool, 10)

    drop(spool, 1, 3, 4, 9)

    assert lost_ranges(spool) == [(1, 1), (3, 4), (9, 9)]


def test_ranges_go_once_central_is_beyond_them(spool):
    put(spool, 10)
    drop(spool, 1, 3, 4, 9)

    with spool.group() as group:
        group.release(4)

    assert lost_ranges(spool) == [(9, 9)]
    assert spool.lost_beyond(4) == 1


@pytest.mark.parametrize(("beyond", "lost"), [(0, 4), (2, 3), (3, 2), (5, 1), (9, 0)])
def test_what_was_lost_beyond_a_place_is_counted(spool, beyond, lost):
    put(spool, 10)
    drop(spool, 1, 3, 4, 9)

    assert spool.lost_beyond(beyond) == lost


def test_dropping_the_last_does_not_give_its_seq_to_another(tmp_path):
    for _ in range(2):
        with contextlib.closing(Spool(tmp_path / "spool.db")) as spool:
            put(spool, 1)
            drop(spool, spool.last_seq)

    with contextlib.closing(Spool(tmp_path / "spool.db")) as spool:
        assert spool.last_seq == 2


class Central:
    """Knows one epoch the way central does; a test may let its answers get lost."""

    def __init__(self):
        self.mark = watermark.Watermark()
        self.arrived = set()
        self.batches = []
        self.losing = False

    def forget(self):
        """Nothing is remembered."""

    def send(self, body):
        got = batch.unpack_batch(body)
        self.batches.append(got)
        seqs = [seq for seq, _ in got.events]
        self.arrived.update(seqs)
        self.mark = watermark.advance(self.mark, seqs, got.oldest, got.lost)
        if self.losing:
            raise UnavailableError("the answer is lost")
        return batch.Receipt(self.mark.committed_upto)


class Line:
    """A spool, a forwarder and that central."""

    def __init__(self, folder: pathlib.Path, batch_events=50):
        self.central = Central()
        self.spool = Spool(folder / "spool.db")
        self.reader = SpoolReader(self.spool.path)
        self.forwarder = Forwarder(
            self.spool.path, self.spool.epoch, self.central, FakeClock(), batch_events, Backoff(0.001, 0.001)
        )

    def forward(self):
        with contextlib.suppress(UnavailableError):
            self.forwarder.forward_one(self.reader)

    def release(self):
        with self.spool.group() as group:
            group.release(self.forwarder.committed_upto)

    def held(self):
        return {seq for (seq,) in self.spool.db.execute("SELECT seq FROM event")}

    def close(self):
        self.reader.close()
        self.spool.close()


@pytest.fixture
def line(tmp_path):
    with contextlib.closing(Line(tmp_path)) as made:
        yield made


def test_a_batch_tells_what_was_dropped_before_and_among_its_events(line):
    put(line.spool, 10)
    drop(line.spool, 1, 2, 5, 10)
    put(line.spool, 1)

    line.forward()

    assert line.central.batches[0].lost == [(1, 2), (5, 5), (10, 10)]
    assert line.forwarder.committed_upto == 11


def test_what_was_told_once_is_not_told_again(line):
    put(line.spool, 4)
    drop(line.spool, 2)
    line.forward()
    put(line.spool, 1)

    line.forward()

    assert [one.lost for one in line.central.batches] == [[(2, 2)], []]


def test_more_ranges_than_a_batch_may_carry_go_in_several(line, monkeypatch):
    monkeypatch.setattr(line.forwarder, "_limit", 5_000)
    monkeypatch.setattr(line.forwarder, "_batch_events", 5_000)
    put(line.spool, 2_500 * 2)
    drop(line.spool, *range(2, 5_001, 2))
    put(line.spool, 1)

    for _ in range(6):
        line.forward()

    assert max(len(one.lost) for one in line.central.batches) <= forwarder_module._MAX_LOST_RANGES
    assert len(line.central.batches) == 3
    assert line.forwarder.committed_upto == 5_001
    assert line.central.mark.silently_lost == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 8)),
        st.tuples(st.just("drop"), st.sets(st.integers(0, 40), min_size=1, max_size=12)),
        st.tuples(st.just("forward"), st.booleans()),
        st.tuples(st.just("release"), st.none()),
        st.tuples(st.just("ranges"), st.integers(1, 3)),
    ),
    max_size=30,
)


@given(STEPS, st.integers(1, 7))
@settings(max_examples=150, deadline=None)
def test_whatever_is_dropped_whenever_central_neither_hangs_nor_runs_ahead(steps, batch_events):
    with (
        quick_folder() as folder,
        contextlib.closing(Line(folder, batch_events)) as line,
        pytest.MonkeyPatch.context() as patch,
    ):
        dropped: set[int] = set()
        for name, value in steps:
            _take_step(line, name, value, dropped, patch)
            assert set(range(1, line.forwarder.committed_upto + 1)) <= line.central.arrived | dropped
            assert line.held() >= set(range(1, line.spool.last_seq + 1)) - line.central.arrived - dropped
        _drain(line)

        assert line.held() == set()
        assert line.central.mark.silently_lost == 0
        assert line.central.mark.committed_upto == line.spool.last_seq


def _take_step(line, name, value, dropped, patch):
    if name == "put":
        put(line.spool, value)
    elif name == "drop":
        held = sorted(line.held())
        if chosen := [held[at] for at in sorted(value) if at < len(held)]:
            drop(line.spool, *chosen)
            dropped.update(chosen)
            put(line.spool, 1)  # the event that says so
    elif name == "forward":
        line.central.losing = value
        line.forward()
    elif name == "release":
        line.release()
    else:
        patch.setattr(forwarder_module, "_MAX_LOST_RANGES", value)


def _drain(line):
    line.central.losing = False
    for _ in range(400):
        line.forward()
        line.release()
        if not line.held():
            return
