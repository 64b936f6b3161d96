# SPDX-License-Identifier: MIT
"""What explains a run is told beside it: usual lengths, what was unusual, numbers, origin, children, output, links."""

import pytest

from humeops import visible
from humeops.api.schemas import (
    EventView,
    FindingView,
    NumberView,
    OriginView,
    OutlookView,
    RunDetail,
    RunView,
    Stretch,
    UsualView,
)
from humeops.cli import explained, history, origins, stretches, timeline
from humeops.cli.terminal import Terminal
from humeops.spans import MINUTE, SECOND

NOW = 1_795_406_391 * SECOND
WIDE = Terminal(width=100)


def a_run(name="aaaaaaaa", **more):
    members = {"host": "db1", "task": "backup", "state": "ok", "duration": 60 * SECOND, **more}
    return RunView(f"01900000-0000-7000-8000-0000{name}", name, started_at=NOW - 5 * MINUTE, **members)


def test_a_stretch_stands_beside_what_it_usually_takes_and_an_unusual_one_has_a_mark():
    way = [Stretch("dumped", 0, 50 * SECOND, usual=10 * SECOND, unusual=True), Stretch("end", 0, SECOND, usual=SECOND)]

    lines = list(stretches.bars(WIDE, a_run(), way))

    assert lines[0].endswith("50s  ! usually 10s")
    assert lines[1].endswith("1.0s  usually 1.0s")


def test_the_heading_says_how_long_the_run_took_and_how_long_it_usually_takes():
    detail = RunDetail(a_run(), usual=UsualView(runs=6, duration=50 * SECOND))

    assert "\n".join(timeline.heading(WIDE, detail, NOW)).endswith(", took 1m00s, usually 50s")
    assert max(map(visible.width, timeline.heading(Terminal(width=40), detail, NOW + 30 * 24 * 60 * MINUTE))) <= 40
    assert "usually" not in "\n".join(timeline.heading(WIDE, RunDetail(a_run(), usual=UsualView(runs=4)), NOW))


def test_where_a_run_that_stopped_on_its_way_was_going_is_told():
    way = [Stretch("dumped", 0, SECOND), Stretch("end", 0, SECOND, toward="copied", usual=9 * SECOND)]

    lines = list(stretches.bars(WIDE, a_run(state="failed"), way))

    assert lines[1].endswith("usually 9.0s, to copied")


def test_what_was_unusual_is_told_in_sentences():
    found = [FindingView("slow_run", "took 2m00s, usually 1m00s"), FindingView("missing_flag", "flag x did not come")]

    lines = list(explained.findings(WIDE, RunDetail(a_run(), usual=UsualView(20), findings=found)))

    assert lines == ["", "unusual (beside 20 good runs)", "  ! took 2m00s, usually 1m00s", "  ! flag x did not come"]
    assert list(explained.findings(WIDE, RunDetail(a_run()))) == []


def test_numbers_have_their_units_and_what_is_usual():
    data = [NumberView("backup_bytes", 73_400_320, "bytes", 70e6), NumberView("rows", 3, usual=900.0, unusual=True)]

    lines = list(explained.numbers(WIDE, RunDetail(a_run(), data=data)))

    assert lines[2:] == ["  backup_bytes  73.4 MB  usually 70.0 MB", "  rows                3  ! usually 900"]


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        (
            OriginView(by="cron", script="/etc/backup", args=["--full", "a b"], user="root", cwd="/root"),
            "/etc/backup --full 'a b', by cron, as root in /root",
        ),
        (OriginView(by="systemd", unit="b.service", uid=7), "by systemd as b.service, uid 7"),
        (OriginView(by="ssh", client="192.0.2.1", sha256="ab" * 32), "over ssh from 192.0.2.1, sha256 abababababab"),
        (OriginView(by="terminal", tty="pts/3"), "from terminal pts/3"),
        (OriginView(), ""),
    ],
)
def test_what_started_a_run_is_told_in_a_line(origin, told):
    lines = list(origins.lines(WIDE, RunDetail(a_run(), origin=origin)))

    assert lines == [", ".join(filter(None, [told, "run aaaaaaaa"]))]


def test_the_trace_it_is_part_of_is_told_with_nothing_that_a_terminal_obeys():
    origin = OriginView(traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\x1b[31m")

    lines = list(origins.lines(WIDE, RunDetail(a_run(), origin=origin)))

    assert lines[1] == "traceparent 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\\x1b[31m"


def test_the_run_within_which_it_was_started_is_named():
    parent = a_run("bbbbbbbb", task="nightly", state="running")

    lines = list(origins.lines(WIDE, RunDetail(a_run(), parent=parent)))

    assert lines[1] == "within db1:nightly, run bbbbbbbb (running)"


def test_children_stand_below_their_parents_and_a_circle_ends():
    top = a_run("00000000")
    child = a_run("11111111", task="dump", parent=top.id)
    grandchild = a_run("22222222", task="table", parent=child.id, state="failed", reason="exit 3")
    child.parent = top.id
    circle = [a_run("33333333", parent=a_run("44444444").id), a_run("44444444", parent=a_run("33333333").id)]

    lines = list(explained.children(WIDE, RunDetail(top, children=[child, grandchild, *circle]), NOW))

    assert lines[2].startswith("  ✓ ok")
    assert lines[2].endswith("dump  took 1m00s  run 11111111")
    assert lines[3].startswith("    ✗ failed")
    assert lines[3].endswith("run 22222222  exit 3")
    assert len(lines) == 4


def test_the_output_is_set_off_and_shows_what_it_would_do():
    lines = list(explained.output(WIDE, RunDetail(a_run(), output="fine\n\x1b[2Jgone\r\n")))

    assert lines[1:] == ["the end of its output", "  │ fine", "  │ \\x1b[2Jgone"]


def test_what_was_said_afterwards_is_told_as_that():
    late = EventView("e", NOW, NOW, "db1", "log", "info", "backup", message="too late")

    lines = list(explained.links(WIDE, RunDetail(a_run(), links=[late]), NOW))

    assert lines[1] == "said of it afterwards"
    assert lines[2].endswith("backup info  too late")


@pytest.mark.parametrize(
    ("progress", "outlook", "told"),
    [
        ((1.0, 4.0), None, "█████............... 25%"),
        (None, OutlookView(NOW + MINUTE, "usual"), "likely through in 1m00s, as it usually takes"),
        (None, OutlookView(NOW - MINUTE, "progress"), "should have been through 1m00s ago, by its progress"),
    ],
)
def test_a_running_run_tells_how_far_it_is(progress, outlook, told):
    run = a_run(state="running", duration=None, progress=progress)

    assert list(explained.outlook(WIDE, RunDetail(run, outlook=outlook), NOW)) == [told]


def test_all_of_it_stays_within_a_narrow_terminal():
    narrow = Terminal(width=40)
    long = "x" * 70
    detail = RunDetail(
        a_run(state="failed", reason=long),
        [
            Stretch(long, 0, SECOND, usual=SECOND),
            Stretch("end", 0, SECOND, toward="y" * 20, usual=SECOND, unusual=True),
        ],
        findings=[FindingView("slow_run", f"{long} was slow")],
        children=[a_run("11111111", task=long)],
        output=long,
        origin=OriginView(script=long, cwd="/" + long),
    )

    lines = list(timeline.draw(narrow, detail, NOW))

    assert max(map(visible.width, lines)) <= 40


def test_a_tasks_last_runs_are_a_line_of_bars():
    durations = [80, 40, 10, None, 20]
    runs = [a_run(duration=None if one is None else one * SECOND) for one in durations]
    runs[3].state, runs[2].state = "running", "failed"

    (line,) = history.lines(WIDE, runs)

    assert line == "db1:backup  ▃◔✗▅█  10s to 1m20s"


def test_without_utf8_the_heights_are_digits_and_colours_follow_the_outcome():
    runs = [a_run(duration=80 * SECOND), a_run(duration=10 * SECOND, state="failed")]

    (plain,) = history.lines(Terminal(width=80, unicode=False), runs)
    (colourful,) = history.lines(Terminal(width=80, colour=True), runs)

    assert plain == "db1:backup  x8  10s to 1m20s"
    assert "\x1b[31;1m✗\x1b[0m\x1b[32m█" in colourful


def test_many_tasks_at_once_have_no_such_line():
    assert list(history.lines(WIDE, [a_run(task=f"t{number}") for number in range(9)])) == []
