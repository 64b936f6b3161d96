# SPDX-License-Identifier: MIT
"""GET /api/v1/runs and /api/v1/runs/{name}: what ran, and one run with its timeline."""

from litestar import get

from humeops.api import parameters, views
from humeops.api.problems import NotFoundError
from humeops.api.schemas import RunDetail, RunPage, Stretch
from humeops.api.service import Asked, Central
from humeops.central import timeline
from humeops.central.store.questions import events, runs
from humeops.security import roles
from humeops.security.roles import Thing

MAX_EVENTS_OF_RUN = 1_000


@get("/api/v1/runs", sync_to_thread=True)
def list_runs(central: Central, asked: Asked) -> RunPage:
    """Return runs, newest first."""
    roles.authorize(asked.actor, "read", Thing("runs"))
    query = parameters.read(asked.parameters, parameters.RunsQuery)
    wanted = runs.Filter(query.host, query.task, query.tag, query.state, query.since, query.until)
    with central.database.reading() as connection:
        page = runs.find(connection, wanted, query.limit, query.after)
    return RunPage([views.run_view(run) for run in page.rows], page.next)


@get("/api/v1/runs/{name:str}", sync_to_thread=True)
def show_run(central: Central, asked: Asked, name: str) -> RunDetail:
    """Return the run of this id, this short id, or the last run of this HOST:TASK or TASK."""
    roles.authorize(asked.actor, "read", Thing("runs"))
    parameters.read(asked.parameters, parameters.NoQuery)
    with central.database.reading() as connection:
        run = runs.resolve(connection, name)
        if run is None:
            raise NotFoundError(f"no run {name[:100]!a}")
        found, more = events.timeline(connection, run.summary.run, MAX_EVENTS_OF_RUN)
        flags = events.flags(connection, run.summary.run, MAX_EVENTS_OF_RUN)
    summary = run.summary
    way = timeline.stretches(summary.begin, flags, summary.end, central.clock.wall_ns())
    return RunDetail(
        run=views.run_view(run),
        stretches=[Stretch(*stretch) for stretch in way],
        events=[views.event_view(row, summary) for row in found],
        more_events=more,
    )
