# SPDX-License-Identifier: MIT
"""GET /api/v1/runs and /api/v1/runs/{name}: what ran, one run with its timeline, and two side by side."""

import sqlalchemy as sa
from litestar import get

from humeops.api import comparing, explained, parameters, views
from humeops.api.overviews import ComparisonView
from humeops.api.schemas import RunDetail, RunPage
from humeops.api.service import Asked, Central
from humeops.central.store.questions import runs
from humeops.filters.tree import Node
from humeops.security import roles


@get("/api/v1/runs", sync_to_thread=True)
def list_runs(central: Central, asked: Asked) -> RunPage:
    """Return runs, newest first."""
    within = roles.scope(asked.actor, "read", "runs")
    query = parameters.read(asked.parameters, parameters.RunsQuery)
    also = parameters.filter_of(query.q, "runs", central.clock.wall_ns())
    wanted = runs.Filter(
        query.host, query.task, query.tag, query.state, query.since, query.until, also, query.late, within
    )
    with central.database.reading() as connection:
        page = runs.find(connection, wanted, query.limit, query.after)
    return RunPage([views.run_view(run) for run in page.rows], page.next)


@get("/api/v1/runs/{name:str}", sync_to_thread=True)
def show_run(central: Central, asked: Asked, name: str) -> RunDetail:
    """Return the run of this id, this short id, or the last run of this HOST:TASK or TASK."""
    within = roles.scope(asked.actor, "read", "runs")
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        return _detail(connection, name, central.clock.wall_ns(), within)


@get("/api/v1/runs/{name:str}/comparison", sync_to_thread=True)
def compare_runs(central: Central, asked: Asked, name: str) -> ComparisonView:
    """Return a run side by side with another one."""
    within = roles.scope(asked.actor, "read", "runs")
    query = parameters.read(asked.parameters, parameters.ComparisonQuery)
    now_ns = central.clock.wall_ns()
    with central.database.reading() as connection:
        one, other = (_detail(connection, which, now_ns, within) for which in (name, query.other))
        return comparing.compare(one, other)


def _detail(connection: sa.Connection, name: str, now_ns: int, within: Node) -> RunDetail:
    run = explained.resolve(connection, name, within)
    return explained.detail(connection, run, explained.past_of(connection, run), now_ns, within)
