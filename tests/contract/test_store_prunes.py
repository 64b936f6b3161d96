# SPDX-License-Identifier: MIT
"""Old lines of the audit log go where a setting says so, a line says which, and no other goes; on every engine."""

import pytest
import sqlalchemy as sa

from humeops.central.store import auditing, auditpruning
from humeops.central.store.questions import audit
from humeops.filters import parsing
from tests.contract.looking import ask
from tests.contract.test_store_people import DAY, ENTRY, write
from tests.fixtures.events import NOON


def lines_of(database, *days):
    for day in days:
        write(database, auditing.write, ENTRY._replace(object=f"day {day}"), NOON + day * DAY)


def objects(database):
    return [line.object for line in reversed(ask(database, audit.find, audit.Filter()))]


def prune(database, days, now):
    found = write(database, auditpruning.announce, days * DAY, NOON + now * DAY)
    while write(database, auditpruning.step):
        pass
    return found


def test_what_is_too_old_goes_from_the_log_and_a_line_says_so_first(database):
    lines_of(database, 0, 1, 2, 50)

    found = prune(database, 30, 60)

    assert found.lines == 3
    assert objects(database)[0] == "day 50"
    (line,) = ask(database, audit.find, audit.Filter(parsing.parse('act:"prune audit log"', "audit")))
    assert (line.actor, line.via, line.object) == ("central", "retention", "before 2026-12-23")
    assert line.detail == f"3 lines, numbers {found.first} to {found.end - 1}"


def test_the_log_is_pruned_once_a_day_at_most_and_then_again(database):
    lines_of(database, 0, 1, 2)

    assert prune(database, 30, 30.5) is None
    assert prune(database, 30, 31.5).lines == 2
    assert prune(database, 30, 32.5) is None
    assert objects(database)[0] == "day 2"


def test_what_was_announced_is_deleted_by_whoever_comes_next(database):
    lines_of(database, 0, 1, 50)
    write(database, auditpruning.announce, 30 * DAY, NOON + 60 * DAY)

    assert prune(database, 30, 60) is None
    assert objects(database) == ["day 50", "before 2026-12-23"]


def test_nothing_above_the_floor_can_be_deleted(database):
    lines_of(database, 0, 50)
    prune(database, 30, 60)
    before = objects(database)

    with pytest.raises(sa.exc.DBAPIError), database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit")

    assert objects(database) == before
