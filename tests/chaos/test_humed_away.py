# SPDX-License-Identifier: MIT
"""humed absent, stopped, its pid file stale, or nobody behind its socket: `hume` returns in time, the event arrives later."""

import os
import signal
import socket
import subprocess
import time

import pytest

from tests.fixtures import eset, processes, scene, standin

# Deadline 200 ms and one fsync, and room for a machine that does other things meanwhile.
GENEROUS_SECONDS = 2.0


def say_and_measure(installed: processes.Installation, said: eset.Said) -> float:
    began = time.monotonic()
    eset.say_some(installed, said, 1)
    return time.monotonic() - began


def test_with_no_humed_an_event_waits_in_the_drop_folder(installed: processes.Installation) -> None:
    said = eset.Said()

    took = say_and_measure(installed, said)

    assert took < GENEROUS_SECONDS
    assert len(list(installed.layout.drop.glob("*.hume"))) == 1
    installed.start_central()
    installed.start_humed()
    eset.assert_arrived_exactly_once(installed, said)


def test_runs_beside_each_other_that_no_humed_saw_keep_their_own_ends(installed: processes.Installation) -> None:
    half = '( "$H" start {0}; sleep 0.{1}; "$H" info "in {0}"; "$H" stop {2} ) &'  # dash puts the last one in its own place
    job = installed.root / "job"
    job.write_text(f"{half.format('former', 2, 3)}\nsleep 0.1\n{half.format('latter', 4, 0)}\nwait\n")
    environ = {**installed.environ(), "H": str(processes.find_hume())}

    subprocess.run([standin.require("dash"), job], env=environ, check=True, timeout=60)

    installed.start_central()
    installed.start_humed()
    processes.wait_until(lambda: len(installed.central_rows(scene.EVENTS % "00")) == 6, "all is at central")
    runs = [scene.Run(*map(str, row)) for row in installed.central_rows(scene.RUNS)]
    assert {(run.task, run.state, run.parent) for run in runs} == {("former", "failed", ""), ("latter", "ok", "")}


def test_a_stopped_humed_costs_a_caller_no_more_than_its_deadline(installed: processes.Installation) -> None:
    said = eset.Said()
    installed.start_central()
    humed = installed.start_humed()
    eset.say_some(installed, said, 1)

    humed.send_signal(signal.SIGSTOP)
    took = say_and_measure(installed, said)
    humed.send_signal(signal.SIGCONT)

    assert took < GENEROUS_SECONDS
    eset.assert_arrived_exactly_once(installed, said)


def test_a_stale_pid_file_is_not_waited_for(installed: processes.Installation) -> None:
    said = eset.Said()
    humed = installed.start_humed()
    humed.send_signal(signal.SIGSTOP)
    old = time.time() - 60
    os.utime(installed.layout.pid_file, (old, old))

    took = say_and_measure(installed, said)
    humed.send_signal(signal.SIGCONT)

    assert took < GENEROUS_SECONDS
    installed.start_central()
    eset.assert_arrived_exactly_once(installed, said)


@pytest.mark.parametrize("pid_file", ["none", "dead", "own"])
def test_a_socket_with_nobody_behind_it_is_survived(installed: processes.Installation, pid_file: str) -> None:
    said = eset.Said()
    left_over = socket.socket(socket.AF_UNIX)
    left_over.bind(str(installed.layout.socket))
    left_over.close()
    if pid_file != "none":
        # A pid that runs, but is not humed, and one that can't run.
        installed.layout.pid_file.write_text(f"{os.getpid() if pid_file == 'own' else 2**22 + 1}\n")

    took = say_and_measure(installed, said)

    assert took < GENEROUS_SECONDS
    installed.start_central()
    installed.start_humed()
    eset.assert_arrived_exactly_once(installed, said)


def test_humed_killed_while_many_speak(installed: processes.Installation) -> None:
    said = eset.Said()
    installed.start_central()
    humed = installed.start_humed()

    eset.say_at_once(installed, said, 20)
    humed.kill()
    humed.wait()
    eset.say_at_once(installed, said, 20)
    installed.start_humed()

    eset.assert_arrived_exactly_once(installed, said)
