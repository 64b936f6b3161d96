# SPDX-License-Identifier: MIT
"""Who may report to a run: its own user, root, and whoever humed itself finds below the run's processes."""

import pytest

from humeops.daemon.registering import Proof
from humeops.errors import NotAllowedError
from tests.unit.daemon.hosts import HUME, ME, ROOT
from tests.unit.daemon.sayings import next_id

SHELL, SUDO, OTHER_SHELL = (300, 30), (400, 40), (500, 50)
SOMEBODY = 2000


@pytest.fixture
def run(host):
    host.table.tree(SHELL)
    return host.start(SHELL)


def test_another_user_below_the_runs_process_reports_to_it(host, run):
    host.table.tree(SUDO, SHELL)
    host.table.add((HUME, 10**6), SUDO[0], uid=SOMEBODY)

    assert host.find(SUDO, SHELL, uid=SOMEBODY) == run.id
    assert host.stop(run, uid=SOMEBODY).run == run.id


def test_another_user_who_claims_its_processes_is_refused(host, run):
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)

    with pytest.raises(NotAllowedError, match=f"run {run.id} belongs to another user"):
        host.find(SHELL, uid=SOMEBODY)


@pytest.mark.parametrize("member", ["run", "within"])
@pytest.mark.parametrize("kind", ["log", "stop"])
def test_another_user_who_names_it_is_refused(host, run, member, kind):
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)

    with pytest.raises(NotAllowedError):
        host.say(kind, OTHER_SHELL, uid=SOMEBODY, outcome="ok", **{member: run.id})

    assert len(host.runs) == 1


def test_root_may_report_to_any_run(host, run):
    host.table.tree(OTHER_SHELL, uid=ROOT)

    assert host.find(OTHER_SHELL, uid=ROOT, run=run.id) == run.id


def test_a_sayer_whose_number_another_users_process_has_by_now_is_refused(host, run):
    host.table.tree(SHELL, uid=ME)

    with pytest.raises(NotAllowedError):
        host.find(SHELL, uid=SOMEBODY)


def test_a_process_whose_number_is_used_again_is_not_the_runs(host, run):
    host.table.end(SHELL)
    host.table.tree((300, 99), uid=SOMEBODY)

    with pytest.raises(NotAllowedError):
        host.find(uid=SOMEBODY, run=run.id)


def test_a_parent_that_is_younger_than_its_child_is_not_its_parent(host, run):
    host.table.add((HUME, 10), SHELL[0], uid=SOMEBODY)

    with pytest.raises(NotAllowedError):
        host.find(uid=SOMEBODY, run=run.id)


def test_a_dropped_file_of_another_user_is_kept_as_the_tasks_with_a_link(host, run):
    found = host.say("log", SHELL, uid=SOMEBODY, pid=None)
    named = host.say("stop", uid=SOMEBODY, pid=None, run=run.id, outcome="ok", task="mine")

    assert (found.run, found.link, found.task) == (None, run.id, "backup")
    assert (named.run, named.link, named.task) == (None, run.id, "mine")
    assert len(host.runs) == 1


def test_a_dropped_file_of_the_runs_user_or_root_is_the_runs(host, run):
    assert host.find(SHELL, pid=None) == run.id
    assert host.find(SHELL, uid=ROOT, pid=None) == run.id


def test_what_names_a_run_that_ended_is_linked_whoever_says_it(host, run):
    host.stop(run)
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)

    assert host.say("log", OTHER_SHELL, uid=SOMEBODY, run=run.id).link == run.id


def test_a_start_under_another_users_run_has_it_for_parent_only_when_humed_sees_it_there(host, run):
    host.table.tree(SUDO, SHELL)
    host.table.add((HUME, 10**6), SUDO[0], uid=SOMEBODY)
    met = host.start(SUDO, SHELL, uid=SOMEBODY)
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)
    claimed = host.start(OTHER_SHELL, SHELL, uid=SOMEBODY)

    assert met.parent == run.id
    assert (claimed.parent, claimed.run) == (None, claimed.id)


def test_what_tells_nothing_of_itself_is_of_its_users_own_task(host):
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)

    assert host.say("log", origin={"script": ""}).task == f"unknown-{ME}"
    assert host.say("log", OTHER_SHELL, uid=SOMEBODY, origin={"script": ""}).task == f"unknown-{SOMEBODY}"


# -- runs that somebody registers where he should not ---------------------------------------------------------------------


def test_a_run_registered_under_somebody_elses_script_catches_nothing(host):
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)
    trap = host.start(SHELL, uid=SOMEBODY)
    host.table.tree(SHELL)

    assert host.find(SHELL) is None
    assert host.runs.find(trap.id).place.proof is Proof.CLAIMED


def test_its_innermost_process_is_not_believed_either(host):
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)
    host.start(SHELL, OTHER_SHELL, uid=SOMEBODY, origin={"own": [0, 1]})
    host.table.tree(SHELL)

    assert host.find(SHELL) is None


@pytest.mark.parametrize("pid", [HUME, None])
def test_a_run_registered_under_a_process_yet_to_come_catches_nothing(host, pid):
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)
    host.start(SHELL, uid=SOMEBODY, pid=pid)
    host.table.tree(SHELL)

    assert host.find(SHELL) is None


def test_below_a_process_of_another_user_his_own_runs_stay_the_first_to_be_found(host):
    host.table.tree(SHELL, uid=ME)
    own = host.start(SHELL, uid=ME)
    host.table.tree(SUDO, SHELL)
    host.table.add((HUME, 10**6), SUDO[0], uid=SOMEBODY)
    theirs = host.start(SUDO, SHELL, uid=SOMEBODY, origin={"own": [1, 1]})

    assert host.find(SHELL, uid=ME) == own.id
    assert host.find(SUDO, SHELL, uid=SOMEBODY) == theirs.id


def test_what_was_dropped_by_a_script_that_has_ended_stays_together(host):
    run = host.start(SHELL, pid=None)

    assert host.find(SHELL, pid=None) == run.id
    assert host.stop(run, pid=None).run == run.id


def test_what_was_dropped_in_a_fork_that_has_ended_since_stays_apart_from_its_scripts(host):
    fork = (310, 31)
    host.table.tree(SHELL)
    own = host.start(SHELL)
    part = host.start(fork, SHELL, pid=None, origin={"own": [0, 1]})

    assert part.parent == own.id
    assert host.find(fork, SHELL, pid=None) == part.id
    assert host.find(SHELL) == own.id
    host.stop(own)
    assert host.find(SHELL) is None
    assert host.find(fork, SHELL, pid=None, uid=SOMEBODY) is None


def test_a_dropped_start_of_a_living_script_counts_for_others_below_it_too(host):
    host.table.tree(SHELL)
    run = host.start(SHELL, pid=None)
    host.table.add((HUME, 10**6), SHELL[0], uid=SOMEBODY)

    assert host.find(SHELL, uid=SOMEBODY) == run.id


# -- containers ----------------------------------------------------------------------------------------------------------

INSIDE, OUTSIDE = (1, 30), (7_001, 30)


def in_container(host, *chain, **members):
    """Say it in a namespace of its own, where OUTSIDE is process 1."""
    host.table.tree(OUTSIDE)
    return host.start(*chain, origin={"pidns": host.table.pidns + 1}, **members)


def test_a_run_in_a_container_is_found_by_the_numbers_there_and_seen_by_those_here(host):
    run = in_container(host, INSIDE)

    assert host.find(INSIDE) == run.id
    place = host.runs.find(run.id).place
    assert (place.outer, place.outer_seen, place.proof) == (INSIDE, OUTSIDE, Proof.TRANSLATED)


def test_two_containers_whose_processes_have_the_same_numbers_stay_apart(host):
    run = in_container(host, INSIDE)
    host.table.tree((7_002, 30))

    assert host.find(INSIDE) is None
    host.table.tree(OUTSIDE)
    assert host.find(INSIDE) == run.id


def test_a_made_up_namespace_opens_nobody_elses_script(host):
    host.table.tree(OTHER_SHELL, uid=SOMEBODY)
    host.start(SHELL, uid=SOMEBODY, origin={"pidns": 1})
    host.table.tree(SHELL)

    assert host.find(SHELL) is None


def test_a_container_that_humed_cannot_look_into_keeps_its_runs_for_their_user(host):
    run = host.start(INSIDE, pid=None, origin={"pidns": 1})

    assert host.runs.find(run.id).place.outer_seen is None
    assert host.find(INSIDE) == run.id


def test_a_run_that_is_not_known_here_is_nobodys_to_refuse(host):
    elsewhere = next_id()

    assert host.find(SHELL, uid=SOMEBODY, run=elsewhere) == elsewhere
