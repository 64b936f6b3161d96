# SPDX-License-Identifier: MIT
"""What several files of integration tests begin with."""

import pytest

from tests.fixtures import signers
from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.events import a_run, say
from tests.fixtures.office import Office


@pytest.fixture
def office(monkeypatch, tmp_path):
    """Whoever holds the keys of an organisation, and a host that believes them."""
    signers.require()
    # What is said to humed is tried with a real one elsewhere.
    monkeypatch.setenv("HUME_DISABLE", "1")
    return Office(tmp_path)


@pytest.fixture
def backed_up(installed):
    """A central that knows one task, `backup`: it ran once, and its script said the tag `nightly`."""
    installed.start_central()
    with agent_of(installed) as agent:
        agent.send(*a_run(say("log", 1, tags=["nightly"])))
    return installed


@pytest.fixture
def host(backed_up):
    """The host of that task."""
    with owner_of(backed_up) as owner:
        return owner.get("/api/v1/tasks").body["items"][0]["host"]
