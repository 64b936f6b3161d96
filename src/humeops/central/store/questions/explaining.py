# SPDX-License-Identifier: MIT
"""What explains one run: its flags, its numbers, the good runs of its task. Few rows, each found by its key: no history."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from humeops.central.findings import Number
from humeops.central.fold import Said
from humeops.central.store import learning, marking, rows, tables
from humeops.central.store.driver import Pair
from humeops.central.usual import GoodRun
from humeops.event import Value, is_number

_flag = tables.run_flag
_datum = tables.run_datum
_usual = tables.task_usual


def flags(connection: sa.Connection, run: str, limit: int) -> list[Said]:
    """Return the run's first flags in the order they were said."""
    query = sa.select(_flag.c.boot, _flag.c.mono, _flag.c.time, _flag.c.name)
    order = (_flag.c.boot, _flag.c.mono, _flag.c.event)
    found = connection.execute(query.where(_flag.c.run == rows.key_of(run)).order_by(*order).limit(limit))
    return [marking.read_flag(*row) for row in found]


def numbers(connection: sa.Connection, run: str, limit: int) -> list[Number]:
    """Return the numbers that the run told, by name."""
    query = sa.select(_datum.c.key, _datum.c.value, _datum.c.unit).where(_datum.c.run == rows.key_of(run))
    return [Number(*row) for row in connection.execute(query.order_by(_datum.c.key).limit(limit))]


def others(connection: sa.Connection, name: Pair, run: str, keys: Sequence[str]) -> dict[str, Value]:
    """Return what this run of the task shared last under these names, where that is no number."""
    shared = tables.datum
    query = sa.select(shared.c.key, shared.c.value).where(
        shared.c.host == name[0], shared.c.task == name[1], shared.c.key.in_(keys), shared.c.run == rows.key_of(run)
    )
    found = {row.key: msgspec.json.decode(row.value) for row in connection.execute(query)} if keys else {}
    return {key: value for key, value in found.items() if not is_number(value)}


def good_runs(connection: sa.Connection, host: str, task: str) -> list[GoodRun]:
    """Return what was learnt of the last good runs of this task."""
    query = sa.select(_usual.c.runs).where(_usual.c.host == host, _usual.c.task == task)
    found = connection.execute(query).scalar_one_or_none()
    return learning.read_runs(found) if found else []
