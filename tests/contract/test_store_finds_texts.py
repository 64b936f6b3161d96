# SPDX-License-Identifier: MIT
"""A part of a message finds its events, whether the index has them already or not, and the index forgets what goes."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from humeops.central import indexing, keeping, retention, turns
from humeops.central.store import rows, textindex
from humeops.central.store.questions import events, texts
from humeops.clock import FakeClock
from humeops.filters import parsing
from tests.contract.looking import take
from tests.fixtures.events import NOON, SECOND, event_id, say

HOUR = 3_600


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(indexing, "REST_SECONDS", 0.001)
    monkeypatch.setattr(retention, "REST_SECONDS", 0.001)


def log(after, message, **more):
    return say("log", after, message=message, **more)


def index(database, after=HOUR):
    assert indexing.Indexing(database, FakeClock(NOON + int(after * SECOND))).run_pass()


def found(database, text, oldest_first=False, limit=100, after=None, **more):
    with database.reading() as connection:
        page = events.find(connection, events.Filter(text=text, **more), oldest_first, limit, after)
    return [event.message for event in page.rows]


def in_index(database, text):
    """Return what the index alone finds, the messages not looked at again."""
    with database.reading() as connection:
        mark = textindex.mark(connection)
        assert mark is not None
        kind = texts._from_fts5 if connection.dialect.name == "sqlite" else texts._from_trgm
        return [row.message for row in connection.execute(kind(text, texts.Span(high=mark.upto), [], True))]


def late(database):
    with database.reading() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM text_late").scalar_one()


def test_a_part_is_found_whatever_the_case_and_in_the_order_asked_for(database, agent):
    take(database, agent, log(1, "Disk FULL on /srv"), log(2, "all well"), log(3, "the disk fullness"))
    index(database)

    assert in_index(database, "disk full") == ["Disk FULL on /srv", "the disk fullness"]
    assert found(database, "sk ful") == ["the disk fullness", "Disk FULL on /srv"]
    assert found(database, "sk ful", oldest_first=True, limit=1) == ["Disk FULL on /srv"]
    assert found(database, "sk ful", until=NOON + 2 * SECOND) == ["Disk FULL on /srv"]


@pytest.mark.parametrize("text", ["größe", "STRASSE", "straße", "100%", "a_b", '"q"', "->", "日本語", "\\x", "' OR"])
def test_signs_and_letters_of_any_language_stand_for_themselves(database, agent, text):
    messages = ["Größe der Straße: 100% a_b", 'say "q" -> 日本語です \\x', "x' OR 1", "100x axb"]
    take(database, agent, *(log(number, message) for number, message in enumerate(messages)))
    before = found(database, text)
    index(database)

    assert found(database, text) == before
    assert before or text == "STRASSE"


def test_what_is_not_indexed_yet_is_found_too_and_nothing_twice(database, agent):
    take(database, agent, log(1, "disk one"))
    index(database, HOUR)
    take(database, agent, log(2 * HOUR, "disk two"), first=2)
    take(database, agent, log(2, "disk late"), first=3)

    assert in_index(database, "disk") == ["disk one"]
    assert found(database, "disk") == ["disk two", "disk late", "disk one"]


def test_what_came_late_is_indexed_later(database, agent):
    take(database, agent, log(1, "disk one"))
    index(database, HOUR)
    take(database, agent, log(2, "disk late"), first=2)
    assert late(database) == 1

    index(database, HOUR)

    assert late(database) == 0
    assert in_index(database, "disk") == ["disk one", "disk late"]


def test_events_of_one_instant_are_all_found(database, agent):
    twins = [log(1, f"disk twin {number}", id=event_id(1, number)) for number in range(4)]
    take(database, agent, *twins[:2])
    index(database)
    take(database, agent, *twins[2:], first=3)
    index(database)

    assert sorted(found(database, "disk twin")) == [f"disk twin {number}" for number in range(4)]
    with database.reading() as connection:
        assert not textindex.waits(connection, rows.first_key(NOON + HOUR * SECOND))


def test_an_event_of_a_mad_clock_is_found(database, agent):
    old = log(0, "disk in 1970")
    old.id = "00000000-0001-7000-8000-000000000001"
    take(database, agent, old)
    index(database)

    assert found(database, "in 1970") == ["disk in 1970"]


def test_a_page_begins_where_the_last_one_ended(database, agent):
    take(database, agent, *(log(number, f"disk {number}") for number in range(10)))
    index(database, 7)
    seen, after = [], None
    while True:
        with database.reading() as connection:
            page = events.find(connection, events.Filter(text="disk"), False, 3, after)
        seen += [event.message for event in page.rows]
        if (after := page.next) is None:
            break

    assert seen == [f"disk {number}" for number in reversed(range(10))]


def test_many_events_are_indexed_in_several_steps(database, agent, monkeypatch):
    monkeypatch.setattr(textindex, "EVENTS_AT_ONCE", 3)
    take(database, agent, *(log(number, f"disk {number}") for number in range(10)))

    index(database)

    assert len(in_index(database, "disk")) == 10


def test_a_step_that_fails_is_done_again(database, agent):
    take(database, agent, log(1, "disk one"))
    database.write(lambda connection: textindex.announce(connection, rows.first_key(NOON + HOUR * SECOND)))
    with database.exclusively() as connection, connection.begin() as transaction:
        textindex.step(connection)
        transaction.rollback()

    index(database)

    assert in_index(database, "disk") == ["disk one"]


def test_the_index_forgets_what_retention_deletes(database, agent):
    take(database, agent, log(1, "disk one", level="debug"), log(2, "disk two", level="error"))
    index(database)
    take(database, agent, log(3, "disk late", level="debug"), first=3)
    rules = keeping.rules_of(keeping.RetentionSettings())
    clock = FakeClock(NOON + 100 * 86_400 * SECOND)
    assert retention.Retention(database, clock, retention.Settings(rules, None)).run_pass()

    assert found(database, "disk") == ["disk two"]
    assert late(database) == 0
    table = "event_text WHERE event_text MATCH '\"one\"'" if database.name.endswith(".db") else "event_text"
    with database.reading() as connection:
        left = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
    assert left == (0 if "MATCH" in table else 1)


def test_without_an_index_texts_are_found_by_looking(database, agent):
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM text_mark")
    take(database, agent, log(1, "disk one"))
    index(database)

    assert found(database, "disk") == ["disk one"]


def test_a_filter_that_may_hold_without_the_text_does_not_ask_the_index():
    tree = parsing.parse("disk or host:db1", "events")

    assert texts.telling("", tree) == ""
    assert texts.telling("", parsing.parse("-disk", "events")) == ""
    assert texts.telling("ab", parsing.parse('host:db1 full "disk full"', "events")) == "disk full"


ALPHABET = "abAB ßSs%_\\\"'İıÄä→"


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(ALPHABET, min_size=3, max_size=20), data=st.data())
def test_the_index_misses_nothing(lend, text, data):
    begin = data.draw(st.integers(0, len(text) - 1))
    part = text[begin : data.draw(st.integers(begin + 1, len(text)))]
    with lend() as database:
        from tests.contract.conftest import make_agent

        take(database, make_agent(database, "db1"), log(1, text))
        before = found(database, part)
        index(database)

        assert found(database, part) == before


def test_writers_who_do_not_know_the_goal_are_waited_for(database, agent, engine, monkeypatch):
    if engine == "sqlite":
        return
    monkeypatch.setattr(turns, "WRITERS_SECONDS", 0)
    with database.writing() as connection:
        connection.exec_driver_sql("SELECT pg_current_xact_id()")
        take(database, agent, log(1, "disk one"))

        assert not indexing.Indexing(database, FakeClock(NOON + HOUR * SECOND)).run_pass()
    monkeypatch.undo()
    index(database)

    assert in_index(database, "disk") == ["disk one"]
