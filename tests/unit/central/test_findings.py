# SPDX-License-Identifier: MIT
import msgspec

from humeops.central import findings, fold, timeline
from humeops.central.findings import Number
from humeops.central.fold import Said
from humeops.central.usual import Facts, GoodRun, Past
from tests.fixtures.events import NOON, SECOND, a_run, event_id

MINUTE = 60 * SECOND
WAY = [("snapshot", 1, 10 * SECOND), ("dumped", 1, 40 * SECOND), ("", 1, 10 * SECOND)]
FACTS = msgspec.Raw(msgspec.json.encode(Facts(MINUTE, WAY, {"rows": 100.0})))
PAST = [GoodRun(NOON + number, event_id(0, number), FACTS) for number in range(20)]


def compare(*flags, past=PAST, data=(), now=0, **run):
    events = a_run(**run)
    summary = fold.summarise(events[0].id, events)
    said = [Said("", 0, "", NOON + at * SECOND, "db1", "backup", flag=name) for name, at in flags]
    now_ns = NOON + now * SECOND
    way = timeline.stretches(summary.begin, said, summary.end, now_ns)
    return findings.compare(summary, way, data, Past(past, summary.run), now_ns)


def sentences(*flags, **more):
    return [finding.sentence for finding in compare(*flags, **more).findings]


def test_a_run_as_usual_has_no_finding_and_its_usual_beside_it():
    found = compare(("snapshot", 11), ("dumped", 49))

    assert found.findings == []
    assert (found.runs, found.duration) == (20, MINUTE)
    assert [course.usual for course in found.way] == [10 * SECOND, 40 * SECOND, 10 * SECOND]


def test_a_stretch_far_beyond_its_usual_length_is_a_finding_and_so_is_the_whole():
    found = compare(("snapshot", 10), ("dumped", 310), ends=320)

    assert [(finding.kind, finding.subject) for finding in found.findings] == [
        ("slow_run", ""),
        ("slow_stretch", "dumped"),
    ]
    assert [finding.sentence for finding in found.findings] == [
        "took 5m20s, usually 1m00s",
        "the way to dumped took 5m00s, usually 40s",
    ]
    assert [course.is_unusual for course in found.way] == [False, True, False]


def test_a_run_that_took_hardly_any_time_is_a_finding_unless_it_failed():
    assert sentences(("snapshot", 1), ("dumped", 2), ends=3) == ["took only 3.0s, usually 1m00s"]
    failed = compare(("snapshot", 1), ("dumped", 2), ends=3, outcome="failed", status=1)
    assert failed.findings == []


def test_a_flag_that_usually_comes_and_did_not_is_a_finding_of_a_run_that_ended():
    assert sentences(("snapshot", 10)) == ["flag dumped did not come; it came in 20 of the last 20 good runs"]
    assert sentences(("snapshot", 10), ends=None, now=20) == []


def test_a_number_far_from_its_usual_range_is_a_finding():
    flags = (("snapshot", 10), ("dumped", 50))

    assert sentences(*flags, data=[Number("rows", 140.0, "")]) == []
    assert sentences(*flags, data=[Number("rows", 0.0, "")]) == ["rows is 0, usually 100"]
    assert sentences(*flags, data=[Number("rows", 3e6, "bytes")]) == ["rows is 3.0 MB, usually 100 bytes"]
    assert sentences(*flags, data=[Number("unheard_of", 1.0, "")]) == []


def test_a_run_that_failed_on_its_way_shows_where_it_usually_goes():
    last = compare(("snapshot", 10), ends=15, outcome="failed", status=3).way[-1]

    assert (last.toward, last.usual, last.stretch.lasts) == ("dumped", 40 * SECOND, 5 * SECOND)


def test_a_running_run_that_hangs_is_a_finding_already():
    found = sentences(("snapshot", 10), ends=None, now=610)

    assert found == [
        "has been running for 10m10s, usually 1m00s",
        "the way to dumped takes 10m00s already, usually 40s",
    ]


def test_with_fewer_than_five_good_runs_there_is_no_finding():
    found = compare(("odd", 500), ends=3600, data=[Number("rows", 0.0, "")], past=PAST[:4])

    assert (found.findings, found.duration) == ([], None)
    assert [course.usual for course in found.way] == [None, None]
