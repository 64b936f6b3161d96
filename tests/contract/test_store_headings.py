# SPDX-License-Identifier: MIT
"""What the store promises of tasks under headings, whatever engine it is: each under each, once, whatever the pages' size."""

import collections

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from humeops.central.store import tables
from humeops.central.store.questions import grouped, tasks
from humeops.filters import parsing
from tests.fixtures.events import NOON

NAMES = st.sampled_from("abcdefghijkl")
STATES = st.sampled_from(("ok", "ok", "ok", "failed", "running", "warning", "paused"))
FILTERS = st.sampled_from(("", "state:problem", "-tag:a", "host:a,b,c", "tag:b", "state:ok or task:c"))


def put(database, made):
    """Store tasks as they are given: {(host, task): (state, tags)}."""
    with database.writing() as connection:
        for table in (tables.task, tables.task_tag):
            connection.execute(sa.delete(table))
        for (host, name), (state, tags) in made.items():
            of = {"host": host, "task": name}
            more = {"since": NOON, "last_event_at": NOON, "reason": "", "running": 0, "loose_tags": "[]"}
            connection.execute(sa.insert(tables.task).values(**of, **more, state=state, tags="[]"))
            for tag in tags:
                connection.execute(sa.insert(tables.task_tag).values(**of, tag=tag))


def a_fleet(hosts, names, tags=(), state="ok"):
    return {(f"h{host:03}", f"t{name:03}"): (state, tags) for host in range(hosts) for name in range(names)}


def walk(database, wanted, by, room, each):
    """Return all headings, page by page."""
    found: list[grouped.Group] = []
    after = None
    for _ in range(200):
        with database.reading() as connection:
            page = grouped.find(connection, wanted, by, room, each, after)
        assert sum(len(group.tasks) for group in page.rows) <= max(room, each)
        assert page.rows or after is None
        found += page.rows
        after = page.next
        if after is None:
            return found
    raise AssertionError("there is no end of pages")


def read(text):
    return tasks.Filter(also=parsing.parse(text, "tasks")) if text else tasks.Filter()


def under(made, by, wanted):
    """Return the same, read in the slow way: {heading: [(host, task)]}."""
    sorted_in = collections.defaultdict(list)
    for name in sorted(made):
        if name in wanted:
            headings = {"host": [name[0]], "task": [name[1]], "tag": made[name][1] or [""]}[by]
            for heading in headings:
                sorted_in[heading].append(name)
    return sorted_in


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    made=st.dictionaries(
        st.tuples(NAMES, NAMES), st.tuples(STATES, st.lists(NAMES, max_size=3, unique=True)), max_size=90
    ),
    by=st.sampled_from(("host", "task", "tag")),
    room=st.integers(1, 40),
    each=st.integers(1, 12),
    text=FILTERS,
)
def test_each_task_stands_under_each_of_its_headings(database, made, by, room, each, text):
    put(database, made)
    wanted = read(text)
    with database.reading() as connection:
        matching = {(task.host, task.task) for task in tasks.find(connection, wanted, 1_000, None).rows}
    true = under(made, by, matching)

    found = walk(database, wanted, by, room, each)
    with database.reading() as connection:
        counted = grouped.count(connection, wanted, by, [group.name for group in found if group.name])

    assert [group.name for group in found] == sorted((name for name in true if name), key=str) + [""] * ("" in true)
    for group in found:
        shown = [(task.host, task.task) for task in group.tasks]
        assert shown == true[group.name][: len(shown)]
        assert len(shown) >= min(each, len(true[group.name]))
        assert group.has_more == (len(true[group.name]) > len(shown))
        if group.name:
            assert counted[group.name] == collections.Counter(made[name][0] for name in true[group.name])


@pytest.mark.parametrize("by", ["host", "task", "tag"])
def test_a_large_heading_hides_none_of_those_behind_it(database, by):
    large = a_fleet(1, 150, ["all"]) if by == "host" else a_fleet(150, 1, ["all"])
    put(database, {**large, ("z", "zz"): ("failed", ["rare"])})

    found = walk(database, tasks.Filter(), by, 100, 10)

    assert [(len(group.tasks), group.has_more) for group in found] == [(50, True), (1, False)]


@pytest.mark.parametrize("by", ["host", "task", "tag"])
def test_few_headings_fill_the_page(database, by):
    put(database, a_fleet(1, 35, ["all"]) if by == "host" else a_fleet(35, 1, ["all"]))

    assert [(len(group.tasks), group.has_more) for group in walk(database, tasks.Filter(), by, 100, 10)] == [
        (35, False)
    ]


def test_many_headings_have_ten_of_each_on_every_page(database):
    put(database, a_fleet(25, 12))

    found = walk(database, tasks.Filter(), "host", 100, 10)

    assert [group.name for group in found] == [f"h{number:03}" for number in range(25)]
    assert {(len(group.tasks), group.has_more) for group in found[:20]} == {(10, True)}
    assert {(len(group.tasks), group.has_more) for group in found[20:]} == {(12, False)}


def test_no_heading_asks_for_nothing(database):
    with database.reading() as connection:
        assert grouped.count(connection, tasks.Filter(), "tag", []) == {}
