# SPDX-License-Identifier: MIT
"""Real scripts that die without a stop, under a real humed that is there, away, or killed meanwhile: each is gone once."""

import contextlib
import sqlite3
import subprocess
import time

import pytest

from humeops.daemon.processes import Processes
from tests.fixtures.eset import queue
from tests.fixtures.processes import wait_until
from tests.fixtures.scripts import events, gone, run_of, running
from tests.unit.daemon.sayings import drop, id_of, say


def test_a_script_that_is_killed_leaves_a_run_that_is_gone_soon_after(installed):
    installed.start_humed()
    with running(installed, "hume start backup; hume flag dumped") as script:
        assert queue(installed)["runs_watched"] == 1
        script.kill()
        killed_ns = time.time_ns()
        wait_until(lambda: gone(installed), "the run is gone", 5)

    (event,) = gone(installed)
    assert (event.run, event.task, event.data) == (run_of(installed), "backup", {"cause": "ended"})
    assert abs(event.time - killed_ns) < 5 * 10**9
    assert (queue(installed)["open_runs"], queue(installed)["runs_watched"], queue(installed)["runs_gone"]) == (0, 0, 1)


def test_a_script_that_stops_and_ends_is_not_gone(installed):
    installed.start_humed()
    with running(installed, "hume start backup; hume stop 0") as script:
        script.kill()
        time.sleep(0.5)

    assert [event.kind for event in events(installed)] == ["start", "stop"]


def test_a_script_that_ends_while_humed_is_away_is_found_by_the_next_humed(installed):
    installed.start_humed().kill()
    installed.start_humed().kill()
    humed = installed.start_humed()
    with running(installed, "hume start backup") as script:
        humed.kill()
        humed.wait()
        script.kill()
    for _ in range(2):
        humed = installed.start_humed()
        wait_until(lambda: gone(installed), "the run is gone", 5)
        humed.kill()
        humed.wait()

    assert [event.run for event in gone(installed)] == [run_of(installed)]


def test_a_script_that_lives_through_a_restart_of_humed_is_watched_on(installed):
    humed = installed.start_humed()
    with running(installed, "hume start backup") as script:
        humed.kill()
        humed.wait()
        installed.start_humed()
        time.sleep(0.3)
        assert gone(installed) == []

        script.kill()

        wait_until(lambda: gone(installed), "the run is gone", 5)


def test_a_stop_dropped_while_humed_was_away_goes_first(installed):
    humed = installed.start_humed()
    with running(installed, "hume start backup") as script:
        humed.kill()
        humed.wait()
        script.say("hume stop 3")
        script.kill()
    installed.start_humed()
    time.sleep(0.5)

    assert [(event.kind, event.run) for event in events(installed)] == [
        ("start", run_of(installed)),
        ("stop", run_of(installed)),
    ]


def test_a_whole_run_from_the_drop_folder_needs_nobody_to_be_alive(installed):
    with running(installed, "hume start backup; hume info half; hume stop 0") as script:
        script.kill()
    installed.start_humed()
    time.sleep(0.5)

    assert {event.run for event in events(installed)} == {run_of(installed)}
    assert gone(installed) == []


def test_a_dropped_start_whose_script_is_dead_is_gone(installed):
    with running(installed, "hume start backup; hume info half") as script:
        script.kill()
    installed.start_humed()
    wait_until(lambda: gone(installed), "the run is gone", 5)

    assert [(event.kind, event.run) for event in events(installed)] == [
        (kind, run_of(installed)) for kind in ("start", "log", "gone")
    ]


def test_what_a_dead_script_said_comes_late_and_is_still_its_runs(installed):
    installed.start_humed()
    boot = Processes().boot
    with running(installed, "hume start backup") as script:
        chain = list(Processes().above(script.process.pid))
        script.kill()
        wait_until(lambda: gone(installed), "the run is gone", 5)
    late = say("stop", outcome="failed", status=3, boot=boot, mono=2**62, origin={"chain": chain})
    drop(installed.layout.drop, late)
    wait_until(lambda: len(events(installed)) == 3, "the late stop is taken in", 5)

    assert events(installed)[-1].run == run_of(installed)
    assert events(installed)[-1].id == id_of(late)


def test_two_scripts_at_once_die_each_for_itself(installed):
    installed.start_humed()
    with running(installed, "hume start backup") as first, running(installed, "hume start report") as second:
        first.kill()
        wait_until(lambda: gone(installed), "the first is gone", 5)
        assert [event.task for event in gone(installed)] == ["backup"]

        second.kill()
        wait_until(lambda: len(gone(installed)) == 2, "the second is gone", 5)


def test_a_run_of_an_earlier_boot_is_gone_when_humed_starts(installed):
    humed = installed.start_humed()
    with running(installed, "hume start backup"):
        humed.kill()
        humed.wait()
        with contextlib.closing(sqlite3.connect(installed.layout.spool)) as db, db:
            db.execute("UPDATE run SET boot = '00000000-0000-4000-8000-000000000000'")
        installed.start_humed()
        wait_until(lambda: gone(installed), "the run is gone", 5)

    (event,) = gone(installed)
    assert (event.data, event.message) == ({"cause": "reboot"}, "the host was restarted")
    assert abs(event.time - (time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME))) < 60 * 10**9


def test_a_script_in_a_container_is_found_and_watched_under_its_numbers_here(installed):
    container = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
    if subprocess.run([*container, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no process-id namespace can be made here")
    installed.start_humed()
    with running(installed, "hume start backup; (hume info inside)", container) as script:
        inside, started = events(installed)[-1], events(installed)[0]
        assert started.origin.pidns != Processes().pidns
        assert inside.run == run_of(installed)
        wait_until(lambda: queue(installed)["runs_watched"] == 1, "the script is watched", 10)

        script.kill()

        wait_until(lambda: gone(installed), "the run is gone", 5)


def test_an_idle_humed_that_watches_does_not_wake_up_for_it(installed):
    humed = installed.start_humed()
    with running(installed, "hume start backup"):
        time.sleep(0.5)
        before = switches(humed.pid)
        time.sleep(2)

        assert switches(humed.pid) - before < 10


def switches(pid):
    """Return how often the main thread of this process went to sleep of its own will."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches"))
