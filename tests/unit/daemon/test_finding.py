# SPDX-License-Identifier: MIT
"""Which run an event belongs to: the rules of docs/protocol.md, section 5, one by one."""

import pytest

from tests.unit.daemon.hosts import HUME
from tests.unit.daemon.sayings import BOOT, next_id

FORK, SHELL, SUDO, CRON = (400, 40), (300, 30), (200, 20), (100, 10)
IN_A_FORK = {"origin": {"own": [0, 1]}}


def test_an_event_belongs_to_the_run_registered_nearest_above(host):
    outer = host.start(CRON)
    inner = host.start(SUDO, CRON)

    assert host.find(SHELL, SUDO, CRON) == inner.id
    assert host.find(CRON) == outer.id


def test_a_start_registers_under_the_two_processes_that_own_names(host):
    host.table.tree(FORK, SHELL, SUDO, CRON)
    run = host.start(FORK, SHELL, SUDO, CRON, origin={"own": [0, 2]})

    assert host.find(SUDO, CRON) == run.id
    assert host.find(FORK, SHELL, SUDO, CRON) == run.id
    assert host.find(CRON) is None


def test_without_own_a_start_registers_under_its_first_process(host):
    run = host.start(SHELL, CRON)

    assert host.find(SHELL, CRON) == run.id
    assert host.find(CRON) is None


def test_an_innermost_registration_goes_before_an_outermost_one(host):
    host.table.tree(FORK, SHELL)
    plain = host.start(SHELL)
    host.start(FORK, SHELL, **IN_A_FORK)

    assert host.find(SHELL) == plain.id


def test_two_forks_of_one_script_keep_their_runs_apart(host):
    other = (401, 41)
    host.table.tree(FORK, SHELL)
    host.table.add(other, SHELL[0])
    first = host.start(FORK, SHELL, **IN_A_FORK)
    host.table.tree(other, SHELL)
    second = host.start(other, SHELL, **IN_A_FORK)

    assert host.find((500, 50), FORK, SHELL) == first.id
    assert host.find(other, SHELL) == second.id


def test_a_sayer_in_the_place_of_the_innermost_process_is_that_process(host):
    other = (HUME, 41)
    host.table.tree(FORK, SHELL)
    host.start(FORK, SHELL, **IN_A_FORK)
    host.table.add(other, SHELL[0])
    mine = host.start(other, SHELL, **IN_A_FORK)
    host.table.add(FORK, SHELL[0])
    host.start((402, 42), SHELL, **IN_A_FORK)

    assert host.find(SHELL, pid=HUME) == mine.id


def test_a_dropped_file_names_the_process_that_took_the_place_of_the_innermost_one(host):
    other = (401, 41)
    mine = host.start(FORK, SHELL, pid=None, **IN_A_FORK)
    host.start(other, SHELL, pid=None, **IN_A_FORK)

    assert host.find(SHELL, pid=None, claimed=FORK) == mine.id


def test_a_run_at_work_in_another_fork_is_not_the_parent_of_one_that_starts_beside_it(host):
    host.table.tree(FORK, SHELL, CRON)
    around = host.start(CRON)
    first = host.start(FORK, SHELL, CRON, **IN_A_FORK)
    host.table.tree((401, 41), SHELL, CRON)

    beside = host.start((401, 41), SHELL, CRON, **IN_A_FORK)
    host.table.end(FORK)
    host.table.tree((402, 42), SHELL, CRON)
    after = host.start((402, 42), SHELL, CRON, task="other", **IN_A_FORK)
    within = host.start(SHELL, CRON)

    assert first.parent == around.id
    assert beside.parent == around.id
    assert after.parent == around.id
    assert within.parent == first.id


def test_a_run_whose_innermost_process_has_ended_and_said_no_more_hangs_on_its_outermost_alone(host):
    host.table.tree(FORK, SHELL)
    begun = host.start(FORK, SHELL, **IN_A_FORK)
    host.table.end(FORK)
    host.start((401, 41), SHELL, **IN_A_FORK)
    host.table.add((401, 41), SHELL[0])

    assert host.find(SHELL) == begun.id


def test_the_scripts_own_run_goes_before_one_that_a_fork_left_behind(host):
    host.table.tree(FORK, SHELL)
    own = host.start(SHELL)
    left = host.start(FORK, SHELL, **IN_A_FORK)
    host.table.end(FORK)

    assert host.find(SHELL) == own.id
    host.stop(own)
    assert host.find(SHELL) == left.id


def test_a_run_in_whose_fork_more_was_said_is_the_forks_alone(host):
    host.table.tree(FORK, SHELL)
    begun = host.start(FORK, SHELL, **IN_A_FORK)

    assert host.find((500, 50), FORK, SHELL) == begun.id
    assert host.find(SHELL) is None
    host.restart()
    assert host.find(FORK, SHELL) == begun.id
    assert host.find(SHELL) is None


@pytest.mark.parametrize("said", [{"pid": HUME}, {"pid": None, "claimed": (HUME, 41)}], ids=["here", "dropped"])
def test_what_the_last_command_in_its_place_says_is_said_in_the_fork(host, said):
    fork = (HUME, 41)
    host.table.tree(SHELL)
    host.table.add(fork, SHELL[0])
    begun = host.start(fork, SHELL, **IN_A_FORK)

    assert host.find(SHELL, **said) == begun.id
    assert host.find(SHELL, pid=None) is None


def test_a_run_within_it_that_is_started_in_the_fork_makes_a_run_the_forks(host):
    host.table.tree(FORK, SHELL)
    begun = host.start(FORK, SHELL, **IN_A_FORK)
    inner = host.start(FORK, SHELL, task="part", **IN_A_FORK)
    host.stop(inner)

    assert inner.parent == begun.id
    assert host.find(SHELL) is None


def test_what_the_script_says_leaves_a_run_of_a_fork_where_it_is(host):
    host.table.tree(FORK, SHELL)
    begun = host.start(FORK, SHELL, **IN_A_FORK)

    assert host.find(SHELL) == begun.id
    assert host.find(SHELL, run=begun.id) == begun.id
    assert host.find(SHELL) == begun.id


def test_with_several_at_one_process_the_one_started_last_wins(host):
    host.start(SHELL)
    last = host.start(SHELL)

    assert host.find(SHELL) == last.id


def test_the_one_started_last_wins_though_its_start_came_in_first(host):
    last = host.start(SHELL, mono=20)
    host.start(SHELL, mono=10)

    assert host.find(SHELL) == last.id


def test_when_the_inner_run_ends_the_outer_one_at_the_same_process_takes_over(host):
    outer = host.start(SHELL)
    host.stop(host.start(SHELL))

    assert host.find(SHELL) == outer.id


def test_a_task_that_is_given_counts_only_runs_of_that_task(host):
    wanted = host.start(CRON, task="backup")
    host.start(SHELL, task="rotate")
    host.start(CRON, task="report")

    assert host.find(SHELL, CRON, task="backup") == wanted.id
    assert host.find(SHELL, CRON, task="other") is None


def test_a_run_that_is_named_is_that_run_whatever_the_processes_say(host):
    named = host.start(CRON)
    host.start(SHELL)

    assert host.find(SHELL, run=named.id) == named.id


def test_a_run_that_is_named_and_not_known_here_is_kept(host):
    host.start(SHELL)
    elsewhere = next_id()

    assert host.find(SHELL, run=elsewhere) == elsewhere


def test_a_process_of_another_boot_is_another_process(host):
    host.start(SHELL, boot="another")

    assert host.find(SHELL, boot=BOOT) is None
    assert host.find(SHELL, boot="another") is not None


def test_a_pid_that_is_used_again_is_another_process(host):
    host.start((300, 30))

    assert host.find((300, 31)) is None


@pytest.mark.parametrize("own", [None, [1, 1], [63, 0], [0, 63]])
def test_without_processes_no_run_is_found(host, own):
    host.start(origin={"own": own})

    assert host.find() is None
    assert host.find((0, 0)) is None


def test_what_was_said_before_the_stop_and_comes_after_it_is_the_runs(host):
    run = host.start(SHELL, mono=10)
    host.stop(run, mono=30)

    assert host.find(SHELL, mono=20) == run.id
    assert host.find(SHELL, mono=40) is None


def test_what_was_said_before_a_run_began_is_not_the_runs(host):
    outer = host.start(SHELL, mono=10)
    host.start(SHELL, mono=30)

    assert host.find(SHELL, mono=20) == outer.id
    assert host.find(SHELL, mono=5) is None


def test_what_a_named_run_hears_after_its_stop_is_the_tasks_with_a_link(host):
    run = host.start(SHELL)
    host.stop(run)

    late = host.say("log", SHELL, run=run.id)

    assert (late.run, late.link, late.task) == (None, run.id, "backup")


def test_what_was_said_in_another_boot_than_the_stop_is_not_measured_against_it(host):
    run = host.start(SHELL, boot="another", mono=10**9)
    host.stop(run)

    assert host.find(run=run.id, boot="another", mono=10**10) == run.id


# -- within ------------------------------------------------------------------------------------------------------------


def test_the_surrounding_run_is_handed_down_where_no_process_tells(host):
    run = host.start(SHELL)

    event = host.say("log", (900, 9), within=run.id)

    assert (event.run, event.within) == (run.id, None)


def test_a_run_started_within_the_surrounding_one_goes_before_it_at_whatever_depth(host):
    outer = host.start(CRON)
    middle = host.start(SUDO, within=outer.id)
    inner = host.start(SHELL, within=middle.id)
    host.stop(middle)

    assert host.find(SHELL, within=outer.id) == inner.id


def test_a_run_that_is_not_within_the_surrounding_one_gives_way_to_it(host):
    outer = host.start(CRON)
    host.start(SHELL)

    assert host.find(SHELL, within=outer.id) == outer.id


def test_the_surrounding_run_of_another_host_is_believed(host):
    elsewhere = next_id()
    inner = host.start(SHELL, within=elsewhere)

    assert inner.parent == elsewhere
    assert host.find((900, 9), within=elsewhere) == elsewhere
    assert host.find(SHELL, within=elsewhere) == inner.id


def test_a_task_that_is_given_is_not_the_surrounding_runs_matter_when_it_is_another(host):
    run = host.start(CRON, task="backup")

    assert host.find(within=run.id, task="rotate") is None
    assert host.find(within=run.id, task="backup") == run.id


def test_a_surrounding_run_that_has_ended_is_linked(host):
    run = host.start(CRON)
    host.stop(run)

    late, child = host.say("log", within=run.id), host.start(SHELL, within=run.id)

    assert (late.run, late.link) == (None, run.id)
    assert (child.parent, child.link) == (None, run.id)


# -- parent ------------------------------------------------------------------------------------------------------------


def test_a_start_within_a_run_is_a_run_of_its_own_with_a_parent_whatever_its_task(host):
    outer = host.start(CRON, task="backup")

    inner = host.start(SHELL, CRON, task="rotate")

    assert (inner.run, inner.parent) == (inner.id, outer.id)


def test_a_start_outside_of_any_run_has_no_parent(host):
    assert host.start(SHELL).parent is None


def test_a_copy_of_a_start_has_the_parent_it_had(host):
    outer = host.start(SHELL)
    inner = host.start(SHELL)
    host.start(SHELL)

    assert host.start(SHELL, id=inner.id, mono=inner.mono).parent == outer.id
    assert host.start(SHELL, id=outer.id, mono=outer.mono).parent is None


def test_nothing_surrounds_itself(host):
    lone, first = next_id(), next_id()
    second = host.start(SHELL, within=first)

    assert host.start(SHELL, id=lone, within=lone, mono=1).parent is None
    assert host.start(CRON, id=first, within=second.id).parent is None


def test_parent_and_link_are_humeds_own_to_say(host):
    event = host.say("log", SHELL, parent=next_id(), link=next_id())

    assert (event.parent, event.link) == (None, None)
