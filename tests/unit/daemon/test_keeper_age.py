# SPDX-License-Identifier: MIT
"""What waited too long goes, in bounded steps; starts, stops and failures stay, whatever the clock does."""

from humeops.daemon import dropping
from humeops.daemon.keeper import CAUSE_AGE, DAY_SECONDS
from tests.unit.daemon.keeping import debug, precious, progress, rest
from tests.unit.daemon.spooling import rows


def test_what_waited_too_long_goes_but_for_starts_stops_and_failures(make):
    kept = make(max_age_days=2)
    kept.put(debug(), rest(), progress(), *precious())
    kept.clock.advance(DAY_SECONDS)
    kept.put(rest())
    kept.clock.advance(DAY_SECONDS + 1)

    kept.tend_all()

    assert kept.kinds() == ["start", "stop", "error", "log", "loss"]
    assert kept.spool.dropped() == {CAUSE_AGE: 3}


def test_age_has_no_limit_when_it_is_zero(make):
    kept = make(max_age_days=0)
    kept.put(debug())
    kept.clock.advance(1_000 * DAY_SECONDS)

    kept.tend_all()

    assert kept.kinds() == ["debug"]


def test_many_old_events_go_in_several_steps(make, monkeypatch):
    monkeypatch.setattr(dropping, "STEP_ROWS", 10)
    kept = make(max_age_days=1)
    kept.put(*[rest() for _ in range(35)], *precious())
    kept.clock.advance(DAY_SECONDS + 1)

    assert kept.tend_all() > 3
    assert kept.spool.dropped() == {CAUSE_AGE: 35}


def test_old_events_on_their_way_are_left_alone_for_now(make):
    kept = make(max_age_days=1)
    kept.put(rest(), rest(), rest())
    kept.clock.advance(DAY_SECONDS + 1)

    kept.keeper.tend(2)
    assert [seq for seq, _ in rows(kept.spool)][:2] == [1, 2]

    kept.keeper.tend(0)
    assert kept.spool.dropped() == {CAUSE_AGE: 3}


def test_a_clock_that_went_back_drops_nothing(make):
    kept = make(max_age_days=1)
    kept.put(rest())
    kept.clock.step_wall(-10 * DAY_SECONDS)

    kept.tend_all()

    assert kept.kinds() == ["log"]
