# SPDX-License-Identifier: MIT
"""The registry of runs: what opens and ends them, and that memory and disk tell the same."""

import contextlib

from humeops.daemon import runrows, runs
from humeops.daemon.sayer import Sayer
from humeops.wire import codec
from tests.unit.daemon.sayings import START_NS, next_id, say

SHELL, CRON = (300, 30), (100, 10)


def test_a_run_that_ended_is_open_no_more(host):
    run = host.start(SHELL)
    host.stop(run)

    assert len(host.runs) == 0
    assert host.find(SHELL) is None


def test_a_late_copy_of_its_start_does_not_open_an_ended_run_again(host):
    run = host.start(SHELL)
    host.stop(run)
    host.start(SHELL, id=run.id, mono=run.mono)

    assert len(host.runs) == 0


def test_a_copy_of_a_start_counts_once(host):
    run = host.start(SHELL)
    host.start(SHELL, id=run.id, mono=run.mono)
    assert len(host.runs) == 1
    host.stop(run)

    assert host.find(SHELL) is None


def test_a_stop_of_a_run_nobody_knows_changes_nothing(host):
    host.start(SHELL)
    host.say("stop", run=next_id(), outcome="ok")

    assert len(host.runs) == 1


def test_a_run_that_is_gone_is_open_no_more_and_still_takes_what_was_said_in_it(host):
    run = host.start(SHELL)
    host.gone(run)

    assert len(host.runs) == 0
    assert host.find(SHELL) == run.id
    assert host.find(run=run.id) == run.id


def test_a_stop_after_it_was_gone_ends_the_run_as_any_stop(host):
    run = host.start(SHELL)
    host.gone(run)
    stop = host.stop(run)

    late = host.say("log", run=run.id)

    assert stop.run == run.id
    assert (late.run, late.link) == (None, run.id)
    assert host.spool.db.execute("SELECT gone, stop_mono FROM run").fetchall() == [("ended", stop.mono)]


def test_gone_after_a_stop_changes_nothing_but_the_moment_is_kept(host):
    run = host.start(SHELL)
    stop = host.stop(run)
    host.gone(run)

    assert host.spool.db.execute("SELECT gone, stop_mono FROM run").fetchall() == [(None, stop.mono)]


def test_of_two_stops_the_first_that_was_said_counts(host):
    run = host.start(SHELL)
    host.stop(run, mono=500)
    host.stop(run, mono=400)

    assert host.say("log", run=run.id, mono=450).link == run.id


def test_what_is_read_from_disk_is_what_was_in_memory(host):
    opened = [host.start(SHELL, mono=mono) for mono in (30, 10, 20)]
    host.start(CRON, task="other", mono=5)
    host.start(mono=7)
    host.stop(opened[0])
    host.gone(opened[1])
    before = host.picture()

    host.runs.reload()

    assert host.picture() == before


def test_a_group_that_failed_leaves_no_run_behind(host):
    event = codec.decode(say("start", origin={"chain": [SHELL]}, task="backup"))
    with contextlib.suppress(ZeroDivisionError), host.spool.group() as group:
        host.runs.apply(event, Sayer(0, 1, "ipc"), group, START_NS)
        raise ZeroDivisionError

    host.runs.reload()

    assert len(host.runs) == 0


def test_ended_runs_are_forgotten_after_a_day(host, monkeypatch):
    monkeypatch.setattr(runs, "PRUNE_EVERY", 1)
    old, young = host.start(SHELL), host.start(CRON)
    host.stop(old)
    host.now += runrows.ENDED_KEPT_NS
    host.stop(young)

    assert host.spool.db.execute("SELECT id FROM run").fetchall() == [(young.id,)]


def test_of_the_ended_ones_only_the_last_are_kept_in_memory(host, monkeypatch):
    monkeypatch.setattr(runs, "MAX_ENDED", 2)
    ended = [host.start((pid, 1)) for pid in range(1, 5)]
    for run in ended:
        host.gone(run)

    assert [host.find((pid, 1)) for pid in range(1, 5)] == [None, None, ended[2].id, ended[3].id]
    assert host.find(run=ended[0].id) == ended[0].id
    before = host.picture()
    host.runs.reload()
    assert host.picture() == before


def test_news_tell_what_was_opened_and_ended_since_they_were_asked(host):
    assert host.runs.take_news().is_all
    first, second = host.start(SHELL), host.start(CRON)
    host.stop(first)

    assert host.runs.take_news() == ([first.id, second.id], [first.id], False)
    assert host.runs.take_news() == ([], [], False)


def test_too_many_open_runs_cost_whoever_has_most_his_oldest(host):
    lone = host.start((1, 1), uid=7)
    many = [host.start((pid, 1), uid=8) for pid in range(2, 7)]

    assert [run.id for run in host.runs.excess(4)] == [many[0].id, many[1].id]
    assert [run.id for run in host.runs.excess(1)] == [*(run.id for run in many[:4]), lone.id]
    assert host.runs.excess(6) == []
