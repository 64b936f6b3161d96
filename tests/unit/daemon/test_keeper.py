# SPDX-License-Identifier: MIT
"""The keeper makes room in the promised order, in bounded steps, says what it dropped, and turns away only when it must."""

import contextlib
import itertools
import logging

import pytest

from humeops.clock import FakeClock
from humeops.daemon import dropping
from humeops.daemon.config import SpoolSettings
from humeops.daemon.keeper import CAUSE_AGE, CAUSE_DAMAGED, CAUSE_SIZE, DAY_SECONDS, Keeper, NoRoomError
from humeops.daemon.spool import Spool, SpoolFullError
from humeops.daemon.worth import DEBUG, NAMES, NEVER_DROPPED, REST
from humeops.wire import codec
from tests.unit.daemon.spooling import HOST, body, lost_ranges, put, rows

CAP = 1_048_576
PLENTY = 10**12
TEXT = "x" * 400


class Kept:
    """A spool and its keeper, with a disk whose free space a test sets."""

    def __init__(self, folder, **limits):
        self.clock = FakeClock()
        self.free = PLENTY
        self.limits = SpoolSettings(**{"max_bytes": CAP, "ballast_bytes": 0, "min_free_bytes": 0, **limits})
        self.spool = Spool(folder / "spool.db")
        self.restart()

    def restart(self):
        self.keeper = Keeper(self.spool, self.limits, HOST, self.clock, lambda: self.free)

    def now(self):
        return self.clock.wall_ns() // 10**9

    def put(self, *bodies):
        put(self.spool, *bodies, taken=self.now())

    def fill(self, pages, *bodies):
        """Go on putting these in turn until so many pages are in use."""
        turns = itertools.cycle(bodies)
        while self.spool.used_bytes() < pages * 4096:
            self.put(*itertools.islice(turns, 20))

    def tend_all(self, in_flight_upto=0):
        for steps in range(100):
            more = self.keeper.tend(in_flight_upto)
            if not more and not self.keeper.is_pressed:
                return steps + 1
        raise AssertionError("it never comes to an end")

    def kinds(self):
        names = []
        for _, one in rows(self.spool):
            event = codec.decode(one)
            names.append(event.level if event.kind == "log" and event.level in ("debug", "error") else event.kind)
        return names

    def losses(self):
        events = [codec.decode(one) for _, one in rows(self.spool)]
        return [event.data for event in events if event.kind == "loss"]

    def admits(self, worth, size=300):
        try:
            self.keeper.admit(worth, size)
        except NoRoomError:
            return False
        return True


@pytest.fixture
def make(tmp_path):
    with contextlib.ExitStack() as stack:

        def make(**limits):
            made = Kept(tmp_path, **limits)
            stack.callback(made.spool.close)
            return made

        yield make


def debug():
    return body(level="debug", message=TEXT)


def progress():
    return body("progress", progress=[1, 2], message=TEXT)


def rest():
    return body(message=TEXT)


def precious():
    return [
        body("start", message=TEXT),
        body("stop", outcome="ok", message=TEXT),
        body(level="error", message=TEXT),
    ]


ALL_PAGES = CAP // 4096


# -- the cap -----------------------------------------------------------------------------------------------------------


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


# -- what is told ------------------------------------------------------------------------------------------------------


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


# -- age ---------------------------------------------------------------------------------------------------------------


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


# -- the disk ----------------------------------------------------------------------------------------------------------


def test_with_little_free_only_what_matters_is_taken(make):
    kept = make(min_free_bytes=CAP)
    kept.free = CAP - 1
    kept.keeper.tend(0)

    assert not kept.admits(REST)
    assert kept.admits(NEVER_DROPPED)

    kept.free = CAP
    kept.keeper.tend(0)
    assert kept.admits(DEBUG)


def test_a_change_of_room_is_said_once(make, caplog):
    caplog.set_level(logging.INFO, "humeops")
    kept = make(min_free_bytes=CAP)
    kept.free = 0
    for _ in range(3):
        kept.keeper.tend(0)
    kept.free = PLENTY
    for _ in range(3):
        kept.keeper.tend(0)

    assert caplog.messages == ["the spool takes starts, stops and failures now", "the spool takes everything now"]


def test_a_full_disk_costs_the_ballast_and_room_brings_it_back(make, tmp_path):
    kept = make(ballast_bytes=CAP)
    ballast = tmp_path / "spool.ballast"
    assert ballast.exists()

    kept.free = CAP
    kept.keeper.on_full_disk(SpoolFullError("full"))
    kept.keeper.tend(0)
    assert not ballast.exists()
    assert not kept.admits(REST)
    assert kept.admits(NEVER_DROPPED)

    kept.free = PLENTY
    kept.keeper.tend(0)
    assert ballast.exists()
    assert kept.admits(DEBUG)


def test_a_disk_that_still_takes_nothing_stays_full_however_much_is_free(make):
    kept = make()
    kept.keeper.on_full_disk(SpoolFullError("read-only"))
    kept.spool.db.execute("PRAGMA query_only = ON")
    kept.keeper.tend(0)
    assert not kept.admits(REST)

    kept.spool.db.execute("PRAGMA query_only = OFF")
    kept.keeper.tend(0)
    assert kept.admits(DEBUG)


def test_a_full_disk_in_the_middle_of_a_step_is_borne(make):
    kept = make()
    kept.fill(ALL_PAGES + 5, debug())
    kept.spool.db.execute("PRAGMA query_only = ON")

    assert not kept.keeper.tend(0)

    assert kept.keeper.room == NAMES[NEVER_DROPPED]
    kept.spool.db.execute("PRAGMA query_only = OFF")
    kept.tend_all()
    assert kept.spool.used_bytes() <= CAP * 0.9
