# SPDX-License-Identifier: MIT
"""Whether one grant reaches as far as another, as far as that shows in how they are written: in doubt it does not."""

import pytest

from humeops.filters.tree import FilterError
from humeops.security import grants


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("", "tag:web"),
        ("tag:web", "tag:web"),
        ("tag:web", "host:db1 tag:web"),
        ("tag:web or host:db*", "host:db*"),
        ("tag:web or host:db*", "host:db* task:x or tag:web"),
    ],
)
def test_what_asks_for_no_less_is_covered(mine, theirs):
    assert grants.covers(grants.read(mine), grants.read(theirs))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("tag:web", ""),
        ("tag:web", "tag:hr"),
        ("tag:web host:db1", "tag:web"),
        ("tag:web", "tag:web or tag:hr"),
        ("host:db*", "host:db1"),  # it is, and it does not show
    ],
)
def test_what_asks_for_less_or_else_is_not(mine, theirs):
    assert not grants.covers(grants.read(mine), grants.read(theirs))


@pytest.mark.parametrize("text", ["level:x", "level>=x", "state:x", "state:failed", "since:soon", "tga:web", "foo"])
def test_a_wrong_word_is_answered_with_what_a_grant_is_on(text):
    with pytest.raises(FilterError, match=r"a grant is on host, task, tag$"):
        grants.read(text)
