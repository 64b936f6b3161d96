# SPDX-License-Identifier: MIT
"""Folds new events into the runs they belong to: one read and one write for all runs of a batch.

A batch is a matter of transport, so what a run was on the way counts too: `Folded.steps` has a run as it was before and
after each event that may have changed its state, as if each event had come alone. What lies between two of these is
folded together, since folding is what costs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central import fold, reason
from humeops.central.store import rows, statements
from humeops.event import Event

NAMELESS = "-"  # the task of a run whose events name none; humed always names one

read_summary = msgspec.json.Decoder(fold.Summary).decode


class Change(NamedTuple):
    """A run before and after a batch; `before` is None for one that was not known."""

    before: fold.Summary | None
    after: fold.Summary


class Folded(NamedTuple):
    """What became of the runs of a batch: by run, in all; and by event, one after the other."""

    changes: dict[str, Change]
    steps: dict[str, Change]
    ahead: Mapping[str, int]  # when those events were received whose time was yet to come then


def task_of(summary: fold.Summary) -> tuple[str, str]:
    """Return the (host, task) that a run belongs to: where it began."""
    begin = summary.start or summary.first
    return begin.host, begin.task or NAMELESS


def fold_into_runs(connection: sa.Connection, new: Sequence[Event], ahead: Mapping[str, int]) -> Folded:
    """Fold these events, each new, into their runs in the order they came, store these, and return how they changed."""
    keys = list(map(rows.key_of_run, dict.fromkeys(event.run for event in new if event.run)))
    known = {run.run: run for run in (read_summary(text) for _, text in statements.runs(connection, keys))}
    now, steps = _step_by_step(known, new, ahead)
    changes = {run: Change(known.get(run), after) for run, after in now.items()}
    statements.put_runs(
        connection,
        [_row(change.after) for change in changes.values() if change.before is None],
        [_row(change.after) for change in changes.values() if change.before is not None],
    )
    statements.add_run_tags(connection, [pair for change in changes.values() for pair in _new_tags(change)])
    return Folded(changes, steps, ahead)


def _step_by_step(
    known: Mapping[str, fold.Summary], new: Iterable[Event], ahead: Mapping[str, int]
) -> tuple[dict[str, fold.Summary], dict[str, Change]]:
    now = dict(known)
    steps: dict[str, Change] = {}
    waiting: dict[str, list[Event]] = {}
    for event in new:
        run = event.run
        if run is None:
            continue
        before = now.get(run)
        if not fold.may_move(before, event):
            waiting.setdefault(run, []).append(event)
            continue
        now[run] = after = _folded(before, run, [*waiting.pop(run, ()), event], ahead)
        steps[event.id] = Change(before, after)
    for run, rest in waiting.items():
        now[run] = _folded(now[run], run, rest, ahead)
    return now, steps


def _folded(before: fold.Summary | None, run: str, events: Iterable[Event], ahead: Mapping[str, int]) -> fold.Summary:
    after = fold.summarise(run, events, ahead)
    return fold.merge(before, after) if before else after


def _row(summary: fold.Summary) -> tuple[object, ...]:
    host, task = task_of(summary)
    return (
        rows.key_of_run(summary.run),
        summary.run[-8:],
        host,
        task,
        summary.state,
        summary.begin.sorts_at,
        summary.ended_at,
        summary.duration,
        summary.last_event_at,
        reason.of_run(summary),
        rows.json_text(summary),
        rows.key_of(summary.parent) if summary.parent else None,
    )


def _new_tags(change: Change) -> list[tuple[bytes, str]]:
    # Tags beyond the limit of a run are not indexed; one that the limit later pushes out stays indexed, harmlessly.
    known = change.before.tags if change.before else []
    key = rows.key_of_run(change.after.run)
    return [(key, tag) for tag in change.after.tags if tag not in known]
