# SPDX-License-Identifier: MIT
import itertools

from hypothesis import given

from humeops.central import fold
from humeops.central.timeline import Stretch, stretches
from tests.fixtures.events import NOON, SECOND, a_run, runs, say


def way(*flags, ends=60.0, now=100.0):
    events = a_run(*flags, ends=ends)
    summary = fold.summarise(events[0].id, events)
    said = [fold.keep(flag) for flag in flags]
    return stretches(summary.begin, said, summary.stop, NOON + int(now * SECOND))


def test_each_stretch_leads_to_the_next_mark_and_the_last_to_the_end():
    found = way(say("flag", 10, flag="dumped"), say("flag", 25, flag="copied"))

    assert found == [
        Stretch("dumped", 0, 10 * SECOND),
        Stretch("copied", 10 * SECOND, 15 * SECOND),
        Stretch("end", 25 * SECOND, 35 * SECOND, is_last=True),
    ]


def test_a_run_without_marks_is_one_stretch():
    assert way() == [Stretch("end", 0, 60 * SECOND, is_last=True)]


def test_the_last_stretch_of_a_running_run_is_open_and_lasts_until_now():
    assert way(say("flag", 10, flag="dumped"), ends=None)[-1] == Stretch(
        "end", 10 * SECOND, 90 * SECOND, open=True, is_last=True
    )


def test_a_clock_that_is_behind_makes_no_negative_stretch():
    assert way(ends=None, now=-5.0) == [Stretch("end", 0, 0, open=True, is_last=True)]


@given(runs())
def test_stretches_follow_each_other_without_gap(run):
    summary = fold.summarise(*run)
    flags = [fold.keep(event) for event in sorted(run[1], key=lambda event: event.id) if event.kind == "flag"]

    found = stretches(summary.begin, flags, summary.stop, NOON)

    assert len(found) == len(flags) + 1
    assert all(one.begins + one.lasts == other.begins for one, other in itertools.pairwise(found))
    assert all(stretch.lasts >= 0 for stretch in found)
