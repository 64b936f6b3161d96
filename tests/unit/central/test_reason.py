# SPDX-License-Identifier: MIT
import pytest

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


@pytest.mark.parametrize(
    ("number", "name"), [(9, "SIGKILL"), (15, "SIGTERM"), (11, "SIGSEGV"), (31, "SIGSYS"), (34, "signal 34")]
)
def test_a_death_by_a_signal_names_it(number, name):
    assert reason_of(outcome="failed", status=128 + number, signal=number) == f"killed by {name}"


def test_the_command_that_failed_stands_with_its_line():
    found = reason_of(
        say("flag", 5, flag="db-dumped"),
        outcome="failed",
        status=3,
        line=41,
        command="pg_dump -Fc\n  db",
        message="no space left",
    )

    assert found == "exit 3 at line 41 (pg_dump -Fc db), after db-dumped: no space left"


def test_a_line_of_another_file_than_the_script_names_it():
    where = {"line": 7, "script": "/usr/local/bin/backup.sh"}

    assert reason_of(outcome="failed", status=1, file="/usr/lib/dump.sh", **where) == "exit 1 at line 7 of dump.sh"
    assert reason_of(outcome="failed", status=1, file="bin/backup.sh", **where) == "exit 1 at line 7"


def test_a_run_that_took_too_long_says_so():
    found = reason_of(outcome="failed", status=124, message="timed out after 2h")

    assert found == "exit 124: timed out after 2h"


def test_a_lost_run_says_where_it_was_heard_last_and_how_long_ago():
    said = [say("flag", 5, flag="db-dumped"), say("log", 10, line=41), say("gone", 52)]

    assert reason_of(*said, ends=None) == "died after db-dumped, at line 41, 42 s after its last event"
    assert reason_of(said[0], said[2], ends=None) == "died after db-dumped, 47 s after its last event"
    assert reason_of(said[1], said[2], ends=None) == "died at line 41, 42 s after its last event"


def test_a_lost_run_says_what_humed_found_out():
    message = "probably out of memory: 1 process of its control group was killed for it"

    assert reason_of(say("gone", 3, message=message), ends=None).endswith(f"after its last event: {message}")


def test_a_restart_of_the_host_is_said_and_no_silence_that_another_boots_clock_would_tell():
    gone = say("gone", 4_000, boot="a-later-boot", mono=5, data={"cause": "reboot"})

    assert reason_of(say("log", 10, line=41), gone, ends=None) == "died at line 41: the host was restarted"


def test_a_run_that_humed_gave_up_is_not_called_dead():
    gone = say("gone", 9, data={"cause": "unwatched"})

    found = reason_of(gone, ends=None)

    assert found == "no longer watched, 9 s after its last event: humed has too many open runs"


def test_a_run_that_spoke_on_after_its_end_has_no_silence():
    assert reason_of(say("gone", 5), say("flag", 9, flag="cleaned"), ends=None) == "died after cleaned"
