# SPDX-License-Identifier: MIT
"""Tags that people give to a task, beside those that its script says: a task has both, wherever its tags count.

What was given, by whom and when stands in `about`; the names alone stand with the task, too, so that intake, which reads the
task anyway, asks no further question. A task that is forgotten and comes back is new: for it alone `about` is asked.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.fold import MAX_TAGS_OF_RUN
from humeops.central.store import rows, statements, tables
from humeops.central.store.driver import Pair
from humeops.central.store.questions import runs
from humeops.event import MAX_TAGS

MOST = MAX_TAGS  # as many as an event may have; well below MAX_TAGS_OF_RUN, so that no given one is ever cut

_task = tables.task


class Given(NamedTuple):
    """A tag that somebody gave."""

    tag: str
    author: str
    at: int


class Change(NamedTuple):
    """Tags to give, and those to take back; None: all that are not given."""

    given: Sequence[str] = ()
    taken: Collection[str] | None = ()


_read = msgspec.json.Decoder(list[Given]).decode


def read(text: str | None) -> list[Given]:
    """Return the tags that a row of `about` holds."""
    return _read(text) if text else []


def pack(given: Sequence[Given]) -> str | None:
    """Return them as a row of `about` holds them."""
    return rows.json_text(given) if given else None


def renewed(before: Iterable[Given], change: Change, author: str, at: int) -> list[Given]:
    """Return the tags there are then, in their order: one that was there stays the word of whoever gave it first."""
    known = {one.tag: one for one in before}
    kept = set() if change.taken is None else known.keys() - set(change.taken)
    return [known.get(name) or Given(name, author, at) for name in sorted(kept | set(change.given))]


def together(said: list[str], given: Collection[str]) -> list[str]:
    """Return the tags of a task, sorted, no more than a run may have; what people gave is never what is cut."""
    if not given:
        return said
    others = [tag for tag in said if tag not in given]
    return sorted([*given, *others[: MAX_TAGS_OF_RUN - len(given)]])


def of_new(connection: sa.Connection, names: list[Pair]) -> dict[Pair, list[str]]:
    """Return what was given to tasks that are made now, when they were there before."""
    found = statements.given_tags(connection, names)
    return {(host, task): [one.tag for one in read(text)] for host, task, text in found}


def bring_back(connection: sa.Connection, names: Sequence[Pair], now_ns: int) -> None:
    """Have those of these tasks, whose rows the caller has locked, that were made anew carry what was given to them before."""
    query = sa.select(_task.c.host, _task.c.task).where(
        sa.tuple_(_task.c.host, _task.c.task).in_(names), _task.c.given_tags.is_(None)
    )
    bare = [(host, task) for host, task in connection.execute(query)] if names else []
    for name, given in of_new(connection, bare).items():
        show(connection, name, given, now_ns)


def show(connection: sa.Connection, name: Pair, given: list[str], now_ns: int) -> None:
    """Have the task, whose row the caller has locked, carry these beside what its script said."""
    here = (_task.c.host == name[0], _task.c.task == name[1])
    row = connection.execute(sa.select(_task).where(*here)).one()
    # Not locked, since intake locks runs before tasks: a batch under way reads, after us, what we write here.
    last = runs.by_keys(connection, [row.last_run]) if row.last_run else {}
    said = last[row.last_run].summary.tags if row.last_run in last else rows.read_tags(row.loose_tags)
    before, tags = rows.read_tags(row.tags), together(said, given)
    values = {
        "tags": rows.json_text(tags),
        "given_tags": rows.json_text(given) if given else None,
        "version": max(row.version + 1, now_ns),
    }
    connection.execute(sa.update(_task).where(*here).values(values))
    dropped = [(*name, tag) for tag in before if tag not in tags]
    statements.change_task_tags(connection, dropped, [(*name, tag) for tag in tags if tag not in before])
