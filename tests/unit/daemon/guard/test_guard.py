# SPDX-License-Identifier: MIT
"""Who may report to which task, how much of the spool one user may hold, and how many names he may bring."""

import contextlib
import pathlib

import pytest

from humeops.daemon.config import GuardedTask, GuardSettings
from humeops.daemon.guard.guarding import OverQuotaError
from humeops.daemon.guard.holdings import PIECE_EVENTS, Holdings
from humeops.daemon.guard.members import Members
from humeops.daemon.guard.owners import Owners
from humeops.daemon.guard.variety import Variety
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Spool
from humeops.errors import MalformedEventError, NotAllowedError
from tests.unit.daemon.rules.ruling import event
from tests.unit.daemon.screens import HUMED, SPOOL_BYTES, open_guard

ALICE, BOB = 1000, 1001


@pytest.fixture
def spool(tmp_path):
    made = Spool(tmp_path / "spool.db")
    yield made
    made.close()


@pytest.fixture
def members(tmp_path):
    (tmp_path / "passwd").write_text("root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\nbob:x:1001:50::/:/bin/sh\n")
    (tmp_path / "group").write_text("ops:x:40:alice,carol\nstaff:x:50:\nbroken\n")
    return Members(tmp_path / "passwd", tmp_path / "group")


def owners(spool, members, **settings):
    return Owners(spool.db, GuardSettings(**settings), HUMED, members)


def check(owners, spool, task, uid):
    with spool.group() as group:
        owners.check(task, uid, group, 1)


def test_a_task_is_whose_first_report_it_was_also_after_a_restart(spool, members):
    check(owners(spool, members), spool, "backup", ALICE)
    again = owners(spool, members)

    check(again, spool, "backup", ALICE)
    with pytest.raises(NotAllowedError, match=r"belongs to user 1000.*guard\.tasks"):
        check(again, spool, "backup", BOB)


@pytest.mark.parametrize("uid", [0, HUMED])
def test_root_and_humeds_own_user_may_report_to_every_task(spool, members, uid):
    found = owners(spool, members)
    check(found, spool, "backup", ALICE)

    check(found, spool, "backup", uid)
    check(found, spool, "backup", ALICE)


@pytest.mark.parametrize("settings", [{"admin_users": ["bob"]}, {"admin_users": ["1001"]}, {"admin_groups": ["staff"]}])
def test_administrators_by_name_number_and_group_may_too(spool, members, settings):
    found = owners(spool, members, **settings)
    check(found, spool, "backup", ALICE)

    check(found, spool, "backup", BOB)


def test_where_tasks_are_anybodys_everybody_may(spool, members):
    found = owners(spool, members, owners="anybody")
    check(found, spool, "backup", ALICE)

    check(found, spool, "backup", BOB)


def test_an_entry_says_who_may_whoever_was_first(spool, members):
    found = owners(spool, members)
    check(found, spool, "db-backup", BOB)
    found.adopt(GuardSettings(tasks=[GuardedTask("db-*", users=["carol"], groups=["ops"])]))

    check(found, spool, "db-backup", ALICE)
    with pytest.raises(NotAllowedError, match=r"may not report to task db-backup.*guard\.tasks"):
        check(found, spool, "db-backup", BOB)
    check(found, spool, "other", BOB)


def test_what_a_transaction_taught_that_came_to_nothing_is_forgotten(spool, members):
    found = owners(spool, members)
    with contextlib.suppress(RuntimeError), spool.group() as group:
        found.check("backup", ALICE, group, 1)
        raise RuntimeError
    found.reload()

    check(found, spool, "backup", BOB)


def test_a_user_has_so_many_tasks_and_others_have_theirs(spool, members):
    found = owners(spool, members, max_tasks=2)
    for task in ("a", "b"):
        check(found, spool, task, ALICE)

    with pytest.raises(MalformedEventError, match="2 tasks"):
        check(found, spool, "c", ALICE)
    check(found, spool, "a", ALICE)
    check(found, spool, "c", BOB)


def test_whom_the_kernel_does_not_name_is_a_user_of_his_own(spool, members):
    found = owners(spool, members)
    check(found, spool, "backup", None)

    check(found, spool, "backup", None)
    with pytest.raises(NotAllowedError, match=r"belongs to senders over tcp on this host: `\[\[guard\.tasks"):
        check(found, spool, "backup", ALICE)


def test_whom_no_entry_can_name_is_told_what_helps_him(spool, members):
    found = owners(spool, members)
    check(found, spool, "backup", ALICE)

    with pytest.raises(NotAllowedError, match=r"over tcp say another task, or set `guard.owners`"):
        check(found, spool, "backup", None)


def test_without_files_of_users_nobody_is_anybody(tmp_path):
    assert not Members(tmp_path / "none", pathlib.Path("/nowhere")).is_among(ALICE, ["alice"], ["ops"])


# -- shares of the spool -----------------------------------------------------------------------------------------------


def test_over_his_share_a_user_is_put_off_and_others_are_not(spool):
    guard = open_guard(spool, spool_share=1000 / SPOOL_BYTES)
    guard.note(Sayer(ALICE, 1, "ipc"), 1, 900)
    guard.settle(0)

    with spool.group() as group:
        with pytest.raises(OverQuotaError, match="share"):
            guard.check_size(200, Sayer(ALICE, 1, "ipc"), group)
        guard.check_size(200, Sayer(BOB, 1, "ipc"), group)
        guard.check_size(200, Sayer(0, 1, "ipc"), group)
    assert guard.counts.over_quota == 1


def test_what_central_took_meanwhile_does_not_count_against_him(spool):
    guard = open_guard(spool, spool_share=1000 / SPOOL_BYTES)
    guard.note(Sayer(ALICE, 1, "ipc"), 1, 900)
    guard.settle(0)

    with spool.group() as group:
        group.put(b"{}")
        group.release(1)
        guard.check_size(200, Sayer(ALICE, 1, "ipc"), group)
    assert guard.counts.over_quota == 0


def test_what_central_has_is_no_longer_counted():
    held = Holdings()
    for seq in range(1, 2 * PIECE_EVENTS + 1):
        held.note(ALICE, seq, 10)
        held.settle()

    held.release(PIECE_EVENTS)
    assert held.bytes_of(ALICE) == PIECE_EVENTS * 10
    held.release(2 * PIECE_EVENTS)
    assert held.bytes_of(ALICE) == 0


def test_what_a_group_counted_that_came_to_nothing_is_taken_back():
    held = Holdings()
    held.note(ALICE, 1, 10)

    held.forget()

    assert held.bytes_of(ALICE) == 0


def test_an_event_larger_than_this_host_allows_is_refused(spool):
    guard = open_guard(spool, max_event_bytes=2_000)

    with spool.group() as group, pytest.raises(MalformedEventError, match="2000 on this host"):
        guard.check_size(2_001, Sayer(ALICE, 1, "ipc"), group)


# -- names -------------------------------------------------------------------------------------------------------------


def test_tags_too_many_are_left_out_and_the_event_says_so():
    tags = Variety("tags")
    tags.limit(event(tags=["a", "b"]), ALICE, 2)
    said, known, others = event(tags=["a", "c"]), event(tags=["b"]), event(tags=["c"])

    assert tags.limit(said, ALICE, 2)
    assert (said.tags, said.cut) == (["a"], ["tags"])
    assert not tags.limit(known, ALICE, 2)
    assert not tags.limit(others, BOB, 2)


def test_keys_too_many_are_left_out_of_words_and_refused_as_shared_data():
    keys = Variety("data")
    keys.limit(event("data", data={"a": 1}), ALICE, 1)
    said = event(data={"a": 2, "b": 3})

    assert keys.limit(said, ALICE, 1)
    assert (said.data, said.cut) == ({"a": 2}, ["data"])
    with pytest.raises(MalformedEventError, match="max_keys"):
        keys.limit(event("data", data={"b": 1}), ALICE, 1)
