# SPDX-License-Identifier: MIT
"""One run as it is shown in full: its timeline, and all that explains it, gathered within one reading of the database.

Everything is bounded, and found by a key or an index of its own: a task's history may be as long as it likes.
"""

from typing import Any

import sqlalchemy as sa

from humeops import amounts
from humeops.api import schemas, views
from humeops.api.problems import NotFoundError
from humeops.central import findings, outlook, timeline
from humeops.central.fold import Summary
from humeops.central.store import observing, rows
from humeops.central.store.questions import events, explaining, runs, watches
from humeops.central.usual import Past
from humeops.event import Origin
from humeops.filters.tree import Node

MAX_EVENTS = 1_000
MAX_FLAGS = 1_000
MAX_NUMBERS = 200
MAX_CHILDREN = 100
MAX_LINKS = 100


def resolve(connection: sa.Connection, name: str, within: Node) -> runs.Run:
    """Return the run that somebody calls so; NotFoundError when there is none, or he may not know of it."""
    # No name holds U+0000, and PostgreSQL takes none in a text.
    run = None if "\0" in name else runs.resolve(connection, name, within)
    if run is None:
        raise NotFoundError(f"no run {name[:100]!a}")
    return run


def past_of(connection: sa.Connection, run: runs.Run) -> Past:
    """Return the good runs of its task that this one is compared with."""
    return Past(explaining.good_runs(connection, run.host, run.task), run.summary.run)


def detail(connection: sa.Connection, run: runs.Run, past: Past, now_ns: int, within: Node) -> schemas.RunDetail:
    """Return the run with its timeline, compared with these good runs; of other runs only those within."""
    summary, name = run.summary, run.summary.run
    found, more = events.timeline(connection, summary, MAX_EVENTS)
    children, more_children = runs.descendants(connection, name, MAX_CHILDREN, within)
    end = events.by_id(connection, summary.end.id) if summary.end else None
    flags = explaining.flags(connection, name, MAX_FLAGS)
    numbers = explaining.numbers(connection, name, MAX_NUMBERS)
    numbers = [number._replace(unit=amounts.unit_of(number.key, number.unit)) for number in numbers]
    way = timeline.stretches(summary.begin, flags, summary.end, now_ns)
    compared = findings.compare(summary, way, numbers, past, now_ns)
    name_of_task = (run.host, run.task)
    wanted = observing.wanted_of(connection, name_of_task)
    said = observing.declared(connection, name_of_task, wanted, name, summary.begin.time)
    broken = findings.against(said, summary, numbers, past) if summary.end else []
    expected = outlook.of_run(summary, compared.duration)
    return schemas.RunDetail(
        run=views.run_view(run),
        stretches=[_stretch(course) for course in compared.way],
        events=[views.event_view(row, summary) for row in found],
        more_events=more,
        origin=_origin(events.by_id(connection, name)),
        end=_end(end),
        output=rows.read_rest(end.rest).output if end and end.rest else "",
        usual=schemas.UsualView(compared.runs, compared.duration) if compared.runs else None,
        findings=[_finding(finding) for finding in (*compared.findings, *broken)],
        data=[_number(number, compared) for number in numbers],
        outlook=schemas.OutlookView(*expected) if expected else None,
        parent=_parent(connection, summary, within),
        children=[views.run_view(child) for child in children],
        more_children=more_children,
        links=[views.event_view(row) for row in events.links(connection, name, MAX_LINKS, within)],
        expected_at=watches.expected_at(connection, name_of_task),
    )


def _stretch(course: findings.Course) -> schemas.Stretch:
    name, begins, lasts, is_open, _ = course.stretch
    return schemas.Stretch(name, begins, lasts, is_open, course.toward, course.usual, course.is_unusual)


def _finding(finding: findings.Finding) -> schemas.FindingView:
    return schemas.FindingView(finding.kind, finding.sentence, finding.subject, finding.value, finding.usual)


def _number(number: findings.Number, compared: findings.Comparison) -> schemas.NumberView:
    value = int(number.value) if number.value.is_integer() else number.value
    is_odd = any(finding.kind == "odd_data" and finding.subject == number.key for finding in compared.findings)
    return schemas.NumberView(number.key, value, number.unit, compared.data.get(number.key), is_odd)


def _origin(start: Any) -> schemas.OriginView | None:
    # A run whose start never arrived has none of its own.
    if start is None or start.kind != "start" or not start.rest:
        return None
    said = rows.read_rest(start.rest).origin or Origin()
    return schemas.OriginView(
        said.by,
        said.unit,
        said.invocation,
        said.client,
        said.tty,
        said.user,
        said.uid,
        said.script,
        said.exe,
        said.cwd,
        said.args,
        said.sha256,
        said.traceparent,
    )


def _end(row: Any) -> schemas.EndView | None:
    if row is None:
        return None
    rest = rows.read_rest(row.rest) if row.rest else rows.Rest()
    said = rest.origin or Origin()
    return schemas.EndView(
        row.kind,
        row.message,
        rest.status,
        rest.signal,
        said.line,
        said.file,
        said.function,
        said.command,
        rest.data,
    )


def _parent(connection: sa.Connection, summary: Summary, within: Node) -> schemas.RunView | None:
    key = rows.key_of(summary.parent) if summary.parent else None
    found = runs.by_keys(connection, [key], within).get(key) if key else None
    return views.run_view(found) if found else None
