# SPDX-License-Identifier: MIT
"""What the keeper drops it counts and tells: how many, which, and why."""

from humeops.daemon.keeper import CAUSE_DAMAGED, CAUSE_SIZE
from humeops.wire import codec
from tests.unit.daemon.keeping import ALL_PAGES, debug, progress, rest
from tests.unit.daemon.spooling import HOST, lost_ranges, rows


def test_each_drop_is_counted_and_its_ranges_are_kept(make):
    kept = make()
    kept.fill(ALL_PAGES + 5, rest(), debug(), progress())
    before = {seq for seq, _ in rows(kept.spool)}

    kept.tend_all()

    gone = before - {seq for seq, _ in rows(kept.spool)}
    assert kept.spool.dropped() == {CAUSE_SIZE: len(gone)}
    assert {seq for first, last in lost_ranges(kept.spool) for seq in range(first, last + 1)} == gone
    assert kept.spool.lost_beyond(0) == len(gone)


def test_each_step_says_epoch_range_count_and_cause(make):
    kept = make()
    kept.fill(ALL_PAGES + 2, debug())
    kept.tend_all()

    losses = kept.losses()

    assert sum(loss["count"] for loss in losses) == kept.spool.dropped()[CAUSE_SIZE]
    assert losses[0] == {
        "epoch": kept.spool.epoch,
        "first": 1,
        "last": losses[0]["count"],
        "count": losses[0]["count"],
        "cause": CAUSE_SIZE,
    }


def test_the_event_that_says_so_is_humeds_own_and_an_error(make):
    kept = make()
    kept.put(debug())
    kept.keeper.give_up(1)

    (said,) = (codec.decode(one) for _, one in rows(kept.spool))
    assert (said.kind, said.level, said.task, said.host, said.origin.via) == ("loss", "error", "humed", HOST, "humed")
    assert said.message == f"1 events lost: {CAUSE_DAMAGED}"
    assert kept.spool.dropped() == {CAUSE_DAMAGED: 1}
