# SPDX-License-Identifier: MIT
"""Folds new events into the runs they belong to: one read and one write for all runs of a batch."""

from collections.abc import Iterable
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


def task_of(summary: fold.Summary) -> tuple[str, str]:
    """Return the (host, task) that a run belongs to: where it began."""
    return summary.begin.host, summary.begin.task or NAMELESS


def fold_into_runs(connection: sa.Connection, new: Iterable[Event]) -> dict[str, Change]:
    """Fold these events, each new, into their runs, store these, and return how they changed."""
    of_run: dict[str, list[Event]] = {}
    for event in new:
        if event.run:
            of_run.setdefault(event.run, []).append(event)
    changes = {run: Change(None, fold.summarise(run, events)) for run, events in of_run.items()}
    known = statements.runs(connection, [rows.key_of(run) for run in of_run])
    for before in (read_summary(text) for _, text in known):
        changes[before.run] = Change(before, fold.merge(before, changes[before.run].after))
    statements.put_runs(connection, [_row(change.after) for change in changes.values()])
    statements.add_run_tags(connection, [pair for change in changes.values() for pair in _new_tags(change)])
    return changes


def _row(summary: fold.Summary) -> tuple[object, ...]:
    host, task = task_of(summary)
    return (
        rows.key_of(summary.run),
        summary.run[-8:],
        host,
        task,
        summary.state,
        summary.begin.time,
        summary.ended_at,
        summary.duration,
        summary.last_event_at,
        reason.of_run(summary),
        rows.json_text(summary),
    )


def _new_tags(change: Change) -> list[tuple[bytes, str]]:
    # Tags beyond the limit of a run are not indexed; one that the limit later pushes out stays indexed, harmlessly.
    known = change.before.tags if change.before else []
    key = rows.key_of(change.after.run)
    return [(key, tag) for tag in change.after.tags if tag not in known]
