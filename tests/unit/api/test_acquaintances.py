# SPDX-License-Identifier: MIT
from humeops.api import acquaintances
from humeops.api.acquaintances import Acquaintances
from humeops.clock import NS_PER_SECOND
from humeops.security.roles import Actor

AGENT = Actor("db1", "agent", 1, "db1")
NOW = 1_000 * NS_PER_SECOND
WALL = 5 * NS_PER_SECOND


def met(actor=AGENT):
    known = Acquaintances()
    known.remember(b"key", actor, NOW)
    return known


def test_an_agent_is_known_for_a_second_and_for_ten_minutes_when_nobody_can_be_asked():
    known = met()

    assert known.fresh(b"key", NOW + acquaintances.FRESH_NS, WALL) == AGENT
    assert known.fresh(b"key", NOW + acquaintances.FRESH_NS + 1, WALL) is None
    assert known.stale(b"key", NOW + acquaintances.STALE_NS, WALL) == AGENT
    assert known.stale(b"key", NOW + acquaintances.STALE_NS + 1, WALL) is None


def test_whom_the_database_does_not_know_any_more_is_forgotten_at_once():
    known = met()

    known.remember(b"key", None, NOW)

    assert known.stale(b"key", NOW, WALL) is None


def test_people_are_not_remembered():
    assert met(Actor("owner", "admin")).stale(b"key", NOW, WALL) is None


def test_a_credential_ends_when_it_expires_whoever_can_be_asked():
    known = met(AGENT._replace(expires_at=WALL + 1))

    assert known.fresh(b"key", NOW, WALL) is not None
    assert known.fresh(b"key", NOW, WALL + 1) is None
    assert known.stale(b"key", NOW, WALL + 1) is None


def test_the_one_whose_word_is_oldest_is_forgotten_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(acquaintances, "MOST", 2)
    known = Acquaintances()

    for key in (b"1", b"2", b"1", b"3"):
        known.remember(key, AGENT, NOW)

    assert [bool(known.fresh(key, NOW, WALL)) for key in (b"1", b"2", b"3")] == [True, False, True]
