# SPDX-License-Identifier: MIT
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.central import fold, reason
from tests.fixtures.events import NOON, SECOND, a_run, event_id, runs, say


def summary_of(events):
    return fold.summarise(events[0].run, events)


@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_events_makes_no_difference(run, chance):
    name, events = run
    shuffled = chance.sample(events, len(events))

    assert fold.summarise(name, shuffled) == fold.summarise(name, events)


@given(runs(), st.data())
def test_any_partition_into_batches_merged_in_any_order_gives_the_same(run, data):
    name, events = run
    places = [data.draw(st.integers(0, 3)) for _ in events]
    parts = [[event for event, place in zip(events, places, strict=True) if place == part] for part in range(4)]
    summaries = [fold.summarise(name, part) for part in parts if part]
    merged = data.draw(st.permutations(summaries))

    together = merged[0]
    for other in merged[1:]:
        together = fold.merge(together, other)

    assert together == fold.summarise(name, events)
    assert reason.of_run(together) == reason.of_run(fold.summarise(name, events))


@given(runs().filter(lambda run: len(run[1]) >= 3))
def test_merging_is_commutative_and_associative(run):
    name, events = run
    a, b, c = (fold.summarise(name, events[part::3]) for part in range(3))

    assert fold.merge(a, b) == fold.merge(b, a)
    assert fold.merge(fold.merge(a, b), c) == fold.merge(a, fold.merge(b, c))


@given(runs())
def test_a_summary_survives_being_stored(run):
    summary = fold.summarise(*run)

    assert msgspec.json.decode(msgspec.json.encode(summary), type=fold.Summary) == summary


@given(runs())
def test_nothing_drawn_makes_the_reason_or_the_duration_fail(run):
    summary = fold.summarise(*run)

    assert isinstance(reason.of_run(summary), str)
    assert (reason.of_run(summary) == "") == (summary.state in ("running", "ok"))
    assert "\n" not in reason.of_run(summary)
    assert summary.duration is None or summary.duration >= 0


def test_a_run_without_stop_is_running():
    assert summary_of(a_run(say("log", 1), ends=None)).state == "running"


@pytest.mark.parametrize("outcome", ["ok", "warning", "failed"])
def test_the_stop_says_what_became_of_the_run(outcome):
    assert summary_of(a_run(outcome=outcome)).state == outcome


@pytest.mark.parametrize("level", ["warning", "error", "critical"])
def test_a_run_that_was_well_but_warned_is_a_warning(level):
    assert summary_of(a_run(say("log", 1, level=level))).state == "warning"


@pytest.mark.parametrize("level", ["debug", "info", "ok"])
def test_what_is_said_below_a_warning_leaves_the_run_well(level):
    assert summary_of(a_run(say("log", 1, level=level))).state == "ok"


def test_the_last_stop_decides_whichever_arrives_last():
    events = a_run(say("stop", 70, status=0, outcome="ok"), status=1, outcome="failed")

    assert summary_of(events).state == "ok"
    assert summary_of(list(reversed(events))).state == "ok"


def test_a_run_whose_start_never_arrived_is_still_a_run():
    events = a_run(say("log", 10), say("log", 5))[1:]

    summary = summary_of(events)

    assert summary.start is None
    assert summary.begin.time == NOON + 5 * SECOND
    assert summary.state == "ok"


def test_another_start_cannot_take_the_run_over():
    events = a_run(ends=None)
    intruder = say("start", -5, run=events[0].run, host="elsewhere", task="other")

    for order in ([intruder, *events], [*events, intruder]):
        assert summary_of(order).begin.host == "db1"
    assert fold.merge(summary_of([intruder]), summary_of(events)).begin.host == "db1"


def test_duration_is_by_the_monotonic_clock_when_the_wall_clock_was_set_back():
    events = a_run(ends=60)
    events[-1].time = NOON - 3600 * SECOND

    assert summary_of(events).duration == 60 * SECOND


def test_duration_across_boots_is_by_the_wall_clock_and_never_negative():
    events = a_run(ends=60)
    events[-1].boot = "another-boot"
    assert summary_of(events).duration == 60 * SECOND

    events[-1].time = NOON - SECOND
    assert summary_of(events).duration == 0


def test_only_what_was_logged_is_counted_by_level():
    events = a_run(say("log", 1, level="warning"), say("log", 2, level="warning"), say("flag", 3, flag="copied"))

    summary = summary_of(events)

    assert summary.levels == {"warning": 2}
    assert summary.events == 5


def test_tags_of_a_run_are_those_of_all_its_events_within_a_limit():
    events = a_run(*(say("log", 1, tags=[f"tag-{number:03d}"]) for number in range(100)))
    parts = random.Random(1).sample(events, len(events))

    whole = summary_of(events)

    assert len(whole.tags) == fold.MAX_TAGS_OF_RUN
    assert fold.merge(summary_of(parts[:50]), summary_of(parts[50:])).tags == whole.tags


def test_two_events_at_the_same_moment_are_ordered_by_id():
    flags = [say("flag", 5, flag=name, id=event_id(5, chance)) for name, chance in (("late", 9), ("early", 8))]

    flag = summary_of(a_run(*flags)).flag

    assert flag is not None
    assert flag.flag == "late"


def test_a_run_whose_process_ended_without_a_stop_is_lost_and_lasted_until_then():
    summary = summary_of(a_run(say("log", 10), say("gone", 52), ends=None))

    assert (summary.state, summary.duration, summary.ended_at) == ("lost", 52 * SECOND, NOON + 52 * SECOND)


@pytest.mark.parametrize("after", [20, 52, 90])
def test_a_stop_decides_over_the_word_that_the_process_is_gone_whenever_it_was_said(after):
    events = a_run(say("gone", 52), ends=after, status=3, outcome="failed")

    for order in (events, events[::-1]):
        assert (summary_of(order).state, summary_of(order).duration) == ("failed", after * SECOND)


def test_what_humed_says_of_a_run_is_no_word_of_the_script():
    summary = summary_of(a_run(say("log", 10), say("gone", 52), ends=None))

    assert summary.last is not None
    assert (summary.events, summary.last_event_at, summary.last.time) == (2, NOON + 10 * SECOND, NOON + 10 * SECOND)


def test_a_run_of_which_only_its_end_has_arrived_begins_with_the_first_word_that_comes():
    gone, word = a_run(say("gone", 5, boot="a-later-boot"), say("log", 9), ends=None)[1:]

    alone, whole = summary_of([gone]), fold.merge(summary_of([gone]), summary_of([word]))

    assert (alone.state, alone.events, alone.first.time) == ("lost", 0, gone.time)
    assert whole.first.time == word.time


def test_of_several_words_that_a_run_is_gone_the_first_counts():
    summary = summary_of(a_run(say("gone", 70), say("gone", 52), ends=None))

    assert summary.duration == 52 * SECOND


def test_a_run_names_its_parent_as_its_own_start_does_and_never_itself():
    child, outer = a_run(ends=None), event_id(0, 7)
    child[0].parent = outer
    intruder = say("start", -5, run=child[0].run, parent=event_id(0, 8))

    assert summary_of([intruder, *child]).parent == outer
    assert summary_of([intruder]).parent is None
    child[0].parent = child[0].id
    assert summary_of(child).parent is None


def test_the_last_progress_is_kept():
    summary = summary_of(a_run(say("progress", 5, progress=(1.0, 4.0)), say("progress", 9, progress=(2.0, 4.0))))

    assert summary.progress is not None
    assert summary.progress.rare.progress == (2.0, 4.0)


def test_a_summary_that_was_stored_before_these_fields_were_there_is_still_read():
    old = msgspec.json.encode(msgspec.to_builtins(summary_of(a_run(say("log", 3), ends=None)))[:11])

    summary = fold.merge(msgspec.json.decode(old, type=fold.Summary), summary_of(a_run(say("gone", 9), ends=None)[1:]))

    assert (summary.state, summary.duration, summary.last) == ("lost", 9 * SECOND, None)
    assert reason.of_run(summary) == "died"
