# SPDX-License-Identifier: MIT
"""GET /api/v1/states and /api/v1/transitions: how many tasks are in which state, and how they came into it."""

from litestar import get

from humeops.api import parameters
from humeops.api.overviews import StateCounts, TransitionPage, TransitionView
from humeops.api.service import Asked, Central
from humeops.central.store.questions import tasks, transitions
from humeops.security import roles


@get("/api/v1/states", sync_to_thread=True)
def count_states(central: Central, asked: Asked) -> StateCounts:
    """Return how many tasks are in each state now."""
    within = roles.scope(asked.actor, "read", "tasks")
    query = parameters.read(asked.parameters, parameters.StatesQuery)
    also = parameters.filter_of(query.q, "tasks", central.clock.wall_ns())
    wanted = tasks.Filter(also=also, within=within)
    with central.database.reading() as connection:
        return StateCounts(tasks.count(connection, wanted))


@get("/api/v1/transitions", sync_to_thread=True)
def list_transitions(central: Central, asked: Asked) -> TransitionPage:
    """Return changes of tasks' states as central noted them: newest first unless order=oldest."""
    within = roles.scope(asked.actor, "read", "tasks")
    query = parameters.read(asked.parameters, parameters.TransitionsQuery)
    wanted = transitions.Filter(parameters.filter_of(query.q, "transitions", central.clock.wall_ns()), within)
    with central.database.reading() as connection:
        page = transitions.find(connection, wanted, query.order == "oldest", query.limit, query.after)
    return TransitionPage([TransitionView(*row) for row in page.rows], page.next)
