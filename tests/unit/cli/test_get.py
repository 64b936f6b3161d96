# SPDX-License-Identifier: MIT
"""`hume-cli get HOST[:TASK]/KEY`: the value that still holds and was written last, and a status that tells."""

import pytest

from humeops.api.schemas import DatumView
from humeops.clock import SystemClock
from humeops.errors import Exit
from tests.unit.cli.central import SECOND


@pytest.fixture
def sharing(fake):
    now = SystemClock().wall_ns()
    fake.data = [
        DatumView("db1", "backup", "rows", 41, now - 60 * SECOND),
        DatumView("db1", "restore", "rows", 42, now - 30 * SECOND),
        DatumView("db1", "vacuum", "rows", 43, now - 10 * SECOND, expires_at=now - SECOND),
        DatumView("db1", "backup", "ok", True, now),
        DatumView("db1", "backup", "share", 0.5, now),
        DatumView("db1", "backup", "who", "Größe \x1b[31m", now),
        DatumView("db1", "backup", "gone", 1, now, expires_at=now),
    ]
    return fake


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("db1/rows", "42\n"),
        ("db1:backup/rows", "41\n"),
        ("db1/ok", "true\n"),
        ("db1/share", "0.5\n"),
        ("db1/who", "Größe \x1b[31m\n"),
    ],
)
def test_it_prints_what_was_written_last_and_still_holds(hume, sharing, name, printed):
    said = hume("get", name, ask=sharing)

    assert (said.status, said.out, said.err) == (0, printed, "")


@pytest.mark.parametrize(
    "name", ["db1/gone", "db1:vacuum/rows", "db1/nothing", "db9/rows", "db?/rows", "db1/*", "db1:b*/rows"]
)
def test_what_is_not_there_or_has_expired_is_1_and_silent(hume, sharing, name):
    said = hume("get", name, ask=sharing)

    assert (said.status, said.out, said.err) == (1, "", "")


@pytest.mark.parametrize("name", ["rows", "/rows", "db1/", ":backup/rows"])
def test_a_name_without_its_host_is_wrong_usage(hume, sharing, name):
    said = hume("get", name, ask=sharing)

    assert (said.status, said.err.count("\n")) == (Exit.USAGE, 1)


def test_central_away_is_75(hume):
    assert hume("get", "db1/rows").status == Exit.UNAVAILABLE
