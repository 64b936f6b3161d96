# SPDX-License-Identifier: MIT
from typing import Any

import pytest

from humeops.errors import NotAllowedError
from humeops.security.roles import Actor, Thing, authorize, may

AGENT = Actor("db1", "agent", 1, "db1")
PEOPLE = [Actor("owner", role) for role in ("viewer", "operator", "admin")]
KINDS = ["tasks", "runs", "events", "data"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.role)
def test_people_may_read(person, kind):
    authorize(person, "read", Thing(kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.role)
def test_people_may_not_speak_for_hosts(person, kind):
    for host in ("", "db1"):
        with pytest.raises(NotAllowedError):
            authorize(person, "append", Thing(kind, host))


def test_an_agent_may_append_events_of_its_own_host():
    authorize(AGENT, "append", Thing("events", "db1"))


@pytest.mark.parametrize("thing", [Thing("events", "db2"), Thing("events"), Thing("data", "db1"), Thing("runs", "db1")])
def test_an_agent_may_append_nothing_else(thing):
    with pytest.raises(NotAllowedError):
        authorize(AGENT, "append", thing)


@pytest.mark.parametrize("kind", KINDS)
def test_an_agent_may_read_nothing_not_even_its_own(kind):
    for host in ("", "db1"):
        with pytest.raises(NotAllowedError):
            authorize(AGENT, "read", Thing(kind, host))


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.role)
def test_only_an_admin_learns_of_tokens_and_makes_them(person):
    assert may(person, "write", Thing("tokens")) == (person.role == "admin")
    assert not may(person, "read", Thing("tokens"))


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.role)
def test_a_viewer_leaves_dead_letters_as_they_are(person):
    assert may(person, "read", Thing("letters"))
    assert may(person, "write", Thing("letters")) == (person.role != "viewer")


def test_an_agent_without_a_host_may_nothing():
    with pytest.raises(NotAllowedError):
        authorize(Actor("?", "agent"), "append", Thing("events"))


@pytest.mark.parametrize("role", ["", "Admin", "root", "agent "])
def test_an_unknown_role_may_nothing(role):
    for verb in ("read", "append"):
        with pytest.raises(NotAllowedError):
            authorize(Actor("stranger", role), verb, Thing("events", "db1"))


def test_an_unknown_verb_is_refused():
    verb: Any = "delete"

    with pytest.raises(NotAllowedError):
        authorize(PEOPLE[2], verb, Thing("events"))
