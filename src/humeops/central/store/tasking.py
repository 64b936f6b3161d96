# SPDX-License-Identifier: MIT
"""What a task is now: the state of its run that started last; with events but no run, `new`. And its changes of state.

Two clocks meet here. `since` comes from what the host said; a transition's `at` is central's own, because whoever acts
on transitions must not depend on the clocks of hosts.
"""

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa

from humeops.central import reason
from humeops.central.fold import MAX_TAGS_OF_RUN, Summary
from humeops.central.store import rows, statements
from humeops.central.store.running import Change, read_summary, task_of
from humeops.event import Event

Name = tuple[str, str]  # host, task


class _Task(msgspec.Struct):
    """A task before a batch; after it, with what the batch brought."""

    state: str = "new"
    last_event_at: int = 0
    first_event_at: int = rows.UPTO
    running: int = 0
    tags: list[str] = []
    loose_tags: list[str] = []
    last_run: bytes | None = None
    last_started_at: int = 0


def update(connection: sa.Connection, new: Iterable[Event], changes: Mapping[str, Change], now_ns: int) -> None:
    """Bring the tasks that these events concern up to date, and store their changes of state."""
    # What humed says of itself (loss) is no task's word.
    loose = [event for event in new if not event.run and event.kind != "loss"]
    names = {(event.host, event.task) for event in loose}
    for change in changes.values():
        names.update(task_of(summary) for summary in change if summary)
    if not names:
        return
    tasks = _load(connection, sorted(names))
    _note_loose(tasks, loose)
    _note_runs(tasks, changes.values())
    last = _last_runs(connection, sorted(names), changes)
    made, transitions = [], []
    dropped, added = [], []
    for name, task in tasks.items():
        run = last[name]
        transitions += _transitions(name, task, run, changes.values(), now_ns)
        tags = run.tags if run else task.loose_tags
        dropped += [(*name, tag) for tag in task.tags if tag not in tags]
        added += [(*name, tag) for tag in tags if tag not in task.tags]
        made.append(_row(name, task, run, tags))
    statements.put_tasks(connection, made)
    statements.change_task_tags(connection, dropped, added)
    statements.add_transitions(connection, transitions)


def _load(connection: sa.Connection, names: list[Name]) -> dict[Name, _Task]:
    tasks = {name: _Task() for name in names}
    for row in statements.tasks(connection, names):
        host, task, state, last_event_at, first_event_at, running, tags, loose_tags, last_run, started_at = row
        tasks[host, task] = _Task(
            state,
            last_event_at,
            first_event_at,
            running,
            rows.read_tags(tags),
            rows.read_tags(loose_tags),
            last_run,
            started_at or 0,
        )
    return tasks


def _note_loose(tasks: dict[Name, _Task], loose: Iterable[Event]) -> None:
    for event in loose:
        task = tasks[event.host, event.task]
        task.last_event_at = max(task.last_event_at, event.time)
        task.first_event_at = min(task.first_event_at, event.time)
        if event.tags:
            task.loose_tags = sorted({*task.loose_tags, *event.tags})[:MAX_TAGS_OF_RUN]


def _note_runs(tasks: dict[Name, _Task], changes: Iterable[Change]) -> None:
    for before, after in changes:
        task = tasks[task_of(after)]
        task.last_event_at = max(task.last_event_at, after.last_event_at)
        task.first_event_at = min(task.first_event_at, after.begin.time)
        task.running += after.state == "running"
        if before:
            # A run whose start arrives late may turn out to be another task's.
            tasks[task_of(before)].running -= before.state == "running"


def _last_runs(
    connection: sa.Connection, names: list[Name], changes: Mapping[str, Change]
) -> dict[Name, Summary | None]:
    last: dict[Name, Summary | None] = {}
    elsewhere: dict[bytes, Name] = {}
    for host, task, key in statements.last_runs(connection, names):
        change = changes.get(rows.id_of(key)) if key else None
        last[host, task] = change.after if change else None
        if key and not change:
            elsewhere[key] = (host, task)
    for key, text in statements.runs(connection, list(elsewhere)):
        last[elsewhere[key]] = read_summary(text)
    return last


def _transitions(
    name: Name, task: _Task, last: Summary | None, changes: Iterable[Change], now_ns: int
) -> list[tuple[object, ...]]:
    """Return the changes of state: through each newer run that changed, so that one that failed between two good ones counts."""
    state = task.state
    made: list[tuple[object, ...]] = []
    newer = [
        after
        for before, after in changes
        if task_of(after) == name
        and (before is None or before.state != after.state)
        and (after.begin.time, rows.key_of(after.run)) >= (task.last_started_at, task.last_run or b"")
    ]
    for run in [*sorted(newer, key=_started), *([last] if last else [])]:
        if run.state != state:
            made.append(_transition(name, state, run, now_ns))
            state = run.state
    return made


def _started(run: Summary) -> tuple[int, str]:
    return run.begin.time, run.run


def _transition(name: Name, state: str, run: Summary, now_ns: int) -> tuple[object, ...]:
    told_by = (run.stop or run.begin).id
    return (*name, state, run.state, rows.key_of(run.run), rows.key_of(told_by), now_ns, reason.of_run(run))


def _row(name: Name, task: _Task, run: Summary | None, tags: list[str]) -> tuple[object, ...]:
    return (
        *name,
        run.state if run else "new",
        (run.ended_at or run.begin.time) if run else task.first_event_at,
        task.last_event_at,
        task.first_event_at,
        reason.of_run(run) if run else "",
        task.running,
        rows.key_of(run.run) if run else None,
        rows.json_text(tags),
        rows.json_text(task.loose_tags),
    )
