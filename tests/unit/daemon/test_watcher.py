# SPDX-License-Identifier: MIT
"""A run whose process ended without a stop is said to be gone: once, after what it said last, and with what is known of it.

It is long, since each way in which a process ends, and each that humed missed, is a case of its own.
"""

import contextlib

import pytest

from humeops.daemon import deaths as deaths_module
from humeops.daemon import watcher as watcher_module
from humeops.daemon.processes import Processes
from humeops.daemon.spool import SpoolFullError
from humeops.wire import codec
from tests.fixtures.processes import wait_until
from tests.fixtures.sleepers import sleepers
from tests.unit.daemon.sayings import next_id, say
from tests.unit.daemon.spooling import HOST
from tests.unit.daemon.watching import GRACE, ME, Humed


@pytest.fixture
def humed(tmp_path):
    made = Humed(tmp_path)
    yield made
    made.watcher.close()
    made.spool.close()


@pytest.fixture
def asleep():
    with sleepers() as made:
        yield made


def test_a_run_whose_process_ended_is_gone(humed, asleep):
    link = asleep.start()
    run = humed.start(link)
    asleep.kill(link)
    humed.notice()

    (event,) = humed.gone()
    assert (event.run, event.task, event.level, event.message) == (run, "backup", "error", "")
    assert (event.host, event.boot, event.data) == (HOST, humed.runs.processes.boot, {"cause": "ended"})
    assert len(humed.runs) == 0
    assert (humed.watcher.watched, humed.watcher.gone) == (0, 1)


def test_it_is_said_once_whatever_comes_after(humed, asleep):
    link = asleep.start()
    humed.start(link)
    asleep.kill(link)
    humed.notice()

    humed.step()
    humed.restart()
    humed.clock.advance(60)
    humed.step()

    assert len(humed.gone()) == 1


def test_the_moment_of_death_is_when_it_was_noticed_and_not_when_it_is_said(humed, asleep):
    link = asleep.start()
    humed.start(link)
    asleep.kill(link)
    noticed = humed.clock.wall_ns()
    humed.notice()

    assert humed.gone()[0].time == noticed


def test_all_runs_of_one_process_are_gone_with_it(humed, asleep):
    link = asleep.start()
    runs = [humed.start(link), humed.start(link)]
    assert humed.watcher.watched == 1
    asleep.kill(link)
    humed.notice()

    assert {run for run, _ in humed.causes()} == set(runs)


def test_a_stop_within_the_moment_of_grace_goes_first(humed, asleep):
    link = asleep.start()
    run = humed.start(link)
    asleep.kill(link)
    wait_until(lambda: humed.step() or humed.watcher.patience_seconds() is not None, "the end is noticed", 5)
    humed.say("stop", run=run, outcome="ok")
    humed.clock.advance(GRACE)
    humed.step()

    assert humed.gone() == []
    assert humed.watcher.patience_seconds() is None


def test_a_run_that_stopped_is_watched_no_more_and_its_neighbour_still_is(humed, asleep):
    link = asleep.start()
    first, second = humed.start(link), humed.start(link)
    humed.say("stop", run=first, outcome="ok")
    humed.step()
    assert humed.watcher.watched == 1
    asleep.kill(link)
    humed.notice()

    assert humed.causes() == [(second, "ended")]


def test_what_ended_while_humed_was_away_is_found_by_the_next_one(humed, asleep):
    dead, alive = asleep.start(), asleep.start()
    run = humed.start(dead)
    humed.start(alive)
    asleep.kill(dead)
    humed.restart()
    humed.notice()

    assert humed.causes() == [(run, "ended")]
    assert humed.watcher.watched == 1


def test_a_process_with_the_number_of_one_that_ended_is_not_taken_for_it(humed, asleep):
    pid, start = asleep.start()
    run = humed.start((pid, start - 100))
    humed.notice()

    assert humed.causes() == [(run, "ended")]


def test_runs_of_an_earlier_boot_ended_with_it(humed, asleep):
    run = humed.start(asleep.start(), boot="an earlier one", mono=10**15)
    humed.notice()

    (event,) = humed.gone()
    assert (event.run, event.data["cause"], event.message) == (run, "reboot", "the host was restarted")
    assert (event.time, event.mono) == (humed.clock.wall_ns() - humed.clock.boot_ns(), 0)
    assert event.boot == humed.runs.processes.boot


def test_a_run_that_names_no_process_waits_for_its_stop(humed):
    humed.start()
    humed.clock.advance(3_600)
    humed.step()

    assert humed.gone() == []
    assert (humed.watcher.unseen, humed.watcher.watched, humed.watcher.patience_seconds()) == (1, 0, None)


def test_numbers_of_another_namespace_than_humeds_own_are_not_looked_at(humed, asleep):
    link = asleep.start()
    humed.start(link)
    other = Processes()
    other.pidns = 1
    humed.restart(processes=other)

    assert (humed.watcher.unseen, humed.watcher.watched) == (1, 0)


def test_without_descriptors_the_end_is_found_by_looking(humed, asleep):
    humed.restart(most=0)
    link = asleep.start()
    run = humed.start(link)
    assert humed.watcher.looked_at == 1
    asleep.kill(link)
    for _ in range(110):
        humed.clock.advance(0.1)
        humed.step()

    assert humed.causes() == [(run, "ended")]


# -- forks of a script -------------------------------------------------------------------------------------------------


@pytest.fixture
def forked(humed, asleep):
    """A run that a fork of a script began: the run, the fork and the script."""
    fork, script = asleep.start(), asleep.start()
    run = humed.say("start", origin={"chain": [fork, script], "own": [0, 1]}).id
    humed.step()
    return run, fork, script


def test_a_run_whose_fork_says_no_more_ends_with_its_script(humed, asleep, forked):
    run, fork, script = forked
    asleep.kill(fork)
    humed.clock.advance(3)
    humed.step()
    assert humed.gone() == []
    asleep.kill(script)
    humed.notice()

    assert humed.causes() == [(run, "ended")]


def test_a_run_whose_fork_said_more_ends_with_the_fork(humed, asleep, forked):
    run, fork, script = forked
    humed.say("log", origin={"chain": [fork, script]}, mono=2)
    humed.step()
    assert humed.watcher.watched == 1
    asleep.kill(fork)
    humed.notice()

    assert humed.causes() == [(run, "ended")]
    assert humed.watcher.watched == 0


def test_a_run_whose_fork_lives_on_is_the_forks_though_it_says_nothing(humed, asleep, forked):
    run, fork, _ = forked
    assert humed.watcher.patience_seconds() == pytest.approx(2)
    humed.clock.advance(2)
    humed.step()
    humed.step()
    assert humed.watcher.patience_seconds() is None
    humed.restart()
    asleep.kill(fork)
    humed.notice()

    assert humed.causes() == [(run, "ended")]


def test_a_disk_that_is_full_only_delays_what_becomes_the_forks(humed, asleep, forked, monkeypatch):
    run, fork, _ = forked
    monkeypatch.setattr(humed.spool, "group", _full)
    humed.clock.advance(2)
    humed.step()
    monkeypatch.undo()
    humed.clock.advance(2)
    humed.step()
    humed.clock.advance(2)
    humed.step()
    humed.step()
    asleep.kill(fork)
    humed.notice()

    assert humed.causes() == [(run, "ended")]


def _full():
    raise SpoolFullError


def test_what_a_fork_says_when_its_script_has_just_ended_keeps_its_run(humed, asleep, forked):
    run, fork, script = forked
    asleep.kill(script)
    wait_until(lambda: humed.step() or humed.watcher.patience_seconds() < 1, "the end is noticed", 5)
    humed.say("log", origin={"chain": [fork]}, mono=2)
    humed.clock.advance(GRACE)
    humed.step()

    assert humed.gone() == []
    assert humed.runs.open_one(run)


def test_a_fork_that_ended_while_humed_was_away_is_found_by_the_next_one(humed, asleep, forked):
    run, fork, script = forked
    humed.say("log", origin={"chain": [fork, script]}, mono=2)
    asleep.kill(fork)
    humed.restart()
    humed.notice()

    assert humed.causes() == [(run, "ended")]


# -- what is in the way ------------------------------------------------------------------------------------------------


def test_while_dropped_files_wait_the_saying_waits_but_not_for_ever(humed, asleep):
    link = asleep.start()
    humed.start(link)
    asleep.kill(link)
    wait_until(lambda: humed.step() or humed.watcher.patience_seconds() is not None, "the end is noticed", 5)
    for _ in range(20):
        humed.clock.advance(0.2)
        humed.step(is_behind=True)
        assert humed.gone() == []
        assert humed.watcher.patience_seconds() > 0

    humed.clock.advance(2)
    humed.step(is_behind=True)

    assert len(humed.gone()) == 1


def test_a_disk_that_is_full_only_delays_it(humed, asleep):
    link = asleep.start()
    run = humed.start(link)
    for _ in range(40):
        humed.say("log", message="x" * 2_000)
    pages = humed.spool.db.execute("PRAGMA page_count").fetchone()[0]
    humed.spool.db.execute(f"PRAGMA max_page_count = {pages}")
    with contextlib.suppress(Exception):
        while True:
            humed.say("log", message="x" * 100)
    humed.runs.reload()
    asleep.kill(link)
    humed.notice()
    assert humed.gone() == []
    assert humed.runs.open_one(run)

    humed.spool.db.execute("PRAGMA max_page_count = 1000000")
    humed.clock.advance(1)
    humed.step()

    assert humed.causes() == [(run, "ended")]
    assert len(humed.runs) == 0


def test_a_spool_that_takes_nothing_any_more_only_delays_it(humed, asleep):
    link = asleep.start()
    run = humed.start(link)
    asleep.kill(link)
    humed.keeper._least_worth = 99
    humed.notice()
    assert humed.gone() == []

    humed.keeper.tend(0)
    humed.clock.advance(1)
    humed.step()

    assert humed.causes() == [(run, "ended")]


def test_a_commit_that_failed_leaves_nothing_watched_that_was_started_in_it(humed, asleep):
    link = asleep.start()
    event = codec.decode(say("start", task="backup", boot=humed.runs.processes.boot, origin={"chain": [link]}))
    with contextlib.suppress(ZeroDivisionError), humed.spool.group() as group:
        humed.runs.apply(event, ME, group, 1)
        raise ZeroDivisionError
    humed.runs.reload()
    humed.step()

    assert (len(humed.runs), humed.watcher.watched) == (0, 0)


def test_many_that_end_at_once_are_said_some_at_a_time(humed, monkeypatch):
    monkeypatch.setattr(deaths_module, "AT_ONCE", 2)
    for _ in range(5):
        humed.say("start", boot="an earlier one")
    humed.step()
    humed.clock.advance(GRACE)

    said = []
    for _ in range(3):
        humed.step()
        said.append(len(humed.gone()))

    assert said == [2, 4, 5]


# -- too many ----------------------------------------------------------------------------------------------------------


def test_more_runs_than_the_bound_cost_the_oldest_and_that_is_said(humed, asleep, monkeypatch):
    monkeypatch.setattr(watcher_module, "MAX_OPEN_RUNS", 2)
    link = asleep.start()
    runs = [humed.start(link, mono=mono) for mono in range(1, 5)]
    humed.clock.advance(GRACE)
    humed.step()

    assert humed.causes() == [(runs[0], "unwatched"), (runs[1], "unwatched")]
    assert "no longer watched" in humed.gone()[0].message
    assert (len(humed.runs), humed.watcher.given_up, humed.watcher.gone) == (2, 2, 2)


def test_a_run_that_was_given_up_still_takes_events_and_its_stop(humed, asleep, monkeypatch):
    monkeypatch.setattr(watcher_module, "MAX_OPEN_RUNS", 0)
    link = asleep.start()
    run = humed.start(link)
    humed.clock.advance(GRACE)
    humed.step()

    assert humed.say("log", origin={"chain": [link]}, mono=2).run == run
    assert humed.say("stop", origin={"chain": [link]}, outcome="ok", mono=3).run == run


# -- out of memory -----------------------------------------------------------------------------------------------------


def test_a_kill_for_want_of_memory_is_told_as_the_probable_reason(humed, asleep):
    link = asleep.start()
    group = humed.groups / "a.service"
    group.mkdir(parents=True)
    (group / "memory.events").write_text("oom_kill 5\n")
    humed.start(link)
    # Where this machine's processes are in no such group, the row says what it would say there.
    humed.spool.db.execute("UPDATE run SET cgroup = '/a.service', oom_kills = 3, oom_kills_above = NULL")
    asleep.kill(link)
    humed.notice()

    (event,) = humed.gone()
    assert event.data == {"cause": "ended", "oom_kills": 2}
    assert event.message == "probably out of memory: the kernel killed 2 in its control group"


def test_a_stop_of_a_run_that_nobody_knows_leaves_the_watch_as_it_is(humed, asleep):
    humed.start(asleep.start())
    humed.say("stop", run=next_id(), outcome="ok")
    humed.step()

    assert humed.watcher.watched == 1
