# SPDX-License-Identifier: MIT
"""People of an OpenID provider, on every engine: who they are here, what groups grant and for how long, attempts that count once."""

import pytest

from humeops.central.openid.identity import Identity, OpenIdError
from humeops.central.store import acquainting, sessions, tokens, users
from humeops.security import credentials, roles
from humeops.security.roles import Thing
from tests.contract.test_store_people import DAY, actor, write
from tests.fixtures.events import NOON


def at_the_provider(name="ines", subject="u-1", groups=()):
    return Identity(f"https://login.example {subject}", name, groups)


def test_what_a_group_grants_holds_for_a_month_and_is_renewed_at_each_sign_in(database):
    rights = [("operator", "tag:web")]
    user = write(database, acquainting.enter, at_the_provider(), rights, NOON)
    made = write(database, tokens.make, "of-ines", "operator", NOON, NOON + 300 * DAY, "", "", user.id)

    def may(days):
        return roles.may(actor(database, made, NOON + days * DAY), "write", Thing("notes", "db1", "x", ["web"]))

    assert (may(29), may(31)) == (True, False)
    write(database, acquainting.enter, at_the_provider(), rights, NOON + 20 * DAY)
    assert (may(31), may(51)) == (True, False)


def test_what_was_granted_by_hand_stays_when_the_group_is_left(database):
    write(database, acquainting.enter, at_the_provider(), [("viewer", "")], NOON)
    write(database, users.grant, "ines", "viewer", "", "ada", NOON)

    write(database, acquainting.enter, at_the_provider(), [], NOON + DAY)

    with database.reading() as connection:
        (granted,) = users.require(connection, "ines").grants
    assert (granted.role, granted.filter, granted.author, granted.until) == ("viewer", "", "ada", None)


def test_nobody_takes_over_a_name_and_two_come_in_as_themselves(database):
    write(database, users.add, "ada", "a hash", NOON)
    write(database, acquainting.enter, at_the_provider(), [("viewer", "")], NOON)

    for who in (at_the_provider("ada", "u-2"), at_the_provider("ines", "u-2")):
        with pytest.raises(OpenIdError, match="belongs to somebody else"):
            write(database, acquainting.enter, who, [("viewer", "")], NOON)
    with pytest.raises(OpenIdError, match="nothing is granted"):
        write(database, acquainting.enter, at_the_provider("joe", "u-3"), [], NOON)
    assert write(database, acquainting.enter, at_the_provider("renamed"), [], NOON).name == "ines"


def test_an_attempt_to_sign_in_counts_once_and_for_ten_minutes(database):
    first, second = (credentials.make_token("openid") for _ in range(2))
    for one in (first, second):
        assert write(database, sessions.add_attempt, one, NOON)

    assert [write(database, sessions.take_attempt, first, NOON + 1) for _ in range(2)] == [True, False]
    assert not write(database, sessions.take_attempt, second, NOON + sessions.ATTEMPT_NS)
    assert not write(database, sessions.take_attempt, credentials.make_token("session"), NOON)


def test_attempts_of_strangers_fill_no_database(database, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_ATTEMPTS", 3)

    def begin(now):
        return write(database, sessions.add_attempt, credentials.make_token("openid"), now)

    assert [begin(NOON) for _ in range(4)] == [True, True, True, False]
    assert begin(NOON + sessions.ATTEMPT_NS)
