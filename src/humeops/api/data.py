# SPDX-License-Identifier: MIT
"""GET /api/v1/data and /api/v1/data/history: what scripts share, each value with who wrote it and when, and what it was."""

from litestar import get

from humeops.api import parameters, views
from humeops.api.overviews import HistoryPage, PointView
from humeops.api.schemas import DataPage
from humeops.api.service import Asked, Central
from humeops.central.store import scoping
from humeops.central.store.questions import data, history
from humeops.security import roles


@get("/api/v1/data", sync_to_thread=True)
def list_data(central: Central, asked: Asked) -> DataPage:
    """Return current values by host, task and key; expired ones too, with their `expires_at`."""
    within = roles.scope(asked.actor, "read", "data")
    query = parameters.read(asked.parameters, parameters.DataQuery)
    also = parameters.filter_of(query.q, "data", central.clock.wall_ns())
    wanted = data.Filter(query.host, query.task, query.key, also, within)
    with central.database.reading() as connection:
        page = data.find(connection, wanted, query.limit, query.after)
    return DataPage([views.datum_view(datum) for datum in page.rows], page.next)


@get("/api/v1/data/history", sync_to_thread=True)
def show_history(central: Central, asked: Asked) -> HistoryPage:
    """Return what a task told under one name, newest first: the numbers of its runs, and all that was said outside of them."""
    within = roles.scope(asked.actor, "read", "data")
    query = parameters.read(asked.parameters, parameters.HistoryQuery)
    with central.database.reading() as connection:
        if not scoping.knows(connection, within, query.host, query.task):
            return HistoryPage([])
        page = history.find(connection, (query.host, query.task, query.key), query.limit, query.after)
    return HistoryPage([PointView(*point) for point in page.rows], page.next)
