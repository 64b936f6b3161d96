# SPDX-License-Identifier: MIT
"""The first page: what is wrong, where, why and since when; then everything, by host, by task or by tag."""

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from litestar import Response, get

from humeops.api import parameters, views
from humeops.api.schemas import TaskView
from humeops.api.service import Asked, Central
from humeops.central.store import people
from humeops.central.store.questions import agents, grouped, overview, tasks
from humeops.central.store.questions.page import Page
from humeops.security import grants, roles
from humeops.web import asking, bars, rendering, words

ROWS = 100
OF_EACH = 10
TROUBLES = 30
COPIED = 20


class Row(NamedTuple):
    """One task as a line of the page."""

    view: TaskView
    bars: bars.Bars
    usual: int | None
    taken: people.Taken | None = None


class Group(NamedTuple):
    """The first rows under one heading, how many of all that belong there are in each state, and a filter for all of them.

    Nameless: what has no tag.
    """

    name: str
    rows: list[Row]
    counts: Sequence[tuple[str, int]]
    q: str
    has_more: bool


class NowQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /. `all`: every task, page by page, not the first of each heading; by tag there is no such page."""

    q: parameters.Filter = ""
    by: grouped.By = "host"
    all: bool = False
    after: str | None = None


class RowsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /rows: `t` is HOST, a tab and TASK; `by` as on the page."""

    t: parameters.Several = []
    by: grouped.By = "host"


@get("/", sync_to_thread=True)
def show_now(central: Central, asked: Asked) -> Response[str]:
    """Show troubles, then a page of tasks."""
    within = roles.scope(asked.actor, "read", "tasks")
    query = parameters.read(asked.parameters, NowQuery)
    now_ns = central.clock.wall_ns()
    wanted = asking.tasks_filter(query.q, now_ns)._replace(within=within)
    with central.database.reading() as connection:
        counts = tasks.count(connection, wanted)
        headings, after = _headings(connection, wanted, query)
        found = [] if query.after else _troubles(connection, wanted, counts)
        rows = lines(connection, [*found, *(task for heading in headings for task in heading.tasks)])
        counted = grouped.count(connection, wanted, query.by, [heading.name for heading in headings])
        hosts = roles.scope(asked.actor, "read", "agents")
        heard = agents.heard(connection, now_ns - asking.QUIET_NS, hosts)
        copied = agents.copied(connection, hosts, COPIED)
    return rendering.page(
        "now.html",
        now_ns=now_ns,
        actor=asked.actor,
        may_write=roles.scope(asked.actor, "write", "notes") != grants.NOTHING,
        q=query.q,
        by=query.by,
        all=query.all,
        counts=[(state, counts[state]) for state in words.STATES if counts.get(state)],
        heard=heard,
        copied=copied,
        troubles=rows[: len(found)],
        groups=_groups(headings, rows[len(found) :], counted, query),
        after=after,
        is_first=query.after is None,
    )


@get("/rows", sync_to_thread=True)
def show_rows(central: Central, asked: Asked) -> Response[str]:
    """Return the lines of these tasks alone, to take the place of those on the page."""
    within = roles.scope(asked.actor, "read", "tasks")
    query = parameters.read(asked.parameters, RowsQuery)
    names = [(host, name) for host, tab, name in (text.partition("\t") for text in query.t) if tab]
    with central.database.reading() as connection:
        rows = lines(connection, tasks.by_names(connection, names, within))
    may_write = roles.scope(asked.actor, "write", "notes") != grants.NOTHING
    return rendering.page("rows.html", now_ns=central.clock.wall_ns(), rows=rows, by=query.by, may_write=may_write)


def lines(connection: sa.Connection, found: Sequence[tasks.Task]) -> list[Row]:
    """Return these tasks with how their last runs went, in one question each for all of them."""
    names = sorted({(task.host, task.task) for task in found})
    outcomes = overview.outcomes(connection, names, bars.COUNT)
    usual = overview.usual_durations(connection, names)
    taken = people.taken(connection, [(task.host, task.task) for task in found if task.state in tasks.PROBLEMS])
    rows = []
    for task in found:
        name = (task.host, task.task)
        rows.append(Row(views.task_view(task), bars.draw(outcomes.get(name, ())), usual.get(name), taken.get(name)))
    return rows


def _troubles(connection: sa.Connection, wanted: tasks.Filter, counts: Mapping[str, int]) -> list[tasks.Task]:
    """Return the worst, the newest of each state first among those shown; each state is read in the order of an index."""
    found: list[tasks.Task] = []
    for state in sorted((state for state in tasks.PROBLEMS if counts.get(state)), key=words.rank):
        if room := TROUBLES - len(found):
            of_it = tasks.find(connection, wanted._replace(states=[state]), room, None).rows
            found += sorted(of_it, key=lambda task: -task.since)
    return found


def _headings(connection: sa.Connection, wanted: tasks.Filter, query: NowQuery) -> Page[grouped.Group]:
    if query.by == "tag" or not query.all:
        return grouped.find(connection, wanted, query.by, ROWS, OF_EACH, query.after)
    by_task = query.by == "task"
    found, after = tasks.find(connection, wanted, ROWS, query.after, by_task)
    under = itertools.groupby(found, lambda task: task.task if by_task else task.host)
    return Page([grouped.Group(name, list(some), False) for name, some in under], after)


def _groups(
    headings: Sequence[grouped.Group],
    rows: Sequence[Row],
    counted: Mapping[str, Mapping[str, int]],
    query: NowQuery,
) -> list[Group]:
    groups, left = [], iter(rows)
    for name, tasks_of_it, has_more in headings:
        of = counted.get(name, {})
        counts = [(state, of[state]) for state in words.STATES if of.get(state)]
        its = asking.spell(**{query.by: name}) if name else "-tag:*"
        groups.append(Group(name, [next(left) for _ in tasks_of_it], counts, asking.narrowed(query.q, its), has_more))
    return groups
