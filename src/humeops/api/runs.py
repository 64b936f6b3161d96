# SPDX-License-Identifier: MIT
"""GET /api/v1/runs and /api/v1/runs/{name}: what ran, one run with its timeline, and two side by side."""

import sqlalchemy as sa
from litestar import get

from humeops.api import comparing, explained, parameters, views
from humeops.api.overviews import ComparisonView
from humeops.api.schemas import RunDetail, RunPage
from humeops.api.service import Asked, Central
from humeops.central.store.questions import runs
from humeops.security import roles
from humeops.security.roles import Thing


@get("/api/v1/runs", sync_to_thread=True)
def list_runs(central: Central, asked: Asked) -> RunPage:
    """Return runs, newest first."""
    roles.authorize(asked.actor, "read", Thing("runs"))
    query = parameters.read(asked.parameters, parameters.RunsQuery)
    also = parameters.filter_of(query.q, "runs", central.clock.wall_ns())
    wanted = runs.Filter(query.host, query.task, query.tag, query.state, query.since, query.until, also, query.late)
    with central.database.reading() as connection:
        page = runs.find(connection, wanted, query.limit, query.after)
    return RunPage([views.run_view(run) for run in page.rows], page.next)


@get("/api/v1/runs/{name:str}", sync_to_thread=True)
def show_run(central: Central, asked: Asked, name: str) -> RunDetail:
    """Return the run of this id, this short id, or the last run of this HOST:TASK or TASK."""
    roles.authorize(asked.actor, "read", Thing("runs"))
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        return _detail(connection, name, central.clock.wall_ns())


@get("/api/v1/runs/{name:str}/comparison", sync_to_thread=True)
def compare_runs(central: Central, asked: Asked, name: str) -> ComparisonView:
    """Return a run side by side with another one."""
    roles.authorize(asked.actor, "read", Thing("runs"))
    query = parameters.read(asked.parameters, parameters.ComparisonQuery)
    now_ns = central.clock.wall_ns()
    with central.database.reading() as connection:
        return comparing.compare(_detail(connection, name, now_ns), _detail(connection, query.other, now_ns))


def _detail(connection: sa.Connection, name: str, now_ns: int) -> RunDetail:
    run = explained.resolve(connection, name)
    return explained.detail(connection, run, explained.past_of(connection, run), now_ns)
