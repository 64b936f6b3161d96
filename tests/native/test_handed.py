# SPDX-License-Identifier: MIT
"""What callers hand over beside the words: the run, or the one around, and where in the script the call stands."""

import pytest

from tests.native.conftest import Caller
from tests.native.test_command_line import say

RUN = "01a2068f-6753-7001-8123-456789abcdef"


@pytest.mark.parametrize("words", [["start", "inner"], ["info", "x"], ["stop"]], ids=" ".join)
def test_a_run_that_was_handed_down_is_the_one_around(words: list[str], hume: Caller) -> None:
    event = say(hume, *words, HUME_RUN=RUN)

    assert (event.run, event.within) == (None, RUN)


def test_a_run_named_on_the_call_is_the_run_whatever_was_handed_down(hume: Caller) -> None:
    event = say(hume, "info", "x", "--run", RUN, HUME_RUN=RUN.replace("7001", "7002"))

    assert (event.run, event.within) == (RUN, None)


def test_a_run_named_on_a_start_is_the_one_around(hume: Caller) -> None:
    event = say(hume, "start", "inner", "--run", RUN, HUME_RUN=RUN.replace("7001", "7002"))

    assert (event.run, event.within) == (None, RUN)


@pytest.mark.parametrize("words", [["start", "--run", "yesterday"], ["start"], ["info", "x"]], ids=" ".join)
def test_an_id_of_the_run_around_that_is_none_is_told_and_the_event_kept(words: list[str], hume: Caller) -> None:
    done = hume.run("--strict", *words, env=hume.environment(HUME_RUN="yesterday"))

    assert done.returncode == 0
    assert done.stderr.startswith(b"hume: 'yesterday' is no id of a run")
    assert [(event.within, event.cut) for event in hume.dropped()] == [(None, ["within"])]


def test_only_a_stop_tells_the_command_that_failed(hume: Caller) -> None:
    handed = {"HUME_FILE": "/srv/lib.sh", "HUME_FUNCTION": "dump", "HUME_COMMAND": "pg_dump shop"}

    logged, stopped = say(hume, "error", "x", **handed).origin, say(hume, "stop", "1", **handed).origin

    assert (logged.file, logged.function, logged.command) == ("/srv/lib.sh", "dump", "")
    assert (stopped.file, stopped.function, stopped.command) == ("/srv/lib.sh", "dump", "pg_dump shop")


def test_a_run_id_that_is_none_is_told_and_the_event_kept(hume: Caller) -> None:
    done = hume.run("--strict", "info", "x", "--run", "yesterday")

    assert done.returncode == 0
    assert done.stderr.startswith(b"hume: 'yesterday' is no id of a run")
    assert [(event.run, event.cut) for event in hume.dropped()] == [(None, ["run"])]
