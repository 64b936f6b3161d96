# SPDX-License-Identifier: MIT
"""humed dies at, and fails in, its own system calls while it drains the drop folder, commits, acks, forwards and releases.

A change is tried at some of the places, by chance and within a time; `make soak` tries all of them.
"""

import collections
import math
import signal

import pytest

from tests.fixtures import chance, processes, strace, sweep

SOME = pytest.param(6.0, id="some")
ALL = pytest.param(math.inf, id="all", marks=[pytest.mark.soak, pytest.mark.timeout(3_600)])
# The test's SIGTERM found it on its way out already, with Python's own handler gone.
TOLD_WHILE_ENDING = -signal.SIGTERM
# From this many rounds on, how many of them met their injection says something.
ENOUGH = 20


@pytest.fixture
def sweeping(installed: processes.Installation) -> sweep.Sweep:
    strace.require_strace()
    return sweep.Sweep(installed)


def statuses(sweeping: sweep.Sweep) -> collections.Counter[int]:
    return collections.Counter(done.status for done in sweeping.rounds)


def assert_came_to_pass(sweeping: sweep.Sweep, status: int, share: float) -> None:
    """That more than a share ended so; not said of the few rounds of a crowded machine, where it would be luck."""
    rounds = len(sweeping.rounds)
    assert rounds
    assert rounds < ENOUGH or statuses(sweeping)[status] > share * rounds


@pytest.mark.parametrize("seconds", [SOME, ALL])
def test_killed_at_its_system_calls(sweeping: sweep.Sweep, seconds: float) -> None:
    sweeping.recover()  # so that the spool is there already
    places = sweeping.places()

    sweeping.run_all(strace.KILL, sweep.within(seconds, chance.seeded("kills"), places))

    assert_came_to_pass(sweeping, -signal.SIGKILL, 1 / 2)
    assert set(statuses(sweeping)) <= {0, -signal.SIGKILL}
    sweeping.finish()


@pytest.mark.parametrize("seconds", [SOME, ALL])
def test_killed_while_it_makes_its_spool(sweeping: sweep.Sweep, seconds: float) -> None:
    places = sweeping.places(sweep.DISK_CALLS)
    for place in sweep.within(seconds, chance.seeded("kills"), places):
        sweeping.renew()
        sweeping.run_all(strace.KILL, [place])

    assert_came_to_pass(sweeping, -signal.SIGKILL, 1 / 2)
    sweeping.finish()


@pytest.mark.parametrize("seconds", [SOME, ALL])
def test_a_failing_disk_ends_it_and_nothing_was_acknowledged(sweeping: sweep.Sweep, seconds: float) -> None:
    places = sweeping.places(sweep.DISK_CALLS)

    sweeping.run_all(strace.error("EIO"), sweep.within(seconds, chance.seeded("failures"), places), mend=True)

    # SQLite passes over a failing checkpoint and folder sync; the WAL still holds everything then.
    assert set(statuses(sweeping)) <= {0, 74, TOLD_WHILE_ENDING}
    assert_came_to_pass(sweeping, 74, 1 / 3)
    sweeping.finish()


@pytest.mark.parametrize("seconds", [SOME, ALL])
def test_a_disk_full_for_a_while_loses_nothing(sweeping: sweep.Sweep, seconds: float) -> None:
    places = sweeping.places(("pwrite64", "ftruncate", "fallocate"))

    sweeping.run_all(
        strace.error("ENOSPC"), sweep.within(seconds, chance.seeded("failures"), places), times=8, mend=True
    )

    assert len(sweeping.rounds) < ENOUGH or any(done.was_met for done in sweeping.rounds)
    assert set(statuses(sweeping)) <= {0, 74, 75, TOLD_WHILE_ENDING}
    sweeping.finish()


@pytest.mark.parametrize("seconds", [SOME, ALL])
def test_signals_and_sockets_that_are_not_ready_are_nothing_to_it(sweeping: sweep.Sweep, seconds: float) -> None:
    sockets = sweeping.places(sweep.SOCKET_CALLS)
    calls = sweeping.places((*sweep.SOCKET_CALLS, *sweep.WAITS))

    sweeping.run_all(strace.error("EAGAIN"), sweep.within(seconds / 2, chance.seeded("failures"), sockets))
    sweeping.run_all(strace.error("EINTR"), sweep.within(seconds / 2, chance.seeded("failures"), calls))

    assert set(statuses(sweeping)) == {0}
    assert all(done.listened for done in sweeping.rounds)
    sweeping.finish()
