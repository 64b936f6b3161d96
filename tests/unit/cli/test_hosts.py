# SPDX-License-Identifier: MIT
"""What `hume hosts` says is wrong with a host."""

from humeops.api.schemas import AgentView
from humeops.cli import hosts
from humeops.clock import NS_PER_SECOND

NOW = 1_000 * NS_PER_SECOND


def test_a_host_whose_credential_was_revoked_is_told_from_one_that_was_never_heard():
    revoked, new = AgentView("db1", 0, revoked_at=NOW - 5 * NS_PER_SECOND), AgentView("db2", 0)

    assert hosts._trouble(revoked, NOW) == "its credential was revoked, 5 s ago"
    assert hosts._trouble(new, NOW) == "no humed heard yet"
