# SPDX-License-Identifier: MIT
"""One task: how it fares, its runs over time as bars and as a curve, the numbers they told, its list of runs."""

import msgspec
import sqlalchemy as sa
from litestar import Response, get

from humeops.api import parameters, views
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store import people
from humeops.central.store.questions import data, explaining, overview, runs, series, tasks, watches
from humeops.central.usual import Past
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.web import asking, bars, charts, rendering

RUNS = 50
POINTS = 500
NUMBERS = 8
NOTES = 50


class TaskQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /task."""

    host: parameters.Pattern = ""
    task: parameters.Pattern = ""
    after: str | None = None


@get("/task", sync_to_thread=True)
def show_task(central: Central, asked: Asked) -> Response[str]:
    """Show one task of one host."""
    within = roles.scope(asked.actor, "read", "tasks")
    query, now_ns = parameters.read(asked.parameters, TaskQuery), central.clock.wall_ns()
    name = (query.host, query.task)
    with central.database.reading() as connection:
        found = tasks.by_names(connection, [name], within)
        if not found:
            raise NotFoundError(f"no task {query.task[:100]!a} on {query.host[:100]!a}")
        page = runs.find(connection, runs.Filter(also=asking.exactly(*name)), RUNS, query.after)
        outcomes = overview.outcomes(connection, [name], bars.MANY).get(name, [])
        past = Past(explaining.good_runs(connection, *name), "")
        points = series.durations(connection, *name, POINTS)
        told = series.numbers(connection, *name, POINTS, NUMBERS)
        elsewhere = tasks.find(connection, tasks.Filter(task=query.task, within=within), RUNS, None, by_task=True).rows
        shared = _shared(connection, *name)
        written, about = people.notes(connection, name, NOTES), people.about(connection, name)
        taken = people.taken(connection, [name]).get(name)
        watch = watches.one(connection, name)
    view = views.task_view(found[0])
    return rendering.page(
        "task.html",
        now_ns=now_ns,
        actor=asked.actor,
        view=view,
        bars=bars.draw(outcomes, max(bars.COUNT, len(outcomes))),
        usual=past.duration.median,
        good_runs=len(past.runs),
        chart=charts.durations(points, past),
        numbers=[charts.numbers(key, unit, pairs) for key, unit, pairs in told],
        runs=[views.run_view(run) for run in page.rows],
        after=page.next,
        elsewhere=[views.task_view(task) for task in elsewhere if task.host != query.host],
        data=shared,
        watch=views.watch_view(watch) if watch else None,
        may_expect=roles.may(asked.actor, "write", Thing("watches", query.host, query.task, view.tags)),
        written=written,
        about=about,
        taken=taken if found[0].state in tasks.PROBLEMS else None,
        is_trouble=found[0].state in tasks.PROBLEMS,
        may_write=roles.may(asked.actor, "write", Thing("notes", query.host, query.task, view.tags)),
    )


def _shared(connection: sa.Connection, host: str, task: str) -> list[data.Datum]:
    wanted = data.Filter(host, task)
    return list(data.find(connection, wanted, 50, None).rows)
