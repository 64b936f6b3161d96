# SPDX-License-Identifier: MIT
"""What a task is now: the state of its run that started last, or of a later verdict from outside of runs; else `new`.

Two clocks meet here. `since` comes from what the host said; a transition's `at` is central's own, because whoever acts
on transitions must not depend on the clocks of hosts.

A task's version is the time of receipt, or one more than before where that is not later: so it rises also when the task is
forgotten and comes back, and copies of tasks elsewhere (central.current) can tell which is newer.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from humeops.central import reason
from humeops.central.fold import MAX_TAGS_OF_RUN, Summary
from humeops.central.store import changing, declaring, lookingagain, rows, statements, tagging, watching
from humeops.central.store.moving import Move, Name, Standing, Walk
from humeops.central.store.questions.runs import Run
from humeops.central.store.questions.tasks import Task, Version, versions_of
from humeops.central.store.running import Change, Folded, read_summary, task_of
from humeops.central.verdict import Verdict
from humeops.event import Event

ENDS = ("ok", "warning", "failed", "lost")

_read_verdict = msgspec.json.Decoder(Verdict).decode


class _Task(msgspec.Struct):
    """A task before a batch; after it, with what the batch brought."""

    state: str = "new"
    last_event_at: int = 0
    running: int = 0
    tags: list[str] = []
    loose_tags: list[str] = []
    given_tags: list[str] = []
    loose_first_at: int | None = None
    loose_last_at: int | None = None
    last_run: bytes | None = None
    verdict: str | None = None
    version: int = 0
    is_new: bool = True


def update(connection: sa.Connection, new: Sequence[Event], folded: Folded, now_ns: int) -> list[Version]:
    """Bring the tasks that these events concern up to date, and store their changes of state; return them as they are now."""
    # What humed says of its own accord (loss, gone) is no task's word.
    loose = [event for event in new if not event.run and event.kind not in ("loss", "gone")]
    names = {(event.host, event.task) for event in loose}
    for before, after in folded.changes.values():
        names.add(task_of(after))
        if before is not None:
            names.add(task_of(before))
    # What a step began with is what a run was before, or what the step before it ended with.
    names.update([task_of(step.after) for step in folded.steps.values()])
    if not names:
        return []
    tasks = _load(connection, sorted(names))
    declaring.declare_by_events(connection, new, now_ns)
    watched = watching.load(connection, names)
    _note_loose(tasks, loose)
    _note_runs(connection, tasks, folded.changes.values())
    standings = _standings(connection, tasks, folded)
    walk = Walk(standings, folded, lambda name: _last_besides(connection, name, folded.changes))
    moves = walk.through(new)
    for standing in standings.values():
        standing.last = _as_it_is_now(standing.last, folded)
    for task in tasks.values():
        task.version = max(task.version + 1, now_ns)
    _store(connection, tasks, standings, watched)
    changes = [_moved(move) for move in moves if move.name not in watched]
    if watched:
        of_watched = [move for move in moves if move.name in watched]
        seen = [move for move in of_watched if not move.aside]
        settled = watching.settle(connection, watched, now_ns, seen, _causes(new, folded, loose))
        changes += [*settled, *_unseen(of_watched, settled, watched, now_ns)]
    changing.record(connection, changes, now_ns)
    if watched:
        lookingagain.ask(connection, new, folded, standings, watched, now_ns)
    told = [_version(name, task, standings[name]) for name, task in tasks.items() if name not in watched]
    return [*told, *(versions_of(connection, sorted(watched)) if watched else ())]


def _causes(new: Sequence[Event], folded: Folded, loose: Sequence[Event]) -> dict[Name, str]:
    """Return the last of these events of each task."""
    said = {id(event) for event in loose}
    causes: dict[Name, str] = {}
    for event in new:
        if event.run and event.run in folded.changes:
            causes[task_of(folded.changes[event.run].after)] = event.id
        elif id(event) in said:
            causes[event.host, event.task] = event.id
    return causes


def _unseen(
    moves: Iterable[Move], settled: Iterable[changing.Moved], watched: Mapping[Name, watching.Watched], now_ns: int
) -> Iterable[changing.Moved]:
    """Return the ends of runs that what is shown of their watched tasks passes over. Of a paused task nobody wants to hear."""
    shown = {(one.host, one.task, one.run, one.after) for one in settled}
    for move in moves:
        is_end = move.run is not None and move.after in ENDS
        is_paused = now_ns < (watched[move.name].paused_until or 0)
        if is_end and not is_paused and (*move.name, move.run, move.after) not in shown:
            yield _moved(move._replace(aside=True))


def _store(
    connection: sa.Connection,
    tasks: Mapping[Name, _Task],
    standings: Mapping[Name, Standing],
    watched: Container[Name],
) -> None:
    new, known = list[tuple[object, ...]](), list[tuple[object, ...]]()
    gone, dropped, added = [], [], []
    for name, task in tasks.items():
        run = standings[name].last
        is_gone = _is_gone(task, run) and name not in watched
        tags = [] if is_gone else _tags(task, run)
        dropped += [(*name, tag) for tag in task.tags if tag not in tags]
        added += [(*name, tag) for tag in tags if tag not in task.tags]
        if is_gone:
            gone.append(name)
            continue
        (new if task.is_new else known).append(_row(name, task, standings[name], tags))
    statements.put_tasks(connection, new, known)
    statements.drop_tasks(connection, gone)
    statements.change_task_tags(connection, dropped, added)


def _is_gone(task: _Task, run: Summary | None) -> bool:
    return run is None and task.loose_first_at is None


def _version(name: Name, task: _Task, standing: Standing) -> Version:
    run = standing.last
    if _is_gone(task, run):
        return Version(*name, task.version, None)
    shown = Run(*task_of(run), reason.of_run(run), run) if run else None
    tags = _tags(task, run)
    since = _since(task, standing) or 0
    now = Task(*name, standing.state, since, task.last_event_at, _why(standing), tags, task.running, shown)
    return Version(*name, task.version, now)


def _tags(task: _Task, run: Summary | None) -> list[str]:
    return tagging.together(run.tags if run else task.loose_tags, task.given_tags)


def _load(connection: sa.Connection, names: list[Name]) -> dict[Name, _Task]:
    tasks = {name: _Task() for name in names}
    for host, task, state, last_event_at, running, tags, loose, given, *others in statements.tasks(connection, names):
        by_whom = (rows.read_tags(tags), rows.read_tags(loose), rows.read_tags(given) if given else [])
        tasks[host, task] = _Task(state, last_event_at, running, *by_whom, *others)
        tasks[host, task].is_new = False
    for name, names_given in tagging.of_new(connection, [name for name in names if tasks[name].is_new]).items():
        tasks[name].given_tags = names_given
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


def _standings(connection: sa.Connection, tasks: Mapping[Name, _Task], folded: Folded) -> dict[Name, Standing]:
    """Return what decides each task's state, as it was before the batch."""
    known = {rows.key_of_run(run): change.before for run, change in folded.changes.items()}
    others = [task.last_run for task in tasks.values() if task.last_run and task.last_run not in known]
    known.update((key, read_summary(text)) for key, text in statements.runs(connection, others))
    return {
        name: Standing(
            task.state,
            known[task.last_run] if task.last_run else None,
            _read_verdict(task.verdict) if task.verdict else None,
        )
        for name, task in tasks.items()
    }


def _last_besides(connection: sa.Connection, name: Name, changes: Mapping[str, Change]) -> Summary | None:
    for key in statements.last_runs(connection, name, len(changes) + 1):
        if rows.id_of(key) not in changes:
            return next((read_summary(text) for _, text in statements.runs(connection, [key])), None)
    return None


def _as_it_is_now(last: Summary | None, folded: Folded) -> Summary | None:
    change = folded.changes.get(last.run) if last else None
    return change.after if change else last


def _moved(move: Move) -> changing.Moved:
    return changing.Moved(*move.name, move.before, move.after, move.reason, move.run, move.event, move.aside)


def _row(name: Name, task: _Task, standing: Standing, tags: list[str]) -> tuple[object, ...]:
    run = standing.last
    return (
        *name,
        standing.state,
        _since(task, standing),
        task.last_event_at,
        _why(standing),
        task.running,
        rows.key_of_run(run.run) if run else None,
        rows.json_text(tags),
        rows.json_text(task.loose_tags),
        task.loose_first_at,
        task.loose_last_at,
        rows.json_text(standing.verdict) if standing.verdict else None,
        task.version,
        rows.json_text(task.given_tags) if task.given_tags else None,  # of a new one; else what is there stays
    )


def _since(task: _Task, standing: Standing) -> int | None:
    if word := standing.deciding:
        return word.time
    run = standing.last
    if run is None:
        # Of a watched task of which only the wrong things were said nothing is left but the watch.
        return task.loose_first_at if task.loose_first_at is not None else task.last_event_at
    return run.ended_at or run.begin.time


def _why(standing: Standing) -> str:
    if word := standing.deciding:
        return word.reason
    return reason.of_run(standing.last) if standing.last else ""
