# SPDX-License-Identifier: MIT
"""What a report's key stands for is settled once, for a day."""

from humeops.central.store import reports
from tests.fixtures.events import NOON, event_id


def reserved(at=NOON, digest=b"\1" * 32):
    return reports.Reserved(event_id(), at, None, digest)


def reserve(database, key, new, agent=1):
    return database.write(lambda connection: reports.reserve(connection, agent, key, new))


def test_who_was_faster_decides(database):
    first, later = reserved(), reserved(at=NOON + 1)

    assert reserve(database, "k", first) == first
    assert reserve(database, "k", later) == first
    assert reserve(database, "K", later) == later
    assert reserve(database, "k", later, agent=2) == later


def test_a_run_is_kept_with_it(database):
    new = reserved()._replace(run=event_id())

    reserve(database, "k", new)

    with database.reading() as connection:
        assert reports.find(connection, 1, "k", NOON) == new


def test_after_a_day_a_key_is_new_again_and_the_old_one_is_gone(database):
    reserve(database, "k", reserved())
    later = NOON + reports.KEPT_NS

    with database.reading() as connection:
        assert reports.find(connection, 1, "k", later) is None
    new = reserved(at=later)
    assert reserve(database, "k", new) == new
