# SPDX-License-Identifier: MIT
"""`hume run --timeout` and `--lock`: a command that takes too long, and one that is there already."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.fixtures.processes import wait_until
from tests.native.conftest import Caller, both_builds
from tests.native.running import PYTHON, began_and_ended, children, command_of, running, state_of

pytestmark = both_builds
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
BYE = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"

# -- time --------------------------------------------------------------------------------------------------------------


def test_a_command_whose_time_is_over_is_told_to_end(hume: Caller) -> None:
    done = hume.run("run", "--timeout", "1s", "--", "sh", "-c", BYE)

    _, ended = began_and_ended(hume)
    assert (done.returncode, done.stdout) == (124, b"ready\nbye\n")
    assert (ended.status, ended.outcome, ended.message) == (124, "failed", "its time (1s) was over")
    assert ended.output == "ready\nbye\n"
    assert ended.signal is None


def test_times_below_a_second_are_taken(hume: Caller) -> None:
    done = hume.run("run", "--timeout=700ms", "--kill-after=0s200ms", "--lock=l", "--lock-wait=5ms", "--", PYTHON, "-c", DEAF)

    _, ended = began_and_ended(hume)
    assert (done.returncode, ended.message) == (124, "killed: it did not end when its time (700ms) was over")
    assert 0.9 <= float(ended.data["wall_s"])


def test_one_that_does_not_heed_it_is_killed(hume: Caller) -> None:
    done = hume.run("run", "--timeout=1", "--kill-after=1", "--", PYTHON, "-c", DEAF)

    _, ended = began_and_ended(hume)
    assert done.returncode == 124
    assert (ended.status, ended.signal) == (124, signal.SIGKILL)
    assert ended.message == "killed: it did not end when its time (1) was over"
    assert float(ended.data["wall_s"]) >= 2


def test_one_that_is_in_time_is_left_alone(hume: Caller) -> None:
    done = hume.run("run", "--timeout", "1h", "--", "sh", "-c", "exit 3")

    assert done.returncode == 3
    assert began_and_ended(hume)[1].message == ""


def test_one_that_was_stopped_hears_it_too(hume: Caller) -> None:
    with running(hume, "--timeout", "2", "--", "sleep", "60", start_new_session=True) as process:
        wait_until(lambda: len(children(process.pid)) == 2, "it runs")
        os.kill(command_of(process), signal.SIGSTOP)

        assert process.wait(timeout=30) == 124
    assert began_and_ended(hume)[1].signal == signal.SIGTERM


def test_its_group_is_told_with_it_when_it_leads_one(hume: Caller) -> None:
    note = hume.root / "note"
    with running(hume, "--timeout", "1", "--", "setsid", "sh", "-c", f"sleep 60 & echo $! >{note}; wait") as process:
        assert process.wait(timeout=30) == 124

    wait_until(lambda: state_of(int(note.read_text())) in ("", "Z"), "its child has ended too")


def test_a_reader_who_takes_nothing_does_not_hold_up_its_end(hume: Caller) -> None:
    with running(hume, "--timeout", "1", "--", "yes") as process:
        assert process.wait(timeout=30) == 124


# -- locks -------------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def holding(hume: Caller, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command that holds the lock until it is ended."""
    with running(hume, "-t", "first", "--lock", name, "--", "sleep", "60", stdout=subprocess.DEVNULL) as process:
        held = hume.root / "lock" / f"{name}.lock"
        wait_until(lambda: held.exists() and re.match(r"\d+ [1-9]", held.read_text()), "the lock is held")
        wait_until(hume.dropped, "its start is stored")
        yield process


@pytest.mark.parametrize("name", ["backup", "..", "ä b", ".hidden", "-rf", "a" * 64])
def test_a_second_copy_is_refused_and_says_so(name: str, hume: Caller) -> None:
    with holding(hume, name) as first:
        done = hume.run("run", "-t", "second", f"--lock={name}", "--", "touch", str(hume.root / "touched"))

        refused = next(event for event in hume.dropped() if event.task == "second")
        told = f"not started: lock {name} is held by pid {first.pid}"
        assert (done.returncode, done.stderr.decode()) == (75, f"hume: {told}\n")
        assert (refused.kind, refused.level, refused.message) == ("log", "warning", told)
        assert refused.run is None
        assert not (hume.root / "touched").exists()


def test_other_locks_are_others(hume: Caller) -> None:
    with holding(hume, "one"):
        assert hume.run("run", "--lock", "two", "--", "true").returncode == 0


def test_the_lock_is_free_when_the_command_has_ended(hume: Caller) -> None:
    for _ in range(3):
        assert hume.run("run", "--lock", "l", "--", "true").returncode == 0

    assert (hume.root / "lock/l.lock").read_text() == ""


def test_it_is_waited_for_when_that_is_wanted(hume: Caller) -> None:
    with holding(hume, "l") as first:
        second = subprocess.Popen(
            [hume.program, "run", "--lock", "l", "--lock-wait", "1m", "--", "true"], env=hume.environment()
        )
        time.sleep(0.2)
        assert second.poll() is None

        first.terminate()

        assert second.wait(timeout=30) == 0


def test_it_is_waited_for_no_longer(hume: Caller) -> None:
    with holding(hume, "l"):
        assert hume.run("run", "--lock", "l", "--lock-wait", "1s", "--", "true").returncode == 75


def test_the_lock_outlasts_a_hume_that_was_killed_while_its_command_works(hume: Caller) -> None:
    with holding(hume, "l") as first:
        command = command_of(first)
        with contextlib.ExitStack() as ending:
            ending.callback(os.kill, command, signal.SIGKILL)
            first.kill()
            first.wait(timeout=30)

            done = hume.run("run", "--lock", "l", "--", "true")

            assert done.stderr.decode() == f"hume: not started: lock l is held by pid {command}\n"
        wait_until(lambda: state_of(command) in ("", "Z"), "the command has ended")
    wait_until(lambda: hume.run("run", "--lock", "l", "--", "true").returncode == 0, "the lock is free")


def test_those_the_command_leaves_behind_do_not_hold_it(hume: Caller) -> None:
    note = hume.root / "note"
    hume.run("run", "--lock", "l", "--", "sh", "-c", f"sleep 60 >/dev/null 2>&1 & echo $! >{note}")
    try:
        assert hume.run("run", "--lock", "l", "--", "true").returncode == 0
    finally:
        os.kill(int(note.read_text()), signal.SIGKILL)


@pytest.mark.parametrize("content", ["1 1 1\n", "nonsense", "99999999999999999999 -1 x", "\0" * 50, "4 4194304000 1"])
def test_what_an_older_holder_left_in_the_file_does_not_count(content: str, hume: Caller) -> None:
    (hume.root / "lock").mkdir()
    (hume.root / "lock/l.lock").write_text(content)

    assert hume.run("run", "--lock", "l", "--", "true").returncode == 0


def test_a_link_in_its_place_is_not_followed(hume: Caller, tmp_path: pathlib.Path) -> None:
    (hume.root / "lock").mkdir()
    (hume.root / "lock/l.lock").symlink_to(tmp_path / "target")

    done = hume.run("run", "--lock", "l", "--", "true")

    assert done.returncode == 75
    assert not (tmp_path / "target").exists()


def test_without_a_place_for_the_lock_nothing_is_started(hume: Caller) -> None:
    (hume.root / "lock").touch()

    done = hume.run("run", "--lock", "l", "--", "touch", str(hume.root / "touched"))

    assert done.returncode == 75
    assert done.stderr.decode() == (
        f"hume: not started: no lock l: Not a directory: {hume.root}/lock/l.lock has to be a file of yours\n"
    )
    assert not (hume.root / "touched").exists()
