# SPDX-License-Identifier: MIT
"""humed with a socket that somebody else holds, as systemd does: callers wait in it while humed restarts."""

import os
import socket
import subprocess
import sys

import pytest

from humeops.daemon import activation
from humeops.errors import ConfigError
from tests.fixtures.processes import find_hume, wait_until

# What systemd does before exec: the socket becomes descriptor 3, and the environment names it and the process.
STARTER = (
    "import os, sys\n"
    "os.dup2(int(sys.argv[1]), 3)\n"
    "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1', LISTEN_FDNAMES='humed.sock')\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])\n"
)


@pytest.fixture
def held(installed):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(installed.layout.socket))
        made.listen(100)
        os.set_inheritable(made.fileno(), True)
        yield made


def activated(installed, held):
    def inside(command):
        return [sys.executable, "-c", STARTER, str(held.fileno()), *command[1:]]

    process = subprocess.Popen(
        inside([sys.executable, "-m", "humeops.daemon.main", "--dir", str(installed.root)]),
        env=installed.environ(),
        pass_fds=[held.fileno()],
        stderr=subprocess.DEVNULL,
    )
    installed._started.append(process)
    wait_until(lambda: installed.humed_pid() == process.pid, "humed listens")
    return process


def test_what_waits_in_a_socket_that_was_handed_over_is_answered(installed, held):
    call = subprocess.Popen(
        [
            find_hume(),
            "info",
            "--strict",
            "--deadline",
            "20000",
            "-t",
            "t",
            "x",
        ],
        env=installed.environ(),
    )
    installed.layout.pid_file.write_text(f"{os.getpid()}\n")  # somebody is there: so the caller waits

    activated(installed, held)

    assert call.wait(timeout=30) == 0
    assert len(installed.spool_rows()) == 1
    assert not list(installed.layout.drop.glob("*.hume"))


def test_the_socket_is_still_there_when_humed_has_ended_and_serves_the_next(installed, held):
    first = activated(installed, held)
    first.terminate()
    assert first.wait(timeout=30) == 0
    assert installed.layout.socket.exists()
    assert not installed.layout.push_socket.exists()

    activated(installed, held)

    assert installed.hume("info", "--strict", "-t", "t", "x").returncode == 0


@pytest.mark.parametrize(
    "environ",
    [
        {"LISTEN_FDS": "2", "LISTEN_FDNAMES": "humed.sock"},
        {"LISTEN_FDS": "x", "LISTEN_FDNAMES": "humed.sock"},
        {"LISTEN_FDS": "1", "LISTEN_FDNAMES": "humed.sock"},
    ],
    ids=["too-many", "no-number", "no-socket"],
)
def test_a_handing_over_that_makes_no_sense_is_told(environ):
    with pytest.raises(ConfigError):
        activation.inherited({"LISTEN_PID": str(os.getpid()), **environ})


def test_what_was_meant_for_another_process_is_left_alone():
    assert activation.inherited({"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "humed.sock"}) == {}
