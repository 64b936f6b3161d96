# SPDX-License-Identifier: MIT
"""The supervisor on real processes: what dies comes back, what is stopped stops in order, nothing is left behind."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

SOURCE = pathlib.Path(__file__).parents[2] / "src"
# A supervisor of two programs that write down what happens to them; it says its own pid and theirs.
PROGRAM = """
import os, pathlib, sys
from humeops.cli.supervisor import Child, Supervisor
folder = pathlib.Path(sys.argv[1])
def child(name):
    line = 'trap "echo %s stops >> diary; exit 0" TERM; echo %s $$ >> diary; while :; do sleep 0.05; done' % (name, name)
    if name in sys.argv[2:]:
        line = line.replace("exit 0", ":")
    return Child(name, ["/bin/sh", "-c", f"cd {folder}; {line}"], folder / f"{name}.log")
supervisor = Supervisor([child("first"), child("second")], os.getpid(), lambda text: print(text, flush=True))
supervisor.start()
print("started", flush=True)
while not supervisor.wait(0.1):
    supervisor.look_after()
supervisor.stop()
print("stopped", flush=True)
"""


@pytest.fixture
def supervise(tmp_path):
    running = []

    def start(*arguments, under=()):
        process = subprocess.Popen(
            [*under, sys.executable, "-c", PROGRAM, str(tmp_path), *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()
    for pid in _pids(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _diary(folder):
    with contextlib.suppress(FileNotFoundError):
        return [line.split() for line in (folder / "diary").read_text().splitlines()]
    return []


def _pids(folder, name=""):
    return [int(line[1]) for line in _diary(folder) if line[1].isdigit() and line[0].startswith(name)]


def _alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _until(condition, what, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


def test_a_child_that_dies_is_started_again(supervise, tmp_path):
    supervise()
    _until(lambda: len(_pids(tmp_path)) == 2, "both run")
    (first,) = _pids(tmp_path, "first")

    os.kill(first, signal.SIGKILL)

    _until(lambda: len(_pids(tmp_path, "first")) == 2, "it came back")
    assert len(_pids(tmp_path, "second")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_children_stop_in_the_reverse_order_of_their_start(supervise, tmp_path, number):
    process = supervise()
    _until(lambda: len(_pids(tmp_path)) == 2, "both run")

    process.send_signal(number)

    assert process.wait(30) == 0
    assert [line[0] for line in _diary(tmp_path) if line[1] == "stops"] == ["second", "first"]
    assert not any(map(_alive, _pids(tmp_path)))


def test_a_child_that_does_not_stop_is_killed_when_somebody_hurries(supervise, tmp_path):
    process = supervise("second")
    _until(lambda: len(_pids(tmp_path)) == 2, "both run")

    process.send_signal(signal.SIGINT)
    _until(lambda: ["second", "stops"] in _diary(tmp_path), "it was asked to stop")
    process.send_signal(signal.SIGINT)

    assert process.wait(8) == 0  # sooner than the ten seconds of patience
    assert not any(map(_alive, _pids(tmp_path)))


def test_kill_9_of_the_supervisor_leaves_no_child_behind(supervise, tmp_path):
    process = supervise()
    _until(lambda: len(_pids(tmp_path)) == 2, "both run")

    process.kill()

    _until(lambda: not any(map(_alive, _pids(tmp_path))), "both have ended")
    assert sorted(line[0] for line in _diary(tmp_path) if line[1] == "stops") == ["first", "second"]


def test_under_nohup_a_terminal_that_goes_away_is_no_reason_to_stop(supervise, tmp_path):
    process = supervise(under=["nohup"])
    _until(lambda: len(_pids(tmp_path)) == 2, "both run")

    process.send_signal(signal.SIGHUP)
    os.kill(_pids(tmp_path, "first")[0], signal.SIGKILL)

    _until(lambda: len(_pids(tmp_path, "first")) == 2, "it is still looked after")
    process.terminate()
    assert process.wait(30) == 0
