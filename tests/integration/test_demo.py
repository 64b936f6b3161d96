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
    # What a shell may have set for a hume of its own must lead the demo nowhere else.
    elsewhere = {"HUME_CENTRAL": "http://127.0.0.1:9", "HUME_RUN": "elsewhere", "HUME_DISABLE": "1"}
    return installed.environ(DEMO_EXIT="1", DEMO_DIR=str(installed.root / "demo"), **elsewhere)


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


def _end_demo_at(word, environ, send):
    """Start the demo, send it a signal when it has said this word; return its status and what it said until then."""
    demo = subprocess.Popen(
        ["sh", "scripts/demo"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert demo.stdout is not None
    seen = []
    for line in demo.stdout:
        seen.append(line)
        if line.strip().startswith(word):
            break

    send(demo.pid)

    try:
        seen.append(demo.communicate(timeout=30)[0])
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()
    return demo.returncode, "".join(seen)


@pytest.mark.soak
def test_the_demo_stays_up_until_ctrl_c_and_then_stops_everything(demo_environ):
    environ = {name: value for name, value in demo_environ.items() if name != "DEMO_EXIT"}

    # A terminal sends Ctrl-C to the whole process group.
    status, said = _end_demo_at("Ctrl-C", environ, lambda pid: os.killpg(pid, signal.SIGINT))

    assert status == 0, said
    assert _processes_in(demo_environ["DEMO_DIR"]) == []


@pytest.mark.parametrize(("send", "number"), [(os.kill, signal.SIGTERM), (os.killpg, signal.SIGINT)])
def test_a_demo_that_is_cut_short_never_passes_for_a_good_one(demo_environ, send, number):
    status, said = _end_demo_at("backup", demo_environ, lambda pid: send(pid, number))

    assert status == 128 + number, said
    assert "all of it worked" not in said
    assert _processes_in(demo_environ["DEMO_DIR"]) == []


@pytest.mark.soak
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
