# SPDX-License-Identifier: MIT
"""Lists: what programs read is exact and harmless, what people read fits."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops import moments, visible
from humeops.api.schemas import DatumView, EventView
from humeops.cells import to_cell, to_json
from humeops.cli import phrases, tables
from humeops.cli.terminal import Terminal
from humeops.clock import SystemClock
from humeops.event import Value

ID = "01900000-0000-7000-8000-0000deadbeef"
ANY_TEXT = st.text(st.characters(codec="utf-8", categories=None, exclude_categories=["Cs"]))


@given(ANY_TEXT)
def test_json_is_ascii_with_nothing_to_obey_and_reads_back(text):
    written = to_json({"a": text})

    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written) == {"a": text}


@given(ANY_TEXT)
def test_no_text_becomes_a_formula(text):
    cell = to_cell(text)

    assert not cell.startswith(("=", "+", "-", "@"))
    assert cell.isprintable() or all(character.isspace() or character.isprintable() for character in cell)


def test_numbers_stay_numbers_in_csv():
    assert [to_cell(value) for value in (-3, 2.5, True, None, {"a": 1}, "-3")] == [
        "-3",
        "2.5",
        "true",
        "",
        '{"a":1}',
        "'-3",
    ]


def test_json_is_one_array_of_what_central_has(hume, filled):
    read = json.loads(hume("runs", "-o", "json", ask=filled).out)

    assert [run["task"] for run in read] == ["replica-check", "backup", "vacuum"]
    assert read[1]["started_at"] == filled.runs[1].started_at
    assert "ended_at" not in read[0]


def test_an_empty_list_is_empty_in_every_format(hume, fake):
    assert hume("runs", "-o", "json", ask=fake).out == "[]\n"
    assert hume("runs", "-o", "ndjson", ask=fake).out == ""
    assert hume("runs", "-o", "csv", "--columns", "host,task", ask=fake).out == "host,task\n"
    table = hume("runs", "--failed", ask=fake)
    assert (table.status, table.out, table.err) == (0, "", "no such run\n")


@pytest.mark.parametrize("asked", [("nosuch",), ("db9:backup",), ("--task", "nosuch*"), ("nosuch", "--failed")])
@pytest.mark.parametrize(("output", "out"), [("table", ""), ("json", "[]\n"), ("ndjson", "")])
def test_runs_of_a_task_that_nobody_knows_are_said_to_be_of_none(hume, filled, asked, output, out):
    said = hume("runs", *asked, "-o", output, ask=filled)

    name = next(word for word in asked if "nosuch" in word or ":" in word)
    assert (said.status, said.out, said.err) == (1, out, f"hume: no such task: {name}\n")


@pytest.mark.parametrize(
    "asked", [("backup", "--lost"), ("disk-report",), ("db1:disk*",), ("--state", "lost", "--host", "x")]
)
def test_a_task_none_of_whose_runs_matches_has_an_empty_list(hume, filled, asked):
    said = hume("runs", *asked, ask=filled)

    assert (said.status, said.out, said.err) == (0, "", "no such run\n")
    assert hume("runs", *asked, "-o", "json", ask=filled).out == "[]\n"


@pytest.mark.parametrize("verb", ["events", "runs"])
def test_where_nothing_was_said_yet_it_teaches(hume, fake, verb):
    said = hume(verb, ask=fake)

    assert (said.status, said.out) == (0, "")
    assert "hume start backup" in said.err


@pytest.mark.parametrize(("word", "level"), [("warn", "warning"), ("err", "error"), ("crit", "critical")])
def test_a_level_may_be_short_as_in_scripts(hume, fake, word, level):
    assert hume("events", "--level", word, ask=fake).status == 0
    assert fake.asked[-1][1]["q"] == f"level>={level}"


def test_ndjson_has_one_object_a_line_with_the_columns_asked_for(hume, filled):
    lines = hume("events", "-o", "ndjson", "--columns", "kind,data.bytes,said", ask=filled).out.splitlines()

    assert json.loads(lines[-2]) == {
        "kind": "log",
        "data.bytes": 71_000_000_000,
        "said": "snapshot pg_main, 71 GB  bytes=71000000000 ok=true",
    }


def test_csv_reads_back_and_quotes_formulas(hume, filled):
    rows = list(csv.reader(io.StringIO(hume("data", "-o", "csv", "--columns", "key,value", ask=filled).out)))

    assert rows == [["key", "value"], ["dump_bytes", "73400320"], ["formula", '\'=HYPERLINK("http://x")']]


def test_a_csv_of_tasks_has_a_row_of_plain_values(hume, filled):
    rows = list(csv.reader(io.StringIO(hume("status", "-o", "csv", ask=filled).out)))

    assert rows[0] == [
        "host",
        "task",
        "state",
        "since",
        "last_event_at",
        "reason",
        "tags",
        "running",
        "expected_at",
        "notice",
    ]
    assert rows[1][:3] == ["db1", "backup", "failed"]
    wanted = hume("status", "db1:backup", "-o", "csv", "--columns", "task,last_run.duration", ask=filled).out
    assert wanted == "task,last_run.duration\nbackup,250000000000\n"


def test_a_value_is_shown_with_its_unit_and_whether_it_still_holds():
    def amount(value, unit="", expires_at=None):
        return phrases.amount(DatumView("h", "t", "k", value, 0, unit, expires_at=expires_at), 7_200_000_000_000)

    assert amount(84_385_648_640, "bytes") == "84.4 GB"
    assert amount(512, "bytes") == "512 bytes"
    assert amount(5, "days") == "5 days"
    assert amount(True) == "true"
    assert amount("ready", expires_at=0) == "ready (expired 2 h ago)"
    assert amount(2.50, "s", expires_at=7_200_000_000_001) == "2.5 s"


@pytest.mark.parametrize("value", [True, False, "ready", ""])
def test_a_value_that_is_no_number_is_shown_without_the_unit_said_beside_it(value):
    datum = DatumView("h", "t", "k", value, 0, "bytes")

    assert phrases.amount(datum, 0) == phrases.value(value)


def test_of_several_values_said_with_a_unit_each_number_shows_it():
    said: dict[str, Value] = {"ok": True, "size": 73_000_000, "of": "db", "spare": 1}
    event = EventView("i", 0, 0, "h", "data", "info", data=said, unit="bytes")

    assert phrases.said(event) == "ok=true size=73000000 bytes of=db spare=1 bytes"


def test_pages_are_fetched_until_the_limit(hume, filled):
    filled.page = 2

    assert hume("events", "-o", "ndjson", "--limit", "5", ask=filled).out.count("\n") == 5
    assert [params.get("after") for _, params in filled.asked] == [None, "2", "4"]
    assert filled.asked[-1][1]["limit"] == "1"


def test_filters_go_to_central(hume, fake):
    hume("runs", "db1:backup", "--tag", "cron", "--failed", "--since", "2026-11-23T00:00Z", "--limit", "7", ask=fake)
    hume("events", "--run", ID, "--level", "warning", "--text", "two words", "--oldest", ask=fake)

    assert fake.asked[0][1] == {
        "q": "host:db1 task:backup tag:cron state:failed since:2026-11-23T00:00:00Z",
        "limit": "7",
    }
    assert fake.asked[-1][1] == {
        "q": f'level>=warning "two words" run:{ID}',
        "order": "oldest",
        "limit": "100",
    }


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (("events", "level>=warn", "disk"), 'level>=warning "disk"'),
        (("events", "--host", "db1", "a or b"), '("a" or "b") host:db1'),
        (("runs", "backup", "state:failed"), "task:backup state:failed"),
        (("runs", "not tag:cron"), "not tag:cron"),
        (("status", "db1", "tag:cron"), "(host:db1 or task:db1) tag:cron"),
        (("status", "db1:*", "--tag", "a b"), 'tag:"a b" host:db1 task:*'),
        (("data", "db1:backup", "key:bytes"), "host:db1 task:backup key:bytes"),
        (("data", "user:root"), "user:root"),
    ],
)
def test_what_is_written_as_a_filter_is_one(hume, fake, arguments, asked):
    hume(*arguments, ask=fake)

    assert fake.asked[0][1]["q"] == asked


def test_a_wrong_filter_is_wrong_usage_and_pointed_at(hume, fake):
    said = hume("events", "host:db1", "levl:error", ask=fake)

    assert said.status == 64
    assert said.err.startswith("hume: filter, at 10, `levl`: no such key; did you mean `level`?")
    assert fake.asked == []


def test_events_of_a_run_are_found_by_its_short_id(hume, filled):
    failed = filled.runs[1]

    assert hume("events", "--run", failed.short, ask=filled).status == 0
    assert filled.asked[-1][1]["q"] == f"run:{failed.id}"
    said = hume("events", "--run", "nosuch", ask=filled)
    assert (said.status, said.err) == (1, "hume: no such run: nosuch\n")


@given(st.lists(st.integers(0, 300), min_size=1, max_size=9), st.integers(40, 200))
def test_columns_always_fit(natural, room):
    columns = ["time", "state", "host", "task", "short", "what", "reason", "data", "message"][: len(natural)]

    widths = tables.fit(natural, columns, room)

    assert sum(widths) + 2 * (len(widths) - 1) <= room
    assert all(width <= wanted for width, wanted in zip(widths, natural, strict=True))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_narrow_terminal_gets_state_id_time_task_and_sentence_in_whole(hume, filled, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    failed = filled.runs[1]

    runs, events = hume("runs", ask=filled).out, hume("events", ask=filled).out

    assert max(map(visible.width, (runs + events).splitlines())) <= width
    assert f"✗ failed   {failed.short}  " in runs
    assert "replica-check" in runs
    assert "exit 3 at line 41, after db-dumped" in " ".join(runs.split())
    # Some of them were said before midnight, when the test runs soon after it.
    now_ns = SystemClock().wall_ns()
    assert all(moments.brief(event.time, now_ns) in events for event in filled.events)
    assert events.count("backup  ") >= len(filled.events)
    assert "replica 14 s behind" in events


def test_whole_columns_go_by_importance(hume, filled, monkeypatch):
    def heads(verb, columns):
        monkeypatch.setenv("COLUMNS", columns)
        return hume(verb, ask=filled).out.splitlines()[0].split()

    assert heads("runs", "120") == ["state", "run", "host", "task", "started", "took", "reason"]
    assert heads("runs", "80") == ["state", "run", "host", "task", "started", "took"]
    assert heads("runs", "55") == ["state", "run", "task", "started", "took"]
    assert heads("runs", "40") == ["state", "run", "task"]
    assert heads("events", "40") == ["time", "host", "task", "what"]
    assert heads("data", "40") == ["task", "key", "value"]
    filled.runs[0].host = "web04"
    assert heads("runs", "55") == ["state", "run", "host", "task", "started"]


def test_columns_that_were_asked_for_are_not_dropped(hume, filled, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")

    said = hume("runs", "--columns", "state,host,task,started_at,duration,reason", ask=filled).out

    assert len(said.splitlines()[0].split()) == 6


def test_a_table_shows_hostile_text_and_obeys_none_of_it():
    event = EventView("x", 0, 0, "h\x1b[31m", "log", "info", "t\u202e", message="\x1b]0;x\x07\nsecond")
    row = {name: getattr(event, name) for name in event.__struct_fields__}

    for terminal in (Terminal(width=80), Terminal(width=80, unicode=False)):
        lines = list(tables.render(terminal, [row], ["host", "task", "message"], 0))
        assert len(lines) == 2
        assert visible.visible(lines[1]) == lines[1]
