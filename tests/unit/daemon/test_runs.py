# SPDX-License-Identifier: MIT
"""Which run an event belongs to: the rules of docs/protocol.md, section 5, one by one."""

import contextlib

import pytest

from humeops.daemon import runs
from humeops.daemon.runs import OpenRuns
from humeops.daemon.spool import Spool
from humeops.wire import codec
from tests.unit.daemon.sayings import BOOT, START_NS, next_id, say

SHELL, SUDO, CRON = (300, 30), (200, 20), (100, 10)
WALL_NS = START_NS


class Host:
    """A spool and its open runs, spoken to as the pipeline does."""

    def __init__(self, path):
        self.spool = Spool(path)
        self.runs = OpenRuns(self.spool.db)

    def say(self, kind, *chain, **members):
        event = codec.decode(say(kind, **{"task": "backup", "origin": {"chain": chain}, **members}))
        if kind == "start":
            event.run = event.id
        with self.spool.group() as group:
            self.runs.apply(event, group, WALL_NS)
        return event

    def find(self, *chain, **members):
        found = self.runs.find(codec.decode(say("log", origin={"chain": chain}, **members)))
        return found.id if found else None

    def stop(self, run_id, wall_ns=WALL_NS):
        event = codec.decode(say("stop", run=run_id, outcome="ok"))
        with self.spool.group() as group:
            self.runs.apply(event, group, wall_ns)

    def picture(self):
        return dict(self.runs._by_id), dict(self.runs._by_process)


@pytest.fixture
def host(tmp_path):
    made = Host(tmp_path / "spool.db")
    yield made
    made.spool.close()


def test_an_event_belongs_to_the_run_registered_nearest_above(host):
    outer = host.say("start", CRON)
    inner = host.say("start", SUDO, CRON)

    assert host.find(SHELL, SUDO, CRON) == inner.id
    assert host.find(CRON) == outer.id


def test_a_start_registers_under_its_first_process_only(host):
    host.say("start", SHELL, CRON)

    assert host.find(CRON) is None


def test_with_several_at_one_process_the_one_started_last_wins(host):
    host.say("start", SHELL, mono=10)
    last = host.say("start", SHELL, mono=20)

    assert host.find(SHELL) == last.id


def test_the_one_started_last_wins_though_its_start_came_in_first(host):
    last = host.say("start", SHELL, mono=20)
    host.say("start", SHELL, mono=10)

    assert host.find(SHELL) == last.id


def test_a_task_that_is_given_counts_only_runs_of_that_task(host):
    wanted = host.say("start", CRON, task="backup")
    host.say("start", SHELL, task="rotate")
    host.say("start", CRON, task="report")

    assert host.find(SHELL, CRON, task="backup") == wanted.id
    assert host.find(SHELL, CRON, task="other") is None


def test_a_run_that_is_named_is_that_run_whatever_the_processes_say(host):
    named = host.say("start", CRON)
    host.say("start", SHELL)

    assert host.find(SHELL, run=named.id) == named.id


def test_a_run_that_is_named_and_not_open_is_not_replaced_by_another(host):
    host.say("start", SHELL)

    assert host.find(SHELL, run=next_id()) is None


def test_a_process_of_another_boot_is_another_process(host):
    host.say("start", SHELL, boot="another")

    assert host.find(SHELL, boot=BOOT) is None


def test_a_pid_that_is_used_again_is_another_process(host):
    host.say("start", (300, 30))

    assert host.find((300, 31)) is None


def test_without_processes_no_run_is_found(host):
    host.say("start")

    assert host.find() is None
    assert host.find((0, 0)) is None


def test_a_run_that_ended_is_found_no_more(host):
    run = host.say("start", SHELL)
    host.stop(run.id)

    assert host.find(SHELL) is None
    assert len(host.runs) == 0


def test_when_the_inner_run_ends_the_outer_one_at_the_same_process_takes_over(host):
    outer = host.say("start", SHELL, mono=10)
    inner = host.say("start", SHELL, mono=20)
    host.stop(inner.id)

    assert host.find(SHELL) == outer.id


def test_a_late_copy_of_its_start_does_not_open_an_ended_run_again(host):
    members = {"id": next_id()}
    host.say("start", SHELL, **members)
    host.stop(members["id"])
    host.say("start", SHELL, **members)

    assert host.find(SHELL) is None


def test_a_copy_of_a_start_counts_once(host):
    members = {"id": next_id()}
    host.say("start", SHELL, **members)
    host.say("start", SHELL, **members)
    host.stop(members["id"])

    assert host.find(SHELL) is None


def test_a_stop_of_a_run_nobody_knows_changes_nothing(host):
    host.say("start", SHELL)
    host.stop(next_id())

    assert len(host.runs) == 1


def test_beyond_the_bound_the_oldest_open_run_is_forgotten(host, monkeypatch):
    monkeypatch.setattr(runs, "MAX_OPEN_RUNS", 3)
    made = [host.say("start", (pid, 1), mono=pid) for pid in range(1, 6)]

    assert [host.find((pid, 1)) for pid in range(1, 6)] == [None, None, *(run.id for run in made[2:])]
    before = host.picture()
    host.runs.reload()
    assert host.picture() == before


def test_what_is_read_from_disk_is_what_was_in_memory(host):
    opened = [host.say("start", SHELL, mono=mono) for mono in (30, 10, 20)]
    host.say("start", CRON, task="other", mono=5)
    host.say("start", mono=7)
    host.stop(opened[0].id)
    before = host.picture()

    host.runs.reload()

    assert host.picture() == before


def test_a_group_that_failed_leaves_no_run_behind(host):
    event = codec.decode(say("start", origin={"chain": [SHELL]}, task="backup"))
    with contextlib.suppress(ZeroDivisionError), host.spool.group() as group:
        host.runs.apply(event, group, WALL_NS)
        raise ZeroDivisionError

    host.runs.reload()

    assert len(host.runs) == 0


def test_ended_runs_are_forgotten_after_a_day(host, monkeypatch):
    monkeypatch.setattr(runs, "PRUNE_EVERY", 1)
    old, young = host.say("start", SHELL), host.say("start", CRON)
    host.stop(old.id, WALL_NS)
    host.stop(young.id, WALL_NS + runs.ENDED_KEPT_NS + 1)

    assert host.spool.db.execute("SELECT id FROM run").fetchall() == [(young.id,)]
