# SPDX-License-Identifier: MIT
"""Shared data: who shares what; and one piece of it, with what its runs told of it over time."""

import msgspec
from litestar import Response, get

from humeops.api import parameters, views
from humeops.api.problems import NotFoundError
from humeops.api.service import Asked, Central
from humeops.central.store.questions import data, history
from humeops.security import roles
from humeops.web import asking, charts, rendering

DATA = 200
POINTS = 500
VALUES = 50


class DatumQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /datum."""

    host: parameters.Pattern
    task: parameters.Pattern
    key: parameters.Pattern


@get("/data", sync_to_thread=True)
def list_data(central: Central, asked: Asked) -> Response[str]:
    """List the data that match."""
    within = roles.scope(asked.actor, "read", "data")
    query, now_ns = parameters.read(asked.parameters, asking.Search), central.clock.wall_ns()
    with central.database.reading() as connection:
        page = data.find(connection, asking.data_filter(query.q, now_ns)._replace(within=within), DATA, query.after)
    shown = [views.datum_view(datum) for datum in page.rows]
    return rendering.page("data.html", now_ns=now_ns, actor=asked.actor, q=query.q, data=shown, after=page.next)


@get("/datum", sync_to_thread=True)
def show_datum(central: Central, asked: Asked) -> Response[str]:
    """Show one piece of data."""
    within = roles.scope(asked.actor, "read", "data")
    query, now_ns = parameters.read(asked.parameters, DatumQuery), central.clock.wall_ns()
    name = (query.host, query.task, query.key)
    with central.database.reading() as connection:
        rows = data.find(connection, data.Filter(*name, within=within), 10, None).rows
        found = next((one for one in rows if (one.host, one.task, one.key) == name), None)
        if found is None:
            raise NotFoundError(f"{query.host[:100]!a} shares no {query.key[:100]!a} in {query.task[:100]!a}")
        told = history.find(connection, name, POINTS, None).rows
    return rendering.page(
        "datum.html",
        now_ns=now_ns,
        actor=asked.actor,
        datum=views.datum_view(found),
        chart=charts.values(query.key, found.unit, told),
        told=told[:VALUES],
    )
