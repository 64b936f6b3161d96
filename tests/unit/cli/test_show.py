# SPDX-License-Identifier: MIT
"""`hume show`: one run, found by any of its names, told in full."""

import csv
import io
import json

import pytest

from humeops import visible
from humeops.api.schemas import EventView, RunDetail, RunView, Stretch
from humeops.cli import stretches, timeline, wholerun
from humeops.cli.folding import fold
from humeops.cli.terminal import Terminal
from tests.unit.cli.central import SECOND

NOW = 1_795_406_391 * SECOND


def test_a_failed_run_reads_like_this(hume, filled):
    said = hume("show", "db1:backup", ask=filled)

    lines = said.out.splitlines()
    assert said.status == 0
    assert lines[0].startswith("✗ failed  db1:backup   ")
    assert lines[0].endswith(", took 4m10s")
    assert lines[1] == "exit 3 at line 41, after db-dumped"
    assert lines[2].startswith("/usr/local/bin/backup.sh, uid 0, tags cron, db, run ")
    assert lines[4] == "  snapshot   █████████████████████████████              1m38s"
    assert lines[5] == "  db-dumped  ████████████████████████████████████████   2m15s"
    assert lines[6] == "  end        █████✗                                       17s"
    assert any(line.endswith("+1m38s  flag      snapshot") for line in lines)
    assert any(line.endswith("tar: ./base/16384/2619: file changed as we read it") for line in lines)
    assert lines[-1].endswith("+4m10s  stop      exit 3")


def test_a_run_is_found_by_any_of_its_names(hume, filled):
    failed = filled.runs[1]

    for name in (failed.id, failed.short, "backup", "db1:backup"):
        read = json.loads(hume("show", name, "-o", "json", ask=filled).out)
        assert read["run"]["id"] == failed.id
    filled.details[filled.runs[0].id] = RunDetail(filled.runs[0])
    assert json.loads(hume("show", "-o", "json", ask=filled).out)["run"]["task"] == "replica-check"


def test_programs_get_the_runs_events_a_row_each(hume, filled):
    failed = filled.runs[1]
    rows = list(csv.DictReader(io.StringIO(hume("show", "backup", "-o", "csv", ask=filled).out)))
    lines = [json.loads(line) for line in hume("show", "backup", "-o", "ndjson", ask=filled).out.splitlines()]

    assert [row["id"] for row in rows] == [line["id"] for line in lines] == [event.id for event in filled.events[::-1]]
    assert {row["run"] for row in rows} == {line["run"] for line in lines} == {failed.id}


@pytest.fixture
def long_run(filled):
    """A run of which central gives the first 5 of 600 flags; then the error and the stop."""
    run = RunView("01900000-0000-7000-8000-0000aaaaaaaa", "aaaaaaaa", "db1", "long", "failed", NOW, NOW, 700 * SECOND)
    said = [("flag", "info", f"f{number}") for number in range(600)]
    said[300:300] = [("log", "warning", "odd in the middle")]
    said += [("log", "error", "the end of it"), ("stop", "info", "")]
    run.events = len(said)
    filled.events = [
        EventView(f"{at:08x}", NOW + at * SECOND, NOW, "db1", kind, level, "long", run.id, message=text, flag=text)  # type: ignore[arg-type]
        for at, (kind, level, text) in enumerate(said)
    ]
    some = [Stretch(f"f{number}", max(0, number - 1) * SECOND, SECOND) for number in range(5)]
    end = Stretch("end", 4 * SECOND, 696 * SECOND)
    filled.details = {"long": RunDetail(run, [*some, end], filled.events[:5], more_events=True)}
    return filled


def test_the_end_of_a_long_run_is_fetched(hume, long_run):
    long_run.page = 250
    said = hume("show", "long", ask=long_run).out
    read = json.loads(hume("show", "long", "-o", "json", ask=long_run).out)

    assert "the end of it" in said.splitlines()[-2]
    assert [event["id"] for event in read["events"]] == [event.id for event in long_run.events]
    assert [stretch["name"] for stretch in read["stretches"]] == [*(f"f{number}" for number in range(600)), "end"]
    assert read["stretches"][-1] == {"name": "end", "begins": 600 * SECOND, "lasts": 100 * SECOND}
    assert read["more_events"] is False


def test_a_run_too_long_for_a_screen_is_read_from_both_ends(hume, long_run, monkeypatch):
    monkeypatch.setattr(wholerun, "MOST", 50)
    monkeypatch.setattr(wholerun, "NEWEST", 1000)

    said = hume("show", "long", ask=long_run)

    assert said.out.splitlines()[-1].endswith("were not read; hume show --all reads them")
    assert "not read" not in hume("show", "long", "--all", ask=long_run).out


@pytest.mark.parametrize("width", [40, 80])
def test_a_screen_gets_the_beginning_the_end_and_every_trouble(long_run, width):
    detail = long_run.details["long"]
    way = [Stretch(f"f{number}", number * SECOND, SECOND) for number in range(600)]
    whole = RunDetail(detail.run, way, long_run.events)

    lines = list(timeline.draw(Terminal(width=width), whole, NOW, folded=True))

    assert max(map(visible.width, lines)) <= width
    assert len(lines) < 200
    assert "  … 560 more …" in lines
    assert any("… 270 events …" in line for line in lines)
    assert any("  warning  odd" in line for line in lines)
    assert "stop" in lines[-1]
    assert len(list(timeline.draw(Terminal(width=width), whole, NOW))) > 1200


def test_a_fold_leaves_out_the_middle_but_for_what_matters():
    assert list(fold(range(10), 2, 3)) == [0, 1, 5, 7, 8, 9]
    assert list(fold(range(10), 2, 3, lambda item: item in (2, 5), 1)) == [0, 1, 3, 5, 6, 7, 8, 9]
    assert list(fold(range(4), 2, 3)) == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["nosuch", "01900000-0000-7000-8000-0000deadbeef", "db9:backup"])
def test_a_run_that_is_not_there_is_1(hume, fake, name):
    said = hume("show", name, ask=fake)

    assert (said.status, said.out, said.err) == (1, "", f"hume: no such run: {name}\n")


def test_a_running_run_is_open():
    run = RunView("x" * 36, "xxxxxxxx", "db1", "check", "running", NOW - 42 * SECOND)
    detail = RunDetail(run, [Stretch("a", 0, 2 * SECOND), Stretch("end", 2 * SECOND, 40 * SECOND, open=True)])

    lines = list(timeline.draw(Terminal(), detail, NOW))

    assert lines[0].endswith("running for 42s")
    assert lines[4].endswith("█◔  40s so far")


def test_bars_share_one_scale_and_are_never_empty():
    assert [stretches.bar_of(share, 10, True) for share in (1.0, 0.5, 0.51, 0.0)] == ["█" * 10, "█" * 5, "█████▏", "▏"]
    assert [stretches.bar_of(share, 10, False) for share in (1.0, 0.5, 0.0)] == ["#" * 10, "#" * 5, "#"]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("unicode", [True, False], ids=["utf-8", "ascii"])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(width, unicode):
    text = "word " * 60 + "\x1b[2J" + "x" * 200
    run = RunView("x" * 36, "xxxxxxxx", "db1", "c" * 64, "failed", NOW, NOW, 0, reason=text)
    events = [EventView(str(at), NOW + at, NOW, "db1", "log", "error", message=text) for at in (0, 86_400 * SECOND)]
    stretches = [Stretch("s" * 64, 0, 0), Stretch("end", 0, 0)]

    lines = list(timeline.draw(Terminal(width=width, unicode=unicode), RunDetail(run, stretches, events), NOW))

    assert max(map(visible.width, lines)) <= width
    assert "".join("".join(lines).split()).count("word" * 60) == 3
    assert all(visible.visible(line) == line for line in lines)
    assert unicode or all(line.isascii() for line in lines)
