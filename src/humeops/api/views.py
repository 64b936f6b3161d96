# SPDX-License-Identifier: MIT
"""From what is stored to what is shown: rows become the types of schemas. Pure."""

from typing import Any, cast

import msgspec

from humeops.api import schemas
from humeops.central.fold import Said, Summary, elapsed
from humeops.central.store import people, rows
from humeops.central.store.purposes import Purpose
from humeops.central.store.questions import agents, data, runs, scripts, tasks, watches
from humeops.central.watches.merging import Word
from humeops.event import LEVELS, Origin, is_number


def run_view(run: runs.Run) -> schemas.RunView:
    """Return one run as shown."""
    summary, start = run.summary, run.summary.start
    return schemas.RunView(
        id=summary.run,
        short=summary.run[-8:],
        host=run.host,
        task=run.task,
        state=summary.state,
        started_at=summary.begin.time,
        ended_at=summary.ended_at,
        duration=summary.duration,
        status=summary.stop.status if summary.stop else None,
        reason=run.reason,
        message=start.message if start else "",
        tags=summary.tags,
        last_flag=summary.flag.flag if summary.flag else "",
        last_event_at=summary.last_event_at or None,
        events=summary.events,
        levels=summary.levels,
        uid=summary.begin.uid,
        script=summary.begin.script,
        parent=summary.parent,
        signal=summary.stop.rare.signal if summary.stop else None,
        progress=summary.progress.rare.progress if summary.progress else None,
    )


def task_view(task: tasks.Task, taken: people.Taken | None = None) -> schemas.TaskView:
    """Return one task as shown; `taken` tells who has its trouble in hand."""
    return schemas.TaskView(
        host=task.host,
        task=task.task,
        state=cast(schemas.TaskState, task.state),
        since=task.since,
        last_event_at=task.last_event_at,
        reason=task.reason,
        tags=task.tags,
        last_run=run_view(task.last_run) if task.last_run else None,
        running=task.running,
        expected_at=task.expected_at,
        notice=task.notice,
        taken=schemas.TakenView(taken.author, taken.at) if taken else None,
    )


def script_view(script: scripts.Script, now_ns: int) -> schemas.ScriptView:
    """Return one script as shown."""
    return msgspec.convert({**script._asdict(), "marks": script.marks(now_ns)}, schemas.ScriptView)


def watch_view(watch: watches.Watch) -> schemas.WatchView:
    """Return one watch as shown."""
    words = {name: _word_view(word) for name, word in watch.words.items()}
    return schemas.WatchView(**{**watch._asdict(), "words": words})


def _word_view(word: Word) -> schemas.WordView:
    kind = word.source.partition(" ")[0]
    return schemas.WordView(kind, word.maker, word.at)  # type: ignore[arg-type]


def event_view(row: Any, run: Summary | None = None) -> schemas.EventView:
    """Return one event as shown; `run` is given inside a timeline."""
    rest = rows.read_rest(row.rest) if row.rest else rows.Rest()
    origin = rest.origin or Origin()
    return schemas.EventView(
        id=rows.id_of(row.id),
        time=row.time,
        received_at=row.received_at,
        host=row.host,
        kind=row.kind,
        level=LEVELS[row.level],
        task=row.task,
        run=rows.id_of(row.run) if row.run else None,
        at=elapsed(run.begin, _moment(row)) if run else None,
        message=row.message,
        tags=rows.read_tags(row.tags) if row.tags else [],
        data=rest.data,
        unit=rest.unit if any(map(is_number, rest.data.values())) else "",
        ttl=rest.ttl,
        flag=rest.flag,
        progress=rest.progress,
        status=rest.status,
        outcome=rest.outcome,
        cut=rest.cut,
        uid=origin.uid,
        line=origin.line,
        script=origin.script,
        file=origin.file,
        function=origin.function,
        command=origin.command,
        signal=rest.signal,
        link=rows.id_of(row.link) if row.link else None,
    )


def note_view(note: people.Note) -> schemas.NoteView:
    """Return a note as shown."""
    return schemas.NoteView(note.id, note.at, note.author, note.kind, note.host, note.task, note.text, note.run)


def about_view(said: people.About | None, purpose: Purpose) -> schemas.AboutView:
    """Return what a task is for, as shown."""
    tags = [schemas.GivenTagView(*one) for one in said.tags] if said else []
    words = {member: _word_view(word) for member, word in purpose.words.items()}
    at, author = (said.at, said.author) if said else (None, "")
    return schemas.AboutView(at, author, purpose.owner, purpose.description, purpose.runbook, words, tags)


def datum_view(datum: data.Datum) -> schemas.DatumView:
    """Return one piece of shared data as shown."""
    return schemas.DatumView(*datum)


def agent_view(agent: agents.Agent) -> schemas.AgentView:
    """Return one agent as shown."""
    return schemas.AgentView(
        host=agent.host,
        created_at=agent.created_at,
        last_seen_at=agent.last_seen_at,
        skew=agent.skew,
        declared_lost=sum(epoch.declared_lost for epoch in agent.epochs),
        silently_lost=sum(epoch.silently_lost for epoch in agent.epochs),
        loss_at=agent.loss_at,
        loss_cause=agent.loss_cause,
        shared_at=agent.shared_at,
        shared_by=[schemas.SharerView(*one) for one in agent.shared_by],
        epochs=[schemas.EpochView(*epoch) for epoch in agent.epochs],
        health=_health(agent),
        silent_since=agent.silent_since,
        certificate=agent.certificate,
        revoked_at=agent.revoked_at,
    )


def _health(agent: agents.Agent) -> schemas.HealthView | None:
    if agent.health is None or agent.health_at is None:
        return None
    return schemas.HealthView(at=agent.health_at, **msgspec.structs.asdict(agent.health))


def _moment(row: Any) -> Said:
    return Said(row.boot, row.mono, "", row.time, row.host, row.task)
