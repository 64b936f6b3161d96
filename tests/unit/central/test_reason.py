# SPDX-License-Identifier: MIT
from humeops.central import fold, reason
from tests.fixtures.events import a_run, say


def reason_of(*middle, **stop):
    events = a_run(*middle, **stop)
    return reason.of_run(fold.summarise(events[0].id, events))


def test_a_failure_says_its_status_its_line_and_the_last_mark():
    found = reason_of(say("flag", 5, flag="db-dumped"), outcome="failed", status=3, line=41)

    assert found == "exit 3 at line 41, after db-dumped"


def test_a_stop_without_a_line_borrows_that_of_the_last_error():
    found = reason_of(say("log", 5, level="error", line=12), say("log", 6, level="error"), outcome="failed", status=1)

    assert found == "exit 1 at line 12"


def test_a_failure_without_a_status_says_so_plainly():
    assert reason_of(outcome="failed", status=None) == "failed"


def test_what_was_said_with_the_stop_is_quoted():
    assert reason_of(outcome="failed", status=2, message="no space left") == "exit 2: no space left"


def test_one_warning_is_quoted():
    assert reason_of(say("log", 1, level="warning", message="replica 14 s behind")) == "1 warning: replica 14 s behind"


def test_several_warnings_are_counted_and_the_last_is_quoted():
    said = [say("log", 1, level="warning", message="first"), say("log", 2, level="warning", message="replica behind")]

    assert reason_of(*said) == "2 warnings, the last: replica behind"


def test_errors_and_warnings_are_told_apart():
    said = [say("log", 1, level="critical", message="first"), say("log", 2, level="warning", message="second")]

    assert reason_of(*said) == "1 error and 1 warning, the last: second"


def test_a_stop_that_only_warns_says_so():
    assert reason_of(outcome="warning", status=None) == "ended with a warning"


def test_a_long_message_is_cut_and_kept_on_one_line():
    found = reason_of(say("log", 1, level="warning", message="a\nb" + "x" * 500))

    assert found.startswith("1 warning: a b")
    assert len(found) < 150
    assert found.endswith("…")


def test_a_run_that_is_well_or_still_runs_needs_no_reason():
    assert reason_of() == ""
    assert reason_of(say("log", 1, level="critical"), ends=None) == ""
