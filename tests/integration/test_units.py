# SPDX-License-Identifier: MIT
"""humed and central live inside the system call filter of their units: what they really call, against what is let through.

Worth a test of its own: libzmq aborts the whole process when one harmless call is refused, and a unit that is never
started by the tests would hide it.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import pytest

from tests.fixtures import processes, signers
from tests.fixtures.office import Office

UNITS = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "systemd"


def _tool(name):
    found = shutil.which(name)
    if found is None and os.environ.get("HUME_REQUIRE_SERVICES"):
        pytest.fail(f"{name} is not installed, and HUME_REQUIRE_SERVICES is set")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _expand(group):
    """All system calls of a group of systemd's, groups inside it included."""
    answer = subprocess.run(
        [_tool("systemd-analyze"), "syscall-filter", "--no-pager", group], capture_output=True, text=True, check=True
    )
    members = [line.strip() for line in answer.stdout.splitlines()[1:]]
    names = {name for name in members if re.fullmatch(r"\w+", name)}
    return names.union(*(_expand(name) for name in members if name.startswith("@")))


def _allowed(unit):
    """The calls a unit lets through: its SystemCallFilter lines, read in order."""
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", (UNITS / unit).read_text(), re.MULTILINE):
        words = line.lstrip("~").split()
        named = set().union(*(_expand(word) if word.startswith("@") else {word} for word in words))
        allowed = allowed - named if line.startswith("~") else allowed | named
    return allowed


def _traced(installed, module, *arguments):
    """Start a program under strace; returns it and the file that lists its calls."""
    trace = installed.root / f"{module}.trace"
    command = [_tool("strace"), "-f", "-qq", "-o", str(trace), sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(
        [*command, "--dir", str(installed.root)],
        env=installed.environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return process, trace


def _end(process, pid):
    os.kill(pid, signal.SIGTERM)
    assert process.wait(timeout=30) == 0


def _called(trace):
    # strace writes `PID name(…`. SQLite keeps a database's owner only when it runs as root, which the units never do.
    of_root = {"fchown"} if os.geteuid() == 0 else set()
    return set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE)) - of_root


def test_humed_calls_nothing_that_its_unit_refuses(installed):
    process, trace = _traced(installed, "humeops.daemon.main")
    processes.wait_until(lambda: installed.layout.pid_file.exists(), "humed listens")
    assert installed.hume("info", "--strict", "-t", "trial", "hello").returncode == 0
    assert installed.hume("info", "-t", "trial", "dropped", HUME_ENDPOINT="ipc:///nowhere").returncode == 0
    processes.wait_until(lambda: not list(installed.layout.drop.glob("*.hume")), "the dropped file is taken in")

    _end(process, int(installed.layout.pid_file.read_text()))

    assert _called(trace) - _allowed("humed.service") == set()


def test_an_update_of_whom_to_believe_calls_nothing_that_its_unit_refuses(installed, tmp_path):
    signers.require()
    office = Office(tmp_path)
    trace, bundle = tmp_path / "trace", office.publish()
    words = ["signers", "update", "--from", str(bundle), "--trust", str(office.trust), "--dir", str(installed.root)]

    done = subprocess.run(
        [_tool("strace"), "-f", "-qq", "-o", str(trace), sys.executable, "-m", "humeops.cli.main", *words],
        env=installed.environ(),
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert _called(trace) - _allowed("hume-signers.service") == set()


def test_central_calls_nothing_that_its_unit_refuses(installed):
    process, trace = _traced(installed, "humeops.cli.central", "serve", "--port", "0")
    processes.wait_until(lambda: installed.layout.central_url.exists(), "central answers", 60)
    installed.start_humed()
    assert installed.hume("info", "--strict", "-t", "trial", "hello").returncode == 0
    processes.wait_until(lambda: installed.central_rows("SELECT 1 FROM event"), "the event is at central")
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()

    _end(process, int(children[0]))

    assert _called(trace) - _allowed("hume-central.service") == set()
