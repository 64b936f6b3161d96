# SPDX-License-Identifier: MIT
"""Keeps what is usual for each task: the facts of its last good runs, brought up to date when a run ends or changes.

A function of the set of runs, like all that central keeps: the last usual.KEPT runs that ended well, by (began, id). Mostly
a run joins them or takes its own place again. Only where one leaves a full list, an older run may have to come back, and
where nothing was learnt yet, all of them are looked up: both by index. The row of the task is held by this transaction
already (see tasking), so two that learn of one task come one after the other.
"""

from collections.abc import Mapping, Sequence

import msgspec
import sqlalchemy as sa

from humeops.central import usual
from humeops.central.fold import Said, Summary
from humeops.central.store import marking, rows, statements
from humeops.central.store.moving import Name
from humeops.central.store.running import Change, read_summary, task_of
from humeops.central.usual import GoodRun

read_runs = msgspec.json.Decoder(list[GoodRun]).decode


def learn(connection: sa.Connection, changes: Mapping[str, Change], marks: marking.Marks) -> None:
    """Take over the facts of the runs that ended well, and forget those of runs that proved not to have.

    `marks` are those that came with the changes: of a run that is new, all there are.
    """
    touched = [change for change in changes.values() if _is_good(change.before) or _is_good(change.after)]
    if not touched:
        return
    names = sorted({task_of(summary) for change in touched for summary in change if summary and _is_good(summary)})
    known = {(host, task): read_runs(text) for host, task, text in statements.usual_runs(connection, names)}
    facts = {run: _new_facts(change.after, marks) for run, change in changes.items() if _is_new_and_good(change)}
    facts |= _facts(connection, [after for before, after in touched if before is not None and _is_good(after)])
    # What leaves goes first: whether an older run has to come back is told by the lists as they were.
    for change in touched:
        _forget(known, change)
    for change in touched:
        if change.after.run in facts and task_of(change.after) in known:
            known[task_of(change.after)].append(facts[change.after.run])
    made = {name: usual.latest(known[name]) if name in known else _look_up(connection, name) for name in names}
    statements.put_usual_runs(connection, [(*name, rows.json_text(runs)) for name, runs in made.items() if runs])
    statements.drop_usual_runs(connection, [name for name, runs in made.items() if not runs])


def forget(connection: sa.Connection, gone: Mapping[Name, set[str]]) -> None:
    """Learn again, of the runs that are left, what was learnt of these. Their tasks' rows are held by this transaction."""
    found = statements.usual_runs(connection, sorted(gone))
    known = {(host, task): read_runs(text) for host, task, text in found}
    stale = [name for name, runs in known.items() if any(run.run in gone[name] for run in runs)]
    made = {name: _look_up(connection, name) for name in stale}
    statements.put_usual_runs(connection, [(*name, rows.json_text(runs)) for name, runs in made.items() if runs])
    statements.drop_usual_runs(connection, [name for name, runs in made.items() if not runs])


def _is_new_and_good(change: Change) -> bool:
    return change.before is None and _is_good(change.after)


def _new_facts(summary: Summary, marks: marking.Marks) -> GoodRun:
    flags = marks.flags_of(summary.run, usual.MOST_STRETCHES) if summary.flag else ()
    return usual.good_run(summary, flags, marks.numbers_of(summary.run))


def _is_good(summary: Summary | None) -> bool:
    return summary is not None and summary.state == "ok"


def _forget(known: dict[Name, list[GoodRun]], change: Change) -> None:
    """Take a run out of what is known of its task; what then has to be looked up is no longer known."""
    before, after = change
    if before is None or not _is_good(before) or task_of(before) not in known:
        return
    name = task_of(before)
    kept = [run for run in known[name] if run.run != before.run]
    stays = _is_good(after) and (task_of(after), after.begun) == (name, before.begun)
    if stays or len(known[name]) < usual.KEPT:
        known[name] = kept
    elif len(kept) < len(known[name]):
        del known[name]


def _look_up(connection: sa.Connection, name: Name) -> list[GoodRun]:
    found = [read_summary(text) for text in statements.good_runs(connection, name, usual.KEPT)]
    return list(_facts(connection, found).values())


def _facts(connection: sa.Connection, summaries: Sequence[Summary]) -> dict[str, GoodRun]:
    if not summaries:
        return {}
    flags = _flags(connection, [rows.key_of_run(summary.run) for summary in summaries if summary.flag])
    data: dict[bytes, dict[str, float]] = {}
    for run, key, value in statements.run_data(connection, [rows.key_of_run(summary.run) for summary in summaries]):
        data.setdefault(run, {})[key] = value
    found = {}
    for summary in summaries:
        key = rows.key_of_run(summary.run)
        found[summary.run] = usual.good_run(summary, flags.get(key, ()), data.get(key, {}))
    return found


def _flags(connection: sa.Connection, keys: list[bytes]) -> dict[bytes, list[Said]]:
    found: dict[bytes, list[Said]] = {}
    for run, *mark in statements.run_flags(connection, keys) if keys else ():
        found.setdefault(run, []).append(marking.read_flag(*mark))
    return found
