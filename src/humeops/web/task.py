# SPDX-License-Identifier: MIT
"""One task: how it fares, its runs over time as bars and as a curve, the numbers they told, its list of runs."""

from typing import Annotated

import msgspec
import sqlalchemy as sa
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from humeops.api import parameters, people, views
from humeops.api.parameters import ParameterError
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store import people as stored
from humeops.central.store.questions import data, explaining, overview, runs, series, tasks, watches
from humeops.central.usual import Past
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.web import about, asking, bars, charts, rendering

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
    return _page(central, asked, parameters.read(asked.parameters, TaskQuery))


@post("/about", sync_to_thread=True)
def describe(
    central: Central, asked: Asked, data: Annotated[about.Form, Body(media_type=RequestEncodingType.URL_ENCODED)]
) -> Response[str]:
    """Say what was changed of what the task is for, and of its tags; a fault is told above the form."""
    try:
        wish = about.wish_of(data)
        if wish is not None:
            people.say(central, asked, wish)
    except ParameterError as error:
        return _page(central, asked, TaskQuery(data.host, data.task), about.Typed(data, str(error)))
    return rendering.go(rendering.task_path(data.host, data.task))


def _page(central: Central, asked: Asked, query: TaskQuery, typed: about.Typed | None = None) -> Response[str]:
    within, now_ns = roles.scope(asked.actor, "read", "tasks"), central.clock.wall_ns()
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
        written, taken = stored.notes(connection, name, NOTES), stored.taken(connection, [name]).get(name)
        said = about.shown(connection, name, typed)
        watch = watches.one(connection, name)
    view = views.task_view(found[0])
    return rendering.page(
        "task.html",
        400 if typed else 200,
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
        **said,
        taken=taken if found[0].state in tasks.PROBLEMS else None,
        is_trouble=found[0].state in tasks.PROBLEMS,
        may_write=roles.may(asked.actor, "write", Thing("notes", query.host, query.task, view.tags)),
    )


def _shared(connection: sa.Connection, host: str, task: str) -> list[data.Datum]:
    wanted = data.Filter(host, task)
    return list(data.find(connection, wanted, 50, None).rows)
