# SPDX-License-Identifier: MIT
"""What retention needs comes to a filled database, and goes without harm to it, in every engine."""

from humeops.central import keeping, retention
from humeops.central.store import schema
from humeops.clock import FakeClock
from tests.fixtures.events import NOON, SECOND, a_run
from tests.migration.test_explained import content, database, take  # noqa: F401 - a fixture

DAYS = 86_400 * SECOND


def test_marks_go_and_come_and_what_is_stored_stays(database):  # noqa: F811 - the fixture
    take(database, *a_run(), *a_run(begins=100, ends=110))
    settings = retention.Settings(keeping.rules_of(keeping.RetentionSettings()), None)
    assert retention.Retention(database, FakeClock(NOON + 91 * DAYS), settings).run_pass()
    before = content(database, "run", "event", "task_usual")

    schema.downgrade(database, "0007")
    schema.upgrade(database)

    assert content(database, "run", "event", "task_usual") == before
    assert len(before["run"]) == 1
    assert content(database, "retention_mark", "retention_late") == {"retention_mark": [], "retention_late": []}
    assert retention.Retention(database, FakeClock(NOON + 92 * DAYS), settings).run_pass()
