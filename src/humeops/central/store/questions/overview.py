# SPDX-License-Identifier: MIT
"""What a page of tasks shows beside the tasks themselves: how each one's last runs went, and how long it usually takes.

Each is one question for all rows of a page, and reads what the page shows: the last runs of a task lie together in an index.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.store import learning, matching, tables
from humeops.central.usual import Past

_task = tables.task
_run = tables.run
_usual = tables.task_usual

Name = tuple[str, str]  # host and task


class Outcome(NamedTuple):
    """How one run went."""

    state: str
    duration: int | None


_read_outcomes = msgspec.json.Decoder(list[Outcome]).decode


def outcomes(connection: sa.Connection, names: Sequence[Name], limit: int) -> dict[Name, list[Outcome]]:
    """Return the last runs of each of these tasks, the newest first."""
    if not names:
        return {}
    last = (
        sa.select(_run.c.state, _run.c.duration)
        .where(_run.c.host == sa.literal_column("task.host"), _run.c.task == sa.literal_column("task.task"))
        .order_by(_run.c.started_at.desc(), _run.c.id.desc())
        .limit(limit)
        .subquery("last")
    )
    rows = sa.select(matching.json_rows(last.c.state, last.c.duration)).scalar_subquery()
    query = sa.select(_task.c.host, _task.c.task, rows).where(sa.tuple_(_task.c.host, _task.c.task).in_(names))
    return {(host, task): _read_outcomes(text or "[]") for host, task, text in connection.execute(query)}


def usual_durations(connection: sa.Connection, names: Sequence[Name]) -> dict[Name, int]:
    """Return how long each of these tasks usually takes, where that is known."""
    if not names:
        return {}
    query = sa.select(_usual.c.host, _usual.c.task, _usual.c.runs)
    found = connection.execute(query.where(sa.tuple_(_usual.c.host, _usual.c.task).in_(names)))
    medians = {(host, task): Past(learning.read_runs(text), "").duration.median for host, task, text in found}
    return {name: round(median) for name, median in medians.items() if median is not None}
