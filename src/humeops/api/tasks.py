# SPDX-License-Identifier: MIT
"""GET /api/v1/tasks: every task as it is now."""

from collections.abc import Sequence

from litestar import get

from humeops.api import parameters, views
from humeops.api.schemas import TaskPage
from humeops.api.service import Asked, Central
from humeops.central.store import people
from humeops.central.store.questions import tasks
from humeops.security import roles


@get("/api/v1/tasks", sync_to_thread=True)
def list_tasks(central: Central, asked: Asked) -> TaskPage:
    """Return tasks by host and name."""
    within = roles.scope(asked.actor, "read", "tasks")
    query = parameters.read(asked.parameters, parameters.TasksQuery)
    states = [state for state in query.state or tasks.PROBLEMS if not query.problems or state in tasks.PROBLEMS]
    also = parameters.filter_of(query.q, "tasks", central.clock.wall_ns())
    if query.problems and not states:
        return TaskPage([])
    wanted = tasks.Filter(
        query.host, query.task, query.tag, states if query.state or query.problems else (), also, within
    )
    page = central.current.find(wanted, query.limit, query.after)
    taken = _taken(central, [(task.host, task.task) for task in page.rows if task.state in tasks.PROBLEMS])
    return TaskPage([views.task_view(task, taken.get((task.host, task.task))) for task in page.rows], page.next)


def _taken(central: Central, troubled: Sequence[people.Name]) -> dict[people.Name, people.Taken]:
    if not troubled:
        return {}  # where the tasks come from a copy, the database is not even asked
    with central.database.reading() as connection:
        return people.taken(connection, troubled)
