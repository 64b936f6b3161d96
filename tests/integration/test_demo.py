# SPDX-License-Identifier: MIT
"""`make demo`, as a newcomer runs it, judging itself (DEMO_EXIT=1) and leaving nothing running."""

import os
import pathlib
import signal
import subprocess

import pytest

from tests.fixtures import processes

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def demo_environ(installed):
    processes.find_hume()
    return installed.environ(DEMO_EXIT="1", DEMO_DIR=str(installed.root / "demo"))


def _run_demo(environ):
    return subprocess.run(
        ["sh", "scripts/demo"], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=100, check=False
    )


def _processes_in(folder):
    """Numbers of the processes whose command line names this folder."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(folder) in (entry / "cmdline").read_bytes():
                found.append(entry.name)
        except OSError:
            continue  # it ended meanwhile
    return found


def test_the_demo_works_shows_the_failed_run_and_leaves_nothing_running(demo_environ):
    answer = _run_demo(demo_environ)

    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.rstrip().endswith("all of it worked")
    shown = answer.stdout.partition("$ hume show restore-test")[2].partition("$ hume data")[0]
    assert "exit 3" in shown
    assert "after db-restored" in shown
    assert _processes_in(demo_environ["DEMO_DIR"]) == []


def test_the_demo_stays_up_until_ctrl_c_and_then_stops_everything(demo_environ):
    environ = {name: value for name, value in demo_environ.items() if name != "DEMO_EXIT"}
    # A terminal sends Ctrl-C to the whole process group.
    demo = subprocess.Popen(
        ["sh", "scripts/demo"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert demo.stdout is not None
    seen = []
    for line in demo.stdout:
        seen.append(line)
        if line.startswith("Ctrl-C"):
            break

    os.killpg(demo.pid, signal.SIGINT)

    try:
        assert demo.wait(timeout=30) == 0, "".join(seen)
    finally:
        demo.stdout.close()
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()
    assert _processes_in(demo_environ["DEMO_DIR"]) == []


def test_the_demo_says_so_when_an_example_does_not_end_as_it_should(demo_environ, installed):
    # openssl does nothing but fail here, so cert-expiry fails for real.
    broken = installed.root / "bin"
    broken.mkdir()
    (broken / "openssl").write_text("#!/bin/sh\nexit 1\n")
    (broken / "openssl").chmod(0o755)

    answer = _run_demo({**demo_environ, "PATH": f"{broken}:{demo_environ['PATH']}"})

    assert answer.returncode == 1
    assert "cert-expiry: exit 1, expected 0" in answer.stdout
    assert _processes_in(demo_environ["DEMO_DIR"]) == []


def test_the_demo_touches_no_folder_that_is_not_its_own(demo_environ):
    folder = pathlib.Path(demo_environ["DEMO_DIR"])
    folder.mkdir()
    (folder / "precious").write_text("mine")

    answer = _run_demo(demo_environ)

    assert answer.returncode == 64
    assert (folder / "precious").read_text() == "mine"
