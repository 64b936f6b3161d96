# SPDX-License-Identifier: MIT
"""Under its cap the keeper makes room in the promised order, in bounded steps, and turns away only when it must."""

from humeops.daemon import dropping
from humeops.daemon.keeper import CAUSE_SIZE
from humeops.daemon.worth import DEBUG, NAMES, NEVER_DROPPED, REST
from tests.unit.daemon.keeping import ALL_PAGES, CAP, debug, precious, progress, rest
from tests.unit.daemon.spooling import body, rows


def test_below_the_cap_nothing_happens(make):
    kept = make()
    kept.fill(ALL_PAGES * 0.9, debug())

    assert kept.tend_all() == 1
    assert kept.spool.dropped() == {}


def test_debug_goes_first_and_alone_if_that_is_enough(make):
    kept = make()
    kept.fill(ALL_PAGES // 2, debug())
    kept.fill(ALL_PAGES + 2, progress(), rest(), *precious())
    before = kept.kinds()

    kept.tend_all()

    assert kept.spool.used_bytes() <= CAP * 0.9
    assert 0 < kept.kinds().count("debug") < before.count("debug")
    assert [kind for kind in kept.kinds() if kind not in ("debug", "loss")] == [k for k in before if k != "debug"]


def test_then_progress(make):
    kept = make()
    kept.fill(ALL_PAGES // 20, debug())
    kept.fill(ALL_PAGES // 2, progress())
    kept.fill(ALL_PAGES + 2, rest(), *precious())
    before = kept.kinds()

    kept.tend_all()

    assert kept.kinds().count("debug") == 0
    assert 0 < kept.kinds().count("progress") < before.count("progress")
    assert kept.kinds().count("log") == before.count("log")


def test_then_the_rest_oldest_first_and_nothing_beyond_it(make):
    kept = make()
    kept.fill(ALL_PAGES // 20, debug(), progress())
    kept.fill(ALL_PAGES + 2, rest(), *precious())
    logs = [seq for seq, one in rows(kept.spool) if b'"kind":"log"' in one and b"error" not in one]

    kept.tend_all()

    left = {seq for seq, _ in rows(kept.spool)}
    gone = [seq for seq in logs if seq not in left]
    assert gone
    assert gone == logs[: len(gone)]
    assert kept.kinds().count("start") == kept.kinds().count("stop") == kept.kinds().count("error")


def test_starts_stops_and_failures_are_never_dropped(make):
    kept = make()
    kept.fill(ALL_PAGES * 1.2, *precious())
    before = rows(kept.spool)

    kept.tend_all()

    assert rows(kept.spool) == before
    assert not kept.admits(NEVER_DROPPED)
    assert kept.keeper.room == "nothing"


def test_one_step_is_bounded(make, monkeypatch):
    monkeypatch.setattr(dropping, "STEP_ROWS", 10)
    kept = make()
    kept.fill(ALL_PAGES + 5, debug())

    assert kept.keeper.tend(0)
    assert kept.spool.dropped() == {CAUSE_SIZE: 10}


def test_no_more_is_dropped_than_is_needed(make):
    kept = make()
    kept.fill(ALL_PAGES + 2, debug())

    kept.tend_all()

    assert CAP * 0.8 < kept.spool.used_bytes() <= CAP * 0.9


def test_what_is_on_its_way_is_left_alone_and_may_be_dropped_later(make):
    kept = make()
    kept.fill(ALL_PAGES + 5, rest())
    upto = rows(kept.spool)[49][0]

    kept.tend_all(in_flight_upto=upto)
    left = [seq for seq, _ in rows(kept.spool)]
    assert left[:50] == list(range(1, 51))
    assert left[50] > 51

    kept.fill(ALL_PAGES + 5, rest())
    kept.tend_all()
    assert rows(kept.spool)[0][0] > 50


def test_all_of_it_on_its_way_turns_nobody_away(make):
    kept = make()
    kept.fill(ALL_PAGES + 5, rest())

    assert not kept.keeper.tend(kept.spool.last_seq)

    assert kept.keeper.room == "everything"
    assert kept.admits(DEBUG)


def test_after_a_restart_it_finds_what_it_had_passed(make):
    kept = make()
    kept.fill(ALL_PAGES + 5, *precious(), *[rest() for _ in range(17)])
    kept.tend_all()
    kept.restart()
    kept.fill(ALL_PAGES + 5, rest())

    kept.tend_all()

    assert kept.spool.used_bytes() <= CAP * 0.9
    assert kept.keeper.room == "everything"


def test_with_nothing_left_to_drop_only_what_matters_is_taken(make):
    kept = make()
    kept.fill(ALL_PAGES + 2, *precious())

    kept.tend_all()

    assert kept.keeper.room == NAMES[NEVER_DROPPED]
    assert not kept.admits(REST)
    assert kept.admits(NEVER_DROPPED)


def test_a_burst_between_two_looks_does_not_run_past_the_cap(make):
    kept = make()
    size = 10_000

    taken = sum(kept.admits(REST, size) for _ in range(1_000))
    more = sum(kept.admits(NEVER_DROPPED, size) for _ in range(1_000))

    assert CAP * 0.9 < taken * size < CAP * 1.06
    assert CAP * 0.03 < more * size < CAP * 0.06
    assert kept.keeper.is_pressed


def test_dropping_lets_everything_in_again(make):
    kept = make()
    kept.fill(ALL_PAGES * 1.2, debug())

    kept.tend_all()

    assert kept.keeper.room == "everything"
    assert kept.admits(DEBUG)


def test_a_file_that_is_nearly_empty_gives_space_back(make):
    kept = make(max_bytes=100 * CAP)
    kept.fill(4 * ALL_PAGES, body(message="x" * 8_000))
    size = kept.spool.size_bytes()
    with kept.spool.group() as group:
        group.release(kept.spool.last_seq)
    for _ in range(50):
        kept.keeper.tend(0)

    assert size > 4 * CAP
    assert kept.spool.size_bytes() <= 4 * CAP + kept.spool.used_bytes()
