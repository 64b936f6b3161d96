# SPDX-License-Identifier: MIT
"""What the store promises of people, of their grants and sessions, and of the audit log, whatever engine it is."""

import concurrent.futures

import pytest
import sqlalchemy as sa

from humeops.central.store import (
    agents,
    auditing,
    scoping,
    sessions,
    tables,
    throttle,
    tokens,
    users,
)
from humeops.central.store.database import ContendedError
from humeops.central.store.questions import audit, data, events, hosts, runs, tasks, transitions
from humeops.clock import NS_PER_SECOND
from humeops.filters import parsing
from humeops.filters.tree import FilterError
from humeops.security import credentials, grants, roles
from humeops.security.roles import Thing
from tests.contract.conftest import make_agent
from tests.contract.looking import ask, take
from tests.fixtures.events import NOON, a_run, say

ENTRY = auditing.Entry("ada", "token", "192.0.2.1", "note", "db1:backup")
DAY = 86_400 * NS_PER_SECOND


def write(database, act, *given):
    return database.write(lambda connection: act(connection, *given))


def actor(database, token, now=NOON, kinds=("person", "session")):
    with database.reading() as connection:
        return agents.find_actor(connection, token, now, kinds)


def add(database, name, *granted):
    def act(connection):
        person = users.add(connection, name, None, NOON)
        for role, text in granted:
            users.grant(connection, name, role, text, "owner", NOON)
        return person

    return database.write(act)


def session_of(database, person, name, now=NOON):
    made = credentials.make_token("session")
    write(database, sessions.open_for, person, name, made, now, "192.0.2.1")
    return made


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_log_is_only_added_to(database, change):
    write(database, auditing.write, ENTRY, NOON)
    before = ask(database, audit.find, audit.Filter())

    with pytest.raises(sa.exc.DatabaseError, match="only added to"):
        write(database, lambda connection: connection.exec_driver_sql(change))

    assert ask(database, audit.find, audit.Filter()) == before


def test_a_line_of_the_log_is_not_replaced(database, engine):
    write(database, auditing.write, ENTRY, NOON)
    before = ask(database, audit.find, audit.Filter())
    verb = "INSERT OR REPLACE" if engine == "sqlite" else "INSERT"
    names = "id, at, actor, via, address, act, object, outcome, detail"
    replacing = f"{verb} INTO audit ({names}) VALUES ({before[0].id}, 1, 'x', '', '', '', '', 'done', '')"

    with pytest.raises((sa.exc.DatabaseError, ContendedError)):
        write(database, lambda connection: connection.exec_driver_sql(replacing))

    assert ask(database, audit.find, audit.Filter()) == before


def test_an_act_that_fails_leaves_no_line(database):
    def act(connection):
        auditing.write(connection, ENTRY, NOON)
        raise users.UserError("no")

    with pytest.raises(users.UserError):
        database.write(act)

    assert ask(database, audit.find, audit.Filter()) == []


def test_the_log_is_searched_and_read_page_by_page(database):
    for number in range(5):
        write(database, auditing.write, ENTRY._replace(act="take" if number % 2 else "note"), NOON + number)
    found = ask(database, audit.find, audit.Filter(parsing.parse("act:take outcome:done", "audit")))
    with database.reading() as connection:
        first = audit.find(connection, audit.Filter(), 2, None)
        second = audit.find(connection, audit.Filter(), 2, first.next)

    assert [line.at - NOON for line in found] == [3, 1]
    assert [line.at - NOON for line in (*first.rows, *second.rows)] == [4, 3, 2, 1]


def test_no_token_and_nothing_endless_gets_into_the_log(database):
    token = credentials.make_token("agent")
    write(database, auditing.write, ENTRY._replace(object=f"x\0{token}", detail="y" * 9_999, actor="\ud800"), NOON)

    (line,) = ask(database, audit.find, audit.Filter())
    assert token not in line.object
    assert len(line.detail) == 500


def test_lists_are_narrowed_to_the_tasks_of_a_grant(database, agent):
    web = a_run(say("data", 5, data={"n": 1}), begins=1)
    other = a_run(say("data", 15, data={"n": 2}, task="payroll", host="web1"), begins=11)
    for event in web:
        event.tags = ["web"]
    for event in other:
        event.task, event.host = "payroll", "web1"
    # The event has the tag, its task has not: the task's own tags count.
    stray = say("log", 20, message="hi", task="stray", host="web1", tags=["web"])
    take(database, agent, *web)
    take(database, make_agent(database, "web1"), *other, stray)

    def seen(text):
        within = grants.read(text)
        found = [
            *ask(database, tasks.find, tasks.Filter(within=within)),
            *ask(database, runs.find, runs.Filter(within=within)),
            *ask(database, events.find, events.Filter(within=within), False),
            *ask(database, data.find, data.Filter(within=within)),
            *ask(database, transitions.find, transitions.Filter(within=within), False),
        ]
        named = ask(database, hosts.find, hosts.Filter(within=within))
        return {(one.host, one.task) for one in found}, [one.host for one in named]

    assert seen("host:web*") == ({("web1", "payroll"), ("web1", "stray")}, ["web1"])
    assert seen("task:backup or task:payroll") == ({("db1", "backup"), ("web1", "payroll")}, ["db1", "web1"])
    assert seen("tag:none") == (set(), [])
    with database.reading() as connection:
        assert runs.resolve(connection, "payroll", grants.read("host:db1")) is None
        assert runs.resolve(connection, other[0].id, grants.read("host:db1")) is None
        assert runs.resolve(connection, "payroll", grants.NOTHING) is None
        assert not scoping.knows(connection, grants.NOTHING, "db1", "backup")
    only = grants.read("tag:web")
    assert {(one.host, one.task) for one in ask(database, events.find, events.Filter(within=only), False)} <= {
        ("db1", "backup"),
        ("web1", "stray"),
    }


@pytest.mark.parametrize(
    "text", ["not host:db1", "host!=db1", "state:ok", "since:2d", "word", "(host:a -tag:b)", "x" * 501]
)
def test_what_is_no_grant_is_refused(database, text):
    add(database, "ada")

    with pytest.raises(FilterError):
        write(database, users.grant, "ada", "viewer", text, "owner", NOON)


def test_what_is_granted_and_taken_holds_from_the_next_question_on(database):
    person = add(database, "ada", ("viewer", "tag:web"))
    session = session_of(database, person, "ada")

    def may():
        found = actor(database, session)
        return found is not None and roles.may(found, "write", Thing("notes", "db1", "backup", ["web"]))

    before = may()
    write(database, users.grant, "ada", "operator", "host:db*", "owner", NOON)
    granted = may()
    write(database, users.revoke, "ada", "operator", "host:db*")

    assert (before, granted, may()) == (False, True, False)


def test_whoever_is_disabled_is_out_with_all_he_has(database):
    person = add(database, "ada", ("admin", ""))
    session = session_of(database, person, "ada")
    token = write(database, tokens.make, "script", "viewer", NOON, NOON + DAY, "", "", person)
    assert actor(database, session) is not None

    write(database, users.disable, "ada", NOON)
    out = (actor(database, session), actor(database, token))
    write(database, users.disable, "ada", None)

    assert out == (None, None)
    assert actor(database, session) is None
    assert actor(database, token) is not None


def test_a_token_carries_no_more_than_its_maker_and_no_more_than_it_says(database):
    person = add(database, "ada", ("operator", "host:db*"), ("viewer", ""))
    wide = write(database, tokens.make, "wide", "admin", NOON, NOON + DAY, "", "", person)
    narrow = write(database, tokens.make, "narrow", "operator", NOON, NOON + DAY, "", "tag:web", person)

    def may(token, verb, *place):
        found = actor(database, token)
        return found is not None and roles.may(found, verb, Thing("notes", *place))

    assert (may(wide, "write", "db1", "x"), may(wide, "write", "web1", "x")) == (True, False)
    assert not roles.may(actor(database, wide), "read", Thing("audit"))
    assert (may(narrow, "write", "db1", "x", ["web"]), may(narrow, "write", "db1", "x")) == (True, False)
    assert (may(narrow, "read", "a", "x", ["web"]), may(narrow, "read", "a", "x")) == (True, False)
    write(database, users.revoke, "ada", "operator", "host:db*")
    assert not may(wide, "write", "db1", "x")
    assert actor(database, wide, NOON + DAY) is None


def test_a_link_of_a_narrowed_token_opens_a_session_as_narrow(database):
    person = add(database, "ada", ("operator", ""))
    token = write(database, tokens.make, "narrow", "viewer", NOON, NOON + DAY, "", "tag:web", person)
    link, session = credentials.make_token("link"), credentials.make_token("session")

    write(database, sessions.add_link, link, actor(database, token), NOON)
    write(database, sessions.open_session, link, session, NOON)

    found = actor(database, session)
    assert found is not None
    assert (found.role, found.grants) == ("viewer", actor(database, token).grants)


def test_a_session_ends_when_nobody_uses_it_and_in_any_case_some_day(database):
    person = add(database, "ada")
    idle, used = session_of(database, person, "ada"), session_of(database, person, "ada")
    later = NOON + sessions.IDLE_NS
    write(database, sessions.touch, actor(database, used).number, later - 1)

    assert (actor(database, idle, later), actor(database, used, later) is None) == (None, False)
    write(database, sessions.touch, actor(database, used, later).number, NOON + sessions.SESSION_NS - 1)
    assert actor(database, used, NOON + sessions.SESSION_NS) is None


def test_another_password_ends_all_sessions_but_the_one_it_was_changed_in(database):
    person = add(database, "ada")
    here, there = session_of(database, person, "ada"), session_of(database, person, "ada")

    write(database, users.set_password, person, "hash", actor(database, here).number)

    assert actor(database, here) is not None
    assert actor(database, there) is None


def test_nobody_ends_a_session_of_another(database):
    hers, his = ((name, add(database, name)) for name in ("ada", "bob"))
    session = session_of(database, hers[1], "ada")
    bob = actor(database, session_of(database, his[1], "bob"))
    number = actor(database, session).number

    assert not write(database, sessions.end, bob, number)
    assert write(database, sessions.end, actor(database, session), number)
    assert actor(database, session) is None


def test_attempts_are_counted_together_however_many_at_once(database):
    attempt = throttle.attempt_of("ada", "192.0.2.1")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: write(database, throttle.count, attempt, NOON), range(24)))

    assert sum(wait == 0 for wait in waits) == throttle.FREE_NAME
    assert write(database, throttle.count, throttle.attempt_of("bob", "192.0.2.9"), NOON) == 0


def test_pauses_grow_to_an_end_and_one_that_succeeds_begins_anew(database):
    attempt, now, pauses = throttle.attempt_of("ada", "192.0.2.1"), NOON, []
    for _ in range(18):
        while wait := write(database, throttle.count, attempt, now):
            now += wait * NS_PER_SECOND
        pauses.append(write(database, throttle.count, attempt, now))

    write(database, throttle.succeeded, attempt)

    assert pauses[-1] == throttle.LONGEST_SECONDS
    assert pauses == sorted(pauses)
    assert write(database, throttle.count, attempt, now) == 0


def test_one_address_tries_not_many_names_either(database):
    waits = [write(database, throttle.count, throttle.attempt_of(f"u{n}", f"2001:db8::{n:x}"), NOON) for n in range(99)]

    assert sum(wait == 0 for wait in waits) == throttle.FREE_ADDRESS


def test_failures_are_forgotten_after_a_day(database):
    for number in range(20):
        write(database, throttle.count, throttle.attempt_of(f"u{number}", f"192.0.2.{number}"), NOON)
    write(database, throttle.count, throttle.attempt_of("ada", "192.0.2.200"), NOON + 2 * DAY)

    with database.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.login_failure)).scalar_one() == 2
