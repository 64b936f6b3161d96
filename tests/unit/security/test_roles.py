# SPDX-License-Identifier: MIT
import typing
from typing import Any

import pytest

from humeops.errors import NotAllowedError
from humeops.security import roles
from humeops.security.roles import Actor, Thing, authorize, may

AGENT = Actor("db1", "agent", 1, "db1")
PEOPLE = [Actor("owner", role) for role in ("viewer", "operator", "admin")]
KINDS = ["tasks", "runs", "events", "data"]
EVERY_KIND = typing.get_args(roles.Kind)


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


def test_an_agent_renews_its_own_credential_and_no_other():
    assert may(AGENT, "append", Thing("credentials", AGENT.host))
    assert not may(AGENT, "append", Thing("credentials", "another"))
    assert not may(AGENT, "write", Thing("credentials", AGENT.host))


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("verb", ["read", "append", "open", "write"])
def test_a_token_that_enrols_may_ask_to_let_a_host_in_and_nothing_else(verb, kind):
    enroller = Actor("fleet", "enroller")

    assert may(enroller, verb, Thing(kind, "db1")) == ((verb, kind) == ("append", "enrolments"))


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.role)
@pytest.mark.parametrize("kind", ["enrolments", "credentials"])
def test_only_an_admin_lets_hosts_in_or_out(person, kind):
    assert may(person, "write", Thing(kind)) == (person.role == "admin")
    assert not may(person, "read", Thing(kind))
    assert not may(person, "append", Thing(kind))


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
