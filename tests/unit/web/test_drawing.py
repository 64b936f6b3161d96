# SPDX-License-Identifier: MIT
"""What stands where on a run's timeline."""

from humeops.api.schemas import RunDetail, RunView, Stretch
from humeops.web import drawing

SECOND = 1_000_000_000
BEGUN = 1_795_406_391 * SECOND


def a_run(state="ok", task="nightly", begins=0, lasts=None, host="db1", **more):
    duration = None if lasts is None else lasts * SECOND
    return RunView(f"{task}{begins}", task, host, task, state, BEGUN + begins * SECOND, duration=duration, **more)


def drawn(*children, lasts=100):
    detail = RunDetail(a_run(lasts=lasts), [Stretch("end", 0, lasts * SECOND)], children=list(children))
    picture = drawing.draw(detail, None, [])
    assert picture is not None
    return picture


def test_a_run_started_within_another_lies_below_it_to_scale():
    picture = drawn(a_run("failed", "dump", begins=25, lasts=50))

    (one,) = picture.nested
    whole = picture.lanes[0].boxes[0]
    assert abs((one.box.x - whole.x) / whole.width - 0.25) < 0.01
    assert abs(one.box.width / whole.width - 0.5) < 0.01
    assert (one.box.kind, one.box.label, one.box.title) == ("failed", "dump", "dump: failed, 50 s")


def test_runs_within_come_in_the_order_of_their_starts_with_the_host_where_it_is_another():
    picture = drawn(a_run(task="late", begins=80, lasts=5), a_run(task="early", begins=1, lasts=5, host="db2"))

    assert [one.box.label for one in picture.nested] == ["db2:early", "late"]


def test_a_name_stands_where_there_is_room_for_it_or_nowhere():
    picture = drawn(a_run(task="short", begins=1, lasts=5), a_run(task="s" * 40, begins=60, lasts=39))
    wide = drawn(a_run(task="s" * 64, begins=1, lasts=98))

    assert [(one.anchor, bool(one.box.label)) for one in picture.nested] == [("start", True), ("end", True)]
    assert wide.nested[0].box.label == ""


def test_what_still_runs_within_goes_until_now_and_what_was_lost_until_its_last_word():
    last = BEGUN + 30 * SECOND
    picture = drawn(a_run("running", "open", begins=50), a_run("lost", "gone", begins=10, last_event_at=last))

    assert [one.box.title for one in picture.nested] == ["gone: lost, 20 s", "open: running"]
    gone, still = (one.box for one in picture.nested)
    assert abs(still.width / gone.width - 50 / 20) < 0.1


def test_what_outlives_its_run_is_still_on_the_picture():
    picture = drawn(a_run(task="long", begins=50, lasts=1_000))

    (one,) = picture.nested
    assert one.box.x + one.box.width <= drawing.WIDTH


def test_many_runs_within_are_not_all_drawn():
    assert len(drawn(*(a_run(begins=number, lasts=1) for number in range(50))).nested) < 50
