# SPDX-License-Identifier: MIT
"""What the keeper drops it counts and tells: how many, which, and why."""

from humeops.daemon.keeper import CAUSE_DAMAGED, CAUSE_SIZE, DECLARE_AFTER_SECONDS, Keeper
from humeops.daemon.opening import note_damage
from humeops.wire import codec, seqs
from tests.unit.daemon.keeping import ALL_PAGES, debug, precious, progress, rest
from tests.unit.daemon.spooling import HOST, lost_ranges, rows, started
from tests.unit.daemon.spooling import losses as losses_of


def test_each_drop_is_counted_and_its_ranges_are_kept(make):
    kept = make()
    kept.fill(ALL_PAGES + 5, rest(), debug(), progress())
    before = {seq for seq, _ in rows(kept.spool)}

    kept.tend_all()

    gone = before - {seq for seq, _ in rows(kept.spool)}
    assert kept.spool.dropped() == {CAUSE_SIZE: len(gone)}
    assert {seq for first, last in lost_ranges(kept.spool) for seq in range(first, last + 1)} == gone
    assert kept.spool.lost_beyond(0) == len(gone)


def test_a_loss_says_epoch_range_count_and_cause(make):
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
        "ranges": f"1-{losses[0]['count']}",
    }


def test_many_steps_make_one_event_with_exactly_what_is_gone(make):
    kept = make()
    kept.fill(ALL_PAGES * 2, debug(), progress(), rest(), *precious())
    before = {seq for seq, _ in rows(kept.spool)}

    steps = kept.tend_all()

    gone = sorted(before - {seq for seq, _ in rows(kept.spool)})
    assert steps > 2
    (loss,) = kept.losses()
    assert (loss["count"], loss["first"], loss["last"]) == (len(gone), gone[0], gone[-1])
    assert "ranges" not in loss or seqs.from_text(str(loss["ranges"])) == seqs.runs_of(gone)


def test_few_ranges_are_told_exactly(make):
    kept = make()
    kept.put(*(debug() for _ in range(9)))
    for seq in (2, 3, 7):
        kept.keeper.give_up(seq)

    kept.tend_all()

    (loss,) = kept.losses()
    assert (loss["first"], loss["last"], loss["count"], loss["ranges"]) == (2, 7, 3, "2-3 7")


def test_what_a_humed_that_died_owed_is_declared_by_the_next(make):
    kept = make()
    kept.fill(ALL_PAGES * 2, debug(), progress(), rest())
    assert kept.keeper.tend(0)
    assert kept.losses() == []

    kept.restart()
    kept.tend_all()

    assert sum(loss["count"] for loss in kept.losses()) == kept.spool.dropped()[CAUSE_SIZE]


def test_while_dropping_goes_on_it_is_declared_every_few_seconds(make):
    kept = make()
    kept.fill(ALL_PAGES * 2, debug(), progress(), rest())
    assert kept.keeper.tend(0)

    kept.clock.advance(DECLARE_AFTER_SECONDS)
    assert kept.keeper.tend(0)

    assert len(kept.losses()) == 1


def test_a_debt_of_a_spool_that_is_damaged_is_declared_for_the_epoch_it_was_of(make, tmp_path):
    kept = make()
    kept.put(debug(), debug())
    kept.keeper.give_up(1)
    epoch = kept.spool.epoch
    kept.spool.close()
    note_damage(tmp_path / "spool.db")

    with started(tmp_path) as spool:
        Keeper(spool, kept.limits, HOST, kept.clock, lambda: kept.free).tend(0)

        told = [(event.data["epoch"], event.data["cause"], event.data["count"]) for event in losses_of(spool)]
    assert told == [(epoch, "the spool was damaged", 0), (epoch, CAUSE_DAMAGED, 1)]


def test_the_event_that_says_so_is_humeds_own_and_an_error(make):
    kept = make()
    kept.put(debug())
    kept.keeper.give_up(1)
    kept.tend_all()

    (said,) = (codec.decode(one) for _, one in rows(kept.spool))
    assert (said.kind, said.level, said.task, said.host, said.origin.via) == ("loss", "error", "humed", HOST, "humed")
    assert said.message == f"1 event lost: {CAUSE_DAMAGED}"
    assert kept.spool.dropped() == {CAUSE_DAMAGED: 1}
