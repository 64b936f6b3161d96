# SPDX-License-Identifier: MIT
"""A filter chooses among things at hand as the database does."""

import pytest

from humeops.filters import parsing
from humeops.filters.facts import Facts, holds

EVENT = Facts(
    host="db1",
    task="backup",
    tag=("nightly", "cron"),
    level="error",
    kind="log",
    run=("0190-long", "1a2b3c4d"),
    user=("root", "0"),
    key=("bytes",),
    time=1_795_406_391_000_000_000,
    texts=("Größe überschritten",),
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "host:db?",
        "host:web1,db1",
        "tag:cr*",
        "level>=warning level<critical level:error",
        "run:1a2b3c4d user:0 key:b*",
        "GRÖßE",
        "since:2026-11-23T03:00Z until:2026-11-24T00:00Z",
        "-host:web1 (task:x or task:backup)",
    ],
)
def test_what_fits_is_chosen(text):
    assert holds(parsing.parse(text), EVENT)


@pytest.mark.parametrize(
    "text",
    [
        "host:d",
        'host:"db?"',
        "tag:x",
        "level>error",
        "level<=ok",
        "state:failed",
        "since:2026-11-24",
        "not Größe or zz",
    ],
)
def test_what_does_not_fit_is_left_out(text):
    assert not holds(parsing.parse(text), EVENT)


def test_a_problem_is_any_state_that_is_one():
    assert holds(parsing.parse("state:problem"), Facts(state="late"))
    assert not holds(parsing.parse("state:problem"), Facts(state="ok"))
