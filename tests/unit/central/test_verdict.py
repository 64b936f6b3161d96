# SPDX-License-Identifier: MIT
import pytest

from humeops.central import fold, reason, verdict
from tests.fixtures.events import a_run, say


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (say("log", level="ok"), "ok"),
        (say("log", level="warning"), "warning"),
        (say("log", level="error"), "failed"),
        (say("log", level="critical"), "failed"),
        (say("stop", outcome="ok"), "ok"),
        (say("stop", outcome="warning"), "warning"),
        (say("stop", outcome="failed"), "failed"),
    ],
)
def test_what_says_how_a_task_fares_is_a_verdict(event, state):
    found = verdict.of_event(event)

    assert found is not None
    assert (found.state, found.time, found.id) == (state, event.time, event.id)


@pytest.mark.parametrize(
    "event",
    [
        say("log", level="info"),
        say("log", level="debug"),
        say("flag", level="error", flag="a"),
        say("data", level="critical", data={"a": 1}),
        say("ping", level="error"),
        *a_run(say("log", 1, level="error"), outcome="failed"),
    ],
)
def test_all_else_and_all_that_belongs_to_a_run_is_none(event):
    assert verdict.of_event(event) is None


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (say("log", level="critical", message="database is  on\nfire"), "database is on fire"),
        (say("log", level="warning"), "warning"),
        (say("log", level="ok", message="fine"), ""),
        (say("stop", outcome="ok", status=0, message="fine"), ""),
        (say("stop", outcome="failed", status=7), "exit 7, without a start"),
        (say("stop", outcome="failed", line=41), "failed at line 41, without a start"),
        (say("stop", outcome="warning", message="3 skipped"), "ended with a warning, without a start: 3 skipped"),
    ],
)
def test_its_reason_is_one_sentence(event, sentence):
    assert reason.of_word(event) == sentence


def test_a_run_decides_over_what_was_said_before_it_and_as_long_as_it_runs():
    events = a_run(begins=10, ends=20)
    ended, running = fold.summarise(events[0].id, events), fold.summarise(events[0].id, events[:1])
    early, late = (verdict.of_event(say("log", after, level="error")) for after in (5, 15))

    assert verdict.deciding(early, None) == early
    assert verdict.deciding(early, ended) is None
    assert verdict.deciding(late, running) is None
    assert verdict.deciding(late, ended) == late
    assert verdict.deciding(None, ended) is None
    assert verdict.later(late, early) == verdict.later(early, late) == late
