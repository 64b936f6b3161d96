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
    running: int = 0
    tags: list[str] = []
    loose_tags: list[str] = []
    loose_first_at: int | None = None
    loose_last_at: int | None = None
    last_run: bytes | None = None
    last_started_at: int | None = None


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
    _note_runs(connection, tasks, changes.values())
    last = _last_runs(connection, sorted(names), changes)
    _store(connection, tasks, last, [change for change in changes.values() if _is_news(change)], now_ns)


def _store(
    connection: sa.Connection,
    tasks: Mapping[Name, _Task],
    last: Mapping[Name, Summary | None],
    news: Iterable[Change],
    now_ns: int,
) -> None:
    made, gone, dropped, added, transitions = [], [], [], [], []
    for name, task in tasks.items():
        run = last[name]
        tags = run.tags if run else task.loose_tags
        dropped += [(*name, tag) for tag in task.tags if tag not in tags]
        added += [(*name, tag) for tag in tags if tag not in task.tags]
        if run is None and task.loose_first_at is None:
            gone.append(name)
            continue
        transitions += _transitions(name, task, run, news, now_ns)
        made.append(_row(name, task, run, tags))
    statements.put_tasks(connection, made)
    statements.drop_tasks(connection, gone)
    statements.change_task_tags(connection, dropped, added)
    statements.add_transitions(connection, transitions)


def _load(connection: sa.Connection, names: list[Name]) -> dict[Name, _Task]:
    tasks = {name: _Task() for name in names}
    for host, task, state, last_event_at, running, tags, loose_tags, *others in statements.tasks(connection, names):
        known = _Task(state, last_event_at, running, rows.read_tags(tags), rows.read_tags(loose_tags), *others)
        tasks[host, task] = known
    return tasks


def _note_loose(tasks: dict[Name, _Task], loose: Iterable[Event]) -> None:
    for event in loose:
        task = tasks[event.host, event.task]
        task.last_event_at = max(task.last_event_at, event.time)
        task.loose_last_at = max(task.loose_last_at or 0, event.time)
        task.loose_first_at = event.time if task.loose_first_at is None else min(task.loose_first_at, event.time)
        if event.tags:
            task.loose_tags = sorted({*task.loose_tags, *event.tags})[:MAX_TAGS_OF_RUN]


def _note_runs(connection: sa.Connection, tasks: dict[Name, _Task], changes: Iterable[Change]) -> None:
    left: set[Name] = set()
    for before, after in changes:
        task = tasks[task_of(after)]
        task.last_event_at = max(task.last_event_at, after.last_event_at)
        task.running += after.state == "running"
        if before:
            tasks[task_of(before)].running -= before.state == "running"
            if task_of(before) != task_of(after):
                left.add(task_of(before))
    # A run whose start arrives late may turn out to be another task's: what the wrong one had of it is taken back.
    for host, name, last_word in statements.last_words(connection, sorted(left)):
        task = tasks[host, name]
        task.last_event_at = max(task.loose_last_at or 0, last_word or 0)


def _is_news(change: Change) -> bool:
    return change.before is None or change.before.state != change.after.state


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
    name: Name, task: _Task, last: Summary | None, news: Iterable[Change], now_ns: int
) -> list[tuple[object, ...]]:
    """Return the changes of state: through each newer run that changed, so that one that failed between two good ones counts."""
    state = task.state
    made: list[tuple[object, ...]] = []
    known = (task.last_started_at or 0, task.last_run or b"")
    newer = [
        after for _, after in news if task_of(after) == name and (after.begin.time, rows.key_of(after.run)) >= known
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
        (run.ended_at or run.begin.time) if run else task.loose_first_at,
        task.last_event_at,
        reason.of_run(run) if run else "",
        task.running,
        rows.key_of(run.run) if run else None,
        rows.json_text(tags),
        rows.json_text(task.loose_tags),
        task.loose_first_at,
        task.loose_last_at,
    )
