# SPDX-License-Identifier: MIT
"""What no index finds is looked for a stretch at a time: page by page it is the same as all at once, whatever engine it is."""

import contextlib
import random
import time

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from humeops.central.store import cursor, patience, rows, tables
from humeops.central.store.patience import TooLongError
from humeops.central.store.questions import events, lookback, texts
from humeops.filters import parsing
from tests.contract.test_store_plans import an_event
from tests.fixtures.events import NOON, SECOND

MANY = 300
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n"
# None of these has an index of its own.
ASKED = st.sampled_from(
    ("-task:task0", "-task:task*", "-host:db1*", '-"copied file 7"', "kind:log -task:task3", "task:task5")
)


@pytest.fixture
def filled(database):
    chance = random.Random(5)
    with database.writing() as connection:
        connection.execute(sa.insert(tables.event), [an_event(number, chance) for number in range(MANY)])
    return database


@contextlib.contextmanager
def hasty(first):
    """As if everything took long: nothing is answered whole, and an answer ends after its first stretch, of so many events."""
    real = patience.at_most

    def at_most(connection, seconds):
        if seconds == lookback.QUICK_SECONDS:
            raise TooLongError("at once")
        return real(connection, 10)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lookback, "at_most", at_most)
        patched.setattr(lookback, "LONG_SECONDS", 0)
        patched.setattr(lookback, "FIRST", first)
        yield


def read(text):
    return events.Filter(also=parsing.parse(text, "events"))


def walk(database, wanted, oldest_first, limit):
    """Return all pages of a search."""
    pages: list[events.Searched] = []
    after = None
    while len(pages) < 1_000:
        with database.reading() as connection:
            pages.append(events.find(connection, wanted, oldest_first, limit, after))
        after = pages[-1].next
        if after is None:
            return pages
    raise AssertionError("there is no end of pages")


def count(database, wanted, most=1_000):
    with database.reading() as connection:
        return events.count(connection, wanted, NOON - SECOND, NOON + 2 * MANY * SECOND, 20 * SECOND, most)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ASKED, oldest_first=st.booleans(), limit=st.integers(1, 50), first=st.integers(1, 400))
def test_page_by_page_it_is_what_it_is_at_once(filled, text, oldest_first, limit, first):
    whole = walk(filled, read(text), oldest_first, 1_000)

    with hasty(first):
        pages = walk(filled, read(text), oldest_first, limit)

    assert [row.id for page in pages for row in page.rows] == [row.id for row in whole[0].rows]
    assert all(len(page.rows) <= limit for page in pages)
    for page in pages:
        is_full = len(page.rows) == limit
        assert is_full or (page.looked_to is None) == (page.next is None)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=ASKED, first=st.integers(1, 400))
def test_what_was_counted_holds_for_all_after_the_moment_that_is_told(filled, text, first):
    whole = count(filled, read(text))

    with hasty(first):
        found = count(filled, read(text))

    assert whole.looked_to is None
    if found.looked_to is None:
        assert found == whole
    else:
        place = (found.looked_to - NOON + SECOND) // (20 * SECOND)
        assert [one for one in found.steps if one[0] > place] == [one for one in whole.steps if one[0] > place]


def test_several_stretches_make_one_answer(filled, monkeypatch):
    monkeypatch.setattr(lookback, "LEAST", 1)
    monkeypatch.setattr(lookback, "STRETCH_SECONDS", 0.0)  # each stretch is as short as may be
    with hasty(7):
        monkeypatch.setattr(lookback, "LONG_SECONDS", 60)
        (page,) = walk(filled, read("-task:task0"), False, 1_000)
        counted = count(filled, read("-task:task0"))

    assert len(page.rows) == sum(1 for number in range(MANY) if number % 7)
    assert page.looked_to is None
    assert sum(number for *_, number in counted.steps) == len(page.rows)


def test_how_far_it_was_looked_is_told(filled):
    with hasty(100):
        (page, *_) = walk(filled, read("task:none"), False, 10)

    assert page.rows == []
    assert page.looked_to == NOON + 200 * SECOND


def test_a_stretch_that_takes_long_is_made_shorter_and_one_event_that_does_is_told(filled, monkeypatch):
    asked = []

    def ask(span, limit):
        asked.append(span)
        raise TooLongError("too long")

    with filled.reading() as connection, hasty(10_000), pytest.raises(TooLongError):
        lookback.search(connection, texts.Span(), False, 10, ask)

    assert len(asked) == 3  # 10,000, 1,250, 500


def test_what_is_given_up_leaves_the_transaction_as_it_was(filled):
    with filled.reading() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(tables.event)).scalar_one()
        began = time.monotonic()
        with pytest.raises(TooLongError), patience.at_most(connection, 0.05):
            connection.execute(sa.text(ENDLESS)).all()
        took = time.monotonic() - began
        again = connection.execute(sa.select(sa.func.count()).select_from(tables.event)).scalar_one()
        with patience.at_most(connection, 5):
            assert connection.execute(sa.select(tables.event.c.id).limit(1)).all()
        if connection.dialect.name == "postgresql":
            assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "10s"

    assert before == again == MANY
    assert took < 5


def test_another_error_within_is_what_it_is(filled):
    with filled.reading() as connection, pytest.raises(sa.exc.DBAPIError), patience.at_most(connection, 5):
        connection.exec_driver_sql("SELECT nothing FROM nowhere")


def test_a_place_that_was_made_up_is_refused(filled):
    for made_up in (cursor.pack(rows.id_of(bytes(16))), cursor.pack(rows.id_of(bytes(16)), 2), "x"):
        with filled.reading() as connection, pytest.raises(cursor.CursorError):
            events.find(connection, events.Filter(), False, 10, made_up)
