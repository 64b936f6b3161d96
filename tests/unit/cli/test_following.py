# SPDX-License-Identifier: MIT
"""`hume tail`, `hume wait` and `hume check` over a central that answers from lists."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.api.schemas import EventView
from humeops.cli import livestream
from humeops.errors import UnavailableError

STREAM = b'id: a-0\nevent: ready\ndata: {}\n\nid: a-1\nevent: event\ndata: {"x":"1: 2"}\n\nid: a-2\n: still here\n\n'


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_a_stream_is_read_however_it_is_cut(places):
    cuts = [0, *sorted(places), len(STREAM)]

    told = list(livestream.read(STREAM[begin:end] for begin, end in itertools.pairwise(cuts)))

    assert told == [("ready", "{}", "a-0"), ("event", '{"x":"1: 2"}', "a-1"), ("", "", "a-2")]


def test_a_stream_that_ended_goes_on_where_it_was():
    asked = []

    class Once:
        def stream(self, _path, _params, place, _silence):
            asked.append(place)
            if len(asked) == 2:
                raise UnavailableError("away")
            return iter([STREAM])

    told = livestream.follow(Once(), {}, pause=lambda _: None)  # type: ignore[arg-type]
    names = [next(told).name for _ in range(4)]

    assert names == ["ready", "event", "", "ready"]
    assert asked == ["", "a-2", "a-2"]


def test_a_central_that_is_not_there_at_first_is_an_error():
    class Away:
        def stream(self, *_):
            raise UnavailableError("away")

    with pytest.raises(UnavailableError):
        next(livestream.follow(Away(), {}))  # type: ignore[arg-type]


def test_tail_shows_the_last_ones_oldest_first(hume, filled):
    times = [json.loads(line)["time"] for line in hume("tail", "-o", "ndjson", ask=filled).out.splitlines()]

    assert len(times) == min(10, len(filled.events))
    assert "\x1b" not in hume("tail", ask=filled).out


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("db1:backup", 2, "CRITICAL - db1:backup failed: "),
        ("vacuum", 0, "OK - db1:vacuum ok, heard "),
        ("nosuch", 3, "UNKNOWN - no task nosuch"),
        ("*", 2, "CRITICAL - "),
    ],
)
def test_a_check_says_in_one_line_how_a_task_fares(hume, filled, name, status, said):
    answer = hume("check", name, ask=filled)

    assert (answer.status, answer.err) == (status, "")
    assert answer.out.startswith(said)
    assert answer.out.count("\n") == 1
    assert status == 3 or " | 'age'=" in answer.out


def test_a_check_of_what_was_not_heard_for_long_is_critical(hume, filled):
    assert hume("check", "vacuum", "--max-age", "1s", ask=filled).status == 2
    assert hume("check", "vacuum", "--max-age", "52w", ask=filled).status == 0


def test_a_check_without_central_is_unknown(hume):
    answer = hume("check", "backup", "--central", "http://127.0.0.1:9")

    assert answer.status == 3
    assert answer.out.startswith("UNKNOWN - ")


def test_who_waits_for_what_is_over_is_told_at_once(hume, filled):
    failed = next(run for run in filled.runs if run.state == "failed")

    answer = hume("wait", f"{failed.host}:{failed.task}", ask=filled)

    assert answer.status == 2
    assert answer.out.startswith(f"{failed.host}:{failed.task} failed: ")


def test_who_waits_in_vain_is_told(hume, filled):
    filled.runs[0].state = "running"
    name = f"{filled.runs[0].host}:{filled.runs[0].task}"

    answer = hume("wait", name, "--timeout", "1s", ask=filled)

    assert (answer.status, answer.out) == (1, "")
    assert "did not end in time" in answer.err
    assert hume("wait", "nosuch", ask=filled).status == 3
    assert hume("wait", "nosuch", "--next", "--timeout", "1s", ask=filled).status == 1


def test_who_waits_for_a_flag_is_told_when_the_run_has_said_it(hume, filled):
    run = filled.runs[0]
    run.state = "running"
    name = f"{run.host}:{run.task}"
    filled.events.append(EventView("x", 1, 1, run.host, "flag", "info", run.task, run.id, flag="db-dumped"))

    came = hume("wait", name, "--flag", "db-dumped", ask=filled)
    late = hume("wait", name, "--flag", "archived", "--timeout", "1s", ask=filled)

    assert (came.status, came.out) == (0, f"{name} running: has said db-dumped\n")
    assert (late.status, late.out) == (1, "")


def test_a_run_that_ended_without_the_flag_is_no_success(hume, filled):
    ended = next(run for run in filled.runs if run.state == "ok")

    answer = hume("wait", f"{ended.host}:{ended.task}", "--flag", "nowhere", ask=filled)

    assert answer.status == 2
    assert answer.out.startswith(f"{ended.host}:{ended.task} ok")


def test_who_waits_for_a_state_is_told_when_the_task_is_in_it(hume, filled):
    assert hume("wait", "db1:vacuum", "--state", "ok", ask=filled).out == "db1:vacuum ok\n"
    assert hume("wait", "db1:vacuum", "--state", "late", "--timeout", "1s", ask=filled).status == 1
    assert hume("wait", "nosuch", "--state", "ok", ask=filled).status == 3
    assert hume("wait", "db1:vacuum", "--state", "fine", ask=filled).status == 64
    assert hume("wait", "db1:vacuum", "--state", "ok", "--flag", "x", ask=filled).status == 64
