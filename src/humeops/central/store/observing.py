# SPDX-License-Identifier: MIT
"""What is unusual about a run that has ended, or not as it was declared: asked by keys, for whoever shows or tells it."""

from collections.abc import Iterable

import sqlalchemy as sa

from humeops import amounts
from humeops.central import findings, timeline
from humeops.central.findings import Declared, Finding
from humeops.central.store import tables, watching, watchrows
from humeops.central.store.driver import Pair
from humeops.central.store.questions import explaining, runs
from humeops.central.usual import Past
from humeops.central.watches import judging, spanning
from humeops.central.watches.expectation import Expectation

MOST_FLAGS = 1_000
MOST_NUMBERS = 200
_watch = tables.watch


def wanted(connection: sa.Connection, names: Iterable[Pair]) -> dict[Pair, Expectation]:
    """Return what is expected of those of these tasks of whose runs something is."""
    key = sa.tuple_(_watch.c.host, _watch.c.task)
    query = sa.select(_watch.c.host, _watch.c.task, _watch.c.wanted).where(key.in_(sorted(set(names))))
    read = {(row.host, row.task): watching.read_wanted(row.wanted) for row in connection.execute(query)}
    return {name: one for name, one in read.items() if one.limits or one.at_most}


def wanted_of(connection: sa.Connection, name: Pair) -> Expectation | None:
    """Return what is expected of this task, if anything is of its runs."""
    query = sa.select(_watch.c.wanted).where(_watch.c.host == name[0], _watch.c.task == name[1])
    found = connection.execute(query).scalar_one_or_none()
    read = watching.read_wanted(found) if found else None
    return read if read is not None and (read.limits or read.at_most) else None


def declared(
    connection: sa.Connection, name: Pair, expected: Expectation | None, run: str, started_at: int
) -> Declared:
    """Return what is expected of this run, which began then."""
    if expected is None:
        return Declared()
    others = explaining.others(connection, name, run, [limit.key for limit in expected.limits])
    place = 0
    if expected.at_most:
        # Without its grace the day is that on which the run began.
        _, day, _ = judging.reckoned_day(expected, started_at + spanning.ns(expected.slack))
        place = watchrows.count_runs(connection, name, day, started_at + 1, expected.at_most + 1_000)
    return Declared(expected.limits, expected.at_most, place, others)


def of_run(connection: sa.Connection, run: str, expected: Expectation | None, now_ns: int) -> list[Finding]:
    """Return what is unusual about this run, as far as it is known."""
    found = runs.resolve(connection, run)
    if found is None:
        return []
    name, summary = (found.host, found.task), found.summary
    numbers = [
        one._replace(unit=amounts.unit_of(one.key, one.unit))
        for one in explaining.numbers(connection, run, MOST_NUMBERS)
    ]
    past = Past(explaining.good_runs(connection, *name), run)
    way = timeline.stretches(summary.begin, explaining.flags(connection, run, MOST_FLAGS), summary.end, now_ns)
    compared = findings.compare(summary, way, numbers, past, now_ns)
    said = declared(connection, name, expected, run, summary.begin.time)
    return [*compared.findings, *findings.against(said, summary, numbers, past)]
