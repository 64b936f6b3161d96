# SPDX-License-Identifier: MIT
"""The order of sacrifice: debug, then progress, then the rest; starts, stops, failures and losses never."""

import pytest

from humeops.daemon.worth import DEBUG, NEVER_DROPPED, PROGRESS, REST, worth_of
from humeops.wire import codec
from tests.unit.daemon.sayings import say

PROGRESS_AT_ERROR = {"progress": [1, 2], "level": "error"}


@pytest.mark.parametrize(
    ("worth", "kind", "members"),
    [
        (DEBUG, "log", {"level": "debug"}),
        (PROGRESS, "progress", {"progress": [1, 2]}),
        (PROGRESS, "progress", {"progress": [1, 2], "level": "debug"}),
        (REST, "log", {}),
        (REST, "log", {"level": "warning"}),
        (REST, "flag", {"flag": "here"}),
        (REST, "flag", {"flag": "here", "level": "debug"}),
        (REST, "data", {"data": {"rows": 1}}),
        (REST, "ping", {}),
        (NEVER_DROPPED, "start", {}),
        (NEVER_DROPPED, "start", {"level": "debug"}),
        (NEVER_DROPPED, "stop", {"outcome": "ok"}),
        (NEVER_DROPPED, "log", {"level": "error"}),
        (NEVER_DROPPED, "log", {"level": "critical"}),
        (NEVER_DROPPED, "progress", PROGRESS_AT_ERROR),
        (NEVER_DROPPED, "loss", {}),
        (NEVER_DROPPED, "gone", {}),
    ],
)
def test_an_event_has_its_place_in_the_order_of_sacrifice(worth, kind, members):
    assert worth_of(codec.decode(say(kind, **members))) == worth


def test_the_order_is_the_one_that_is_promised():
    assert DEBUG < PROGRESS < REST < NEVER_DROPPED
