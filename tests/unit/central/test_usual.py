# SPDX-License-Identifier: MIT
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.central import fold, timeline, usual
from humeops.central.fold import Said
from tests.fixtures.events import NOON, SECOND, a_run, event_id


def good_run(number, lasts=60, stretches=(), **data):
    facts = usual.Facts(lasts * SECOND, list(stretches), data)
    return usual.GoodRun(NOON + number, event_id(0, number), msgspec.Raw(msgspec.json.encode(facts)))


def facts(*middle, flags, data, **more):
    events = a_run(*middle, **more)
    said = [Said("", 0, "", NOON + at * SECOND, "db1", "backup", flag=name) for name, at in flags]
    return usual.good_run(fold.summarise(events[0].id, events), said, data).facts


def test_the_facts_of_a_run_are_its_length_its_stretches_and_its_numbers():
    kept = facts(flags=[("dumped", 10), ("copied", 25), ("copied", 30)], data={"rows": 7.0, "bytes": 1.5})

    assert kept.duration == 60 * SECOND
    assert kept.stretches == [
        ("dumped", 1, 10 * SECOND),
        ("copied", 1, 15 * SECOND),
        ("copied", 2, 5 * SECOND),
        ("", 1, 30 * SECOND),
    ]
    assert list(kept.data) == ["bytes", "rows"]


def test_a_run_that_marks_and_tells_without_end_is_kept_within_limits():
    flags = [(f"f{number}", number) for number in range(500)]

    kept = facts(flags=flags, data={f"k{number}": 1.0 for number in range(500)}, ends=600.0)

    assert len(kept.stretches) == usual.MOST_STRETCHES
    assert all(name for name, _, _ in kept.stretches)
    assert len(kept.data) == usual.MOST_NUMBERS


def test_facts_survive_being_stored():
    kept = good_run(3, 60, [("dumped", 1, 10)], size=1.5)

    read = msgspec.json.decode(msgspec.json.encode([kept]), type=list[usual.GoodRun])

    assert [(run.key, run.facts) for run in read] == [(kept.key, kept.facts)]


@given(st.permutations(range(30)))
def test_the_last_runs_are_the_same_whatever_order_they_come_in(order):
    known: list[usual.GoodRun] = []
    for number in order:
        known = usual.latest([*known, good_run(number)])

    assert [run.began - NOON for run in known] == list(range(29, 9, -1))


@pytest.mark.parametrize("count", [0, 4])
def test_with_fewer_than_five_nothing_is_usual(count):
    sample = usual.Sample([10.0] * count)

    assert sample.median is None
    assert not sample.is_far_above(1e9)
    assert not sample.is_far_below(0)


@pytest.mark.parametrize(
    ("values", "value", "is_far"),
    [
        ([100] * 5, 150, False),  # half the median is the least margin where all are alike
        ([100] * 5, 151, True),
        ([90, 95, 100, 105, 110], 151, True),  # MAD 5: five sigmas are 37, half the median is more
        ([60, 80, 100, 120, 140], 248, False),  # MAD 20: five sigmas are 148
        ([60, 80, 100, 120, 140], 249, True),
        ([100, 100, 100, 100, 100_000], 200, True),  # one outlier changes nothing
        ([100, 100, 100, 100, 100, 100, 900, 900], 900, False),  # what two others did is usual
        ([0] * 6, 0.001, True),
        ([-10] * 6, -4, True),
    ],
)
def test_far_above_is_beyond_five_sigmas_and_half_the_median(values, value, is_far):
    assert usual.Sample(values).is_far_above(value) is is_far


def test_below_the_floor_nobody_cares():
    assert not usual.Sample([SECOND // 100] * 5).is_far_above(SECOND, usual.FLOOR_NS)
    assert usual.Sample([SECOND // 100] * 5).is_far_above(2 * SECOND, usual.FLOOR_NS)


@given(st.lists(st.floats(-1e300, 1e300), max_size=20), st.floats(-1e300, 1e300))
def test_no_value_is_both_far_above_and_far_below(values, value):
    sample = usual.Sample(values)

    assert not (sample.is_far_above(value) and sample.is_far_below(value))


def test_a_run_is_never_compared_with_itself():
    runs = [good_run(number) for number in range(6)]

    assert len(usual.Past(runs, runs[2].run).runs) == 5


def test_the_usual_way_goes_where_most_runs_went():
    ways = [[("a", 1, 1), ("b", 1, 1), ("", 1, 1)]] * 3 + [[("a", 1, 1), ("c", 1, 1), ("", 1, 1)]] * 2
    past = usual.Past([good_run(number, stretches=way) for number, way in enumerate(ways)], "")

    assert past.next_after(None) == ("a", 1)
    assert past.next_after(("a", 1)) == ("b", 1)
    assert past.next_after(("c", 1)) == usual.END
    assert past.next_after(usual.END) is None
    assert past.next_after(("never", 1)) is None


def test_flags_that_come_in_four_of_five_runs_usually_come():
    ways = [[("a", 1, 1), ("b", 1, 1), ("b", 2, 1), ("", 1, 1)]] * 4 + [[("a", 1, 1), ("", 1, 1)]]

    def flags(ways):
        return usual.Past([good_run(number, stretches=way) for number, way in enumerate(ways)], "").usual_flags()

    assert flags(ways) == {"a": 5, "b": 4}
    assert flags([*ways, ways[-1]]) == {"a": 6}
    assert flags(ways[:4]) == {}


def test_a_flag_called_end_is_not_the_end():
    way = [timeline.Stretch("end", 0, 1), timeline.Stretch("end", 1, 1, is_last=True)]

    assert usual.places(way) == [("end", 1), usual.END]
