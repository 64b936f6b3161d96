# SPDX-License-Identifier: MIT
"""Two real users at one humed: below a script the other reports to its run, from elsewhere he is refused."""

import os
import shutil
import subprocess
import sys

import pytest

from humeops.daemon.processes import Processes
from tests.fixtures.eset import queue
from tests.fixtures.processes import find_hume, wait_until
from tests.fixtures.scripts import events, run_of, running
from tests.unit.daemon.sayings import drop, say

SCRIPT_USER, OTHER = 65_534, 65_533


@pytest.fixture
def shared(installed):
    """An installation that other users can reach, with the client where they can run it."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to be two users")
    if shutil.which("setpriv") is None:
        if os.environ.get("HUME_REQUIRE_SERVICES"):
            pytest.fail("setpriv is not installed, and HUME_REQUIRE_SERVICES is set")
        pytest.skip("setpriv is not installed")
    installed.root.chmod(0o755)
    shutil.copy(find_hume(), installed.root / "hume")
    installed.start_humed()
    return installed


def as_user(uid, command):
    return f"setpriv --reuid {uid} --clear-groups {command}"


def say_as(installed, uid, said):
    """Say this event to humed as this user; return the answer."""
    program = (
        "import os, sys, zmq\n"
        "context = zmq.Context()\n"
        "os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))\n"
        "peer = context.socket(zmq.REQ)\n"
        "peer.setsockopt(zmq.RCVTIMEO, 15000)\n"
        "peer.connect(sys.argv[2])\n"
        "peer.send(sys.argv[3].encode())\n"
        "print(peer.recv().decode())\n"
    )
    command = [sys.executable, "-c", program, str(uid), f"ipc://{installed.layout.socket}", said.decode()]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.strip()


def chain_of(pid):
    return [list(link) for link in Processes().above(pid)]


def test_below_a_script_another_user_reports_to_its_run(shared):
    with running(shared, f"{shared.root}/hume start backup") as script:
        script.say(as_user(OTHER, f"{shared.root}/hume info --strict from-below"))

        (below,) = (event for event in events(shared) if event.message == "from-below")
        assert (below.run, below.origin.uid) == (run_of(shared), OTHER)


def test_below_a_script_another_user_may_name_its_run(shared):
    with running(shared, f"{shared.root}/hume start backup") as script:
        named = f"HUME_RUN={run_of(shared)} {shared.root}/hume stop 0 --strict"
        script.say(as_user(OTHER, f'sh -c "{named}; :"'))

        assert (events(shared)[-1].kind, events(shared)[-1].run) == ("stop", run_of(shared))
        assert queue(shared)["open_runs"] == 0


def test_another_user_who_names_a_run_is_refused_and_nothing_is_stored(shared):
    with running(shared, as_user(SCRIPT_USER, f"{shared.root}/hume start backup")):
        run, before = run_of(shared), len(events(shared))
        told = say_as(shared, OTHER, say("stop", run=run, outcome="ok"))

        assert told.startswith("77 ")
        assert f"run {run} belongs to another user" in told
        assert len(events(shared)) == before
        assert queue(shared)["forbidden"] == 1
    assert f"refused user {OTHER}" in (shared.root / "humed.stderr").read_text()


def test_another_user_who_claims_a_scripts_processes_is_refused(shared):
    with running(shared, f"{shared.root}/hume start backup") as script:
        claim = say("log", task="backup", boot=Processes().boot, mono=0, origin={"chain": chain_of(script.process.pid)})

        assert say_as(shared, OTHER, claim).startswith("77 ")


def test_a_run_registered_under_somebody_elses_script_catches_nothing(shared):
    with running(shared, ":") as script:
        chain = chain_of(script.process.pid)
        trap = say("start", task="trap", boot=Processes().boot, origin={"chain": chain})
        assert say_as(shared, OTHER, trap).startswith("0 ")

        script.say(f"{shared.root}/hume info to-nobody; {shared.root}/hume stop 0")

        assert {event.run for event in events(shared) if event.kind != "start"} == {None}


def test_root_may_report_to_anybodys_run(shared):
    with running(shared, as_user(SCRIPT_USER, f"{shared.root}/hume start backup")):
        said = say("log", run=run_of(shared))

        assert say_as(shared, 0, said).startswith("0 ")
        assert events(shared)[-1].run == run_of(shared)


def test_what_another_user_drops_is_kept_beside_the_run_with_a_link(shared):
    with running(shared, as_user(SCRIPT_USER, f"{shared.root}/hume start backup")):
        run = run_of(shared)
        path = drop(shared.root, say("stop", run=run, outcome="ok"))
        os.chown(path, OTHER, OTHER)
        path.rename(shared.layout.drop / path.name)
        wait_until(lambda: len(events(shared)) == 2, "the file is taken in", 5)

        assert (events(shared)[-1].run, events(shared)[-1].link, events(shared)[-1].task) == (None, run, "backup")
        assert queue(shared)["open_runs"] == 1
