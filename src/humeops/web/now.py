# SPDX-License-Identifier: MIT
"""The first page: what is wrong, where, why and since when; then everything, by host, by task or by tag."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from litestar import Response, get

from humeops.api import parameters, views
from humeops.api.schemas import TaskView
from humeops.api.service import Asked, Central
from humeops.central.store import people
from humeops.central.store.questions import agents, overview, tasks
from humeops.security import grants, roles
from humeops.web import asking, bars, rendering, words

ROWS = 100
TROUBLES = 30
COPIED = 20


class Row(NamedTuple):
    """One task as a line of the page."""

    view: TaskView
    bars: bars.Bars
    usual: int | None
    taken: people.Taken | None = None


class Group(NamedTuple):
    """Rows under one heading, and how many of all that belong there are in each state; nameless: what has no tag."""

    name: str
    rows: list[Row]
    counts: Sequence[tuple[str, int]]


class NowQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /."""

    q: parameters.Filter = ""
    by: tasks.GroupedBy = "host"
    after: str | None = None


class RowsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /rows: `t` is HOST, a tab and TASK; `by` as on the page."""

    t: parameters.Several = []
    by: tasks.GroupedBy = "host"


@get("/", sync_to_thread=True)
def show_now(central: Central, asked: Asked) -> Response[str]:
    """Show troubles, then a page of tasks."""
    within = roles.scope(asked.actor, "read", "tasks")
    query = parameters.read(asked.parameters, NowQuery)
    now_ns = central.clock.wall_ns()
    wanted = asking.tasks_filter(query.q, now_ns)._replace(within=within)
    with central.database.reading() as connection:
        counts = tasks.count(connection, wanted)
        named, after = _page(connection, wanted, query)
        found = [] if query.after else _troubles(connection, wanted, counts)
        rows = lines(connection, [*found, *(task for _, task in named)])
        names = [name for name, _ in named]
        counted = tasks.count_by(connection, wanted, query.by, sorted({name for name in names if name}))
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
        counts=[(state, counts[state]) for state in words.STATES if counts.get(state)],
        heard=heard,
        copied=copied,
        troubles=rows[: len(found)],
        groups=_groups(names, rows[len(found) :], counted),
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


def _page(
    connection: sa.Connection, wanted: tasks.Filter, query: NowQuery
) -> tuple[Sequence[tuple[str, tasks.Task]], str | None]:
    """Return a page of tasks, each with the heading it stands under."""
    if query.by == "tag":
        return tasks.find_by_tag(connection, wanted, ROWS, query.after)
    found = tasks.find(connection, wanted, ROWS, query.after, by_task=query.by == "task")
    return [(task.task if query.by == "task" else task.host, task) for task in found.rows], found.next


def _groups(names: Sequence[str], rows: Sequence[Row], counted: Mapping[str, Mapping[str, int]]) -> list[Group]:
    groups: list[Group] = []
    for name, row in zip(names, rows, strict=True):
        if not groups or groups[-1].name != name:
            of = counted.get(name, {})
            groups.append(Group(name, [], [(state, of[state]) for state in words.STATES if of.get(state)]))
        groups[-1].rows.append(row)
    return groups
