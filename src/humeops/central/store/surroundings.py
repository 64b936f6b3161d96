# SPDX-License-Identifier: MIT
"""What matters for alerts beside themselves, asked for many at once: tags, silent hosts, what stands above, skewed clocks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import sqlalchemy as sa

from humeops.central.alerts import dependence
from humeops.central.alerts.book import Book, keeps_quiet
from humeops.central.alerts.course import Alert
from humeops.central.store import people, rows, tables
from humeops.central.store.driver import Pair
from humeops.filters.facts import Facts

_task = tables.task
_agent = tables.agent
_run = tables.run
_DOWN = ("failed", "lost", "late", "overdue", "unknown")
Tags: TypeAlias = Mapping[Pair, Sequence[str]]
_tags = msgspec.json.Decoder(list[str]).decode


class Place(NamedTuple):
    """A task or a host that is asked about, with the run its trouble is of."""

    host: str
    task: str
    run: str = ""


class Surroundings(NamedTuple):
    """What was found: tags of tasks and hosts, who took what, what is down above what."""

    tags: Tags
    taken: Mapping[Pair, str]
    above: Mapping[Pair, str]


def facts_of(host: str, task: str, state: str, reason: str, tags: Sequence[str]) -> Facts:
    """Return what a filter of the book looks at. A host is looked at as a task without a name."""
    return Facts(host=host, task=task, tag=tags, state=state if task else "unknown", texts=(host, task, reason))


def seen(alert: Alert, tags: Tags) -> Facts:
    """Return what a filter of the book looks at of an alert."""
    return facts_of(alert.host, alert.task, alert.trouble, alert.reason, tags.get((alert.host, alert.task), ()))


def tags(connection: sa.Connection, names: Iterable[Pair]) -> dict[Pair, Sequence[str]]:
    """Return the tags of tasks; a host has those of all its tasks."""
    wanted = sorted(set(names))
    query = sa.select(_task.c.host, _task.c.task, _task.c.tags).where(sa.tuple_(_task.c.host, _task.c.task).in_(wanted))
    found: dict[Pair, Sequence[str]] = {}
    if any(task for _, task in wanted):
        found.update({(host, task): _tags(text) for host, task, text in connection.execute(query)})
    hosts = [host for host, task in wanted if host and not task]
    if hosts:
        tag = tables.task_tag
        of_hosts = sa.select(tag.c.host, tag.c.tag).where(tag.c.host.in_(hosts)).distinct()
        for host, name in connection.execute(of_hosts):
            found[host, ""] = [*found.get((host, ""), ()), name]
    return found


def tasks_of(connection: sa.Connection, hosts: Iterable[str]) -> dict[str, list[Facts]]:
    """Return what filters look at of every task of these hosts."""
    wanted = sorted(set(hosts))
    query = sa.select(_task.c.host, _task.c.task, _task.c.tags, _task.c.state, _task.c.reason)
    found: dict[str, list[Facts]] = {}
    for host, task, text, state, reason in connection.execute(query.where(_task.c.host.in_(wanted))) if wanted else ():
        found.setdefault(host, []).append(facts_of(host, task, state, reason, _tags(text)))
    return found


def around(connection: sa.Connection, places: Sequence[Place], book: Book) -> Surroundings:
    """Return all that matters at the moment of telling of these."""
    names = [(one.host, one.task) for one in places]
    known = tags(connection, names)
    taken = {name: who.author for name, who in people.taken(connection, names).items()}
    return Surroundings(known, taken, _above(connection, places, book, known))


def skews(connection: sa.Connection, hosts: Iterable[str]) -> dict[str, int]:
    """Return by how much the clocks of these hosts are behind central's, where they are; ns."""
    wanted = sorted(set(hosts))
    query = sa.select(_agent.c.host, _agent.c.skew).where(_agent.c.host.in_(wanted), _agent.c.skew > 0)
    return {row.host: row.skew for row in connection.execute(query)} if wanted else {}


def _above(connection: sa.Connection, places: Sequence[Place], book: Book, known: Tags) -> dict[Pair, str]:
    found: dict[Pair, str] = {}
    for host in _silent(connection, {one.host for one in places if one.task}):
        found.update({(one.host, one.task): f"{host} is silent" for one in places if one.host == host and one.task})
    found.update(_failed_parents(connection, places))
    found.update(_down_by_book(connection, places, book, known))
    return found


def _silent(connection: sa.Connection, hosts: set[str]) -> list[str]:
    """Return which of these say nothing at all. Where only the watchdog went quiet, what humed still tells is worth telling."""
    query = sa.select(_agent.c.host).where(
        _agent.c.host.in_(sorted(hosts)), _agent.c.silent_since >= sa.func.coalesce(_agent.c.last_seen_at, 0)
    )
    return list(connection.execute(query).scalars()) if hosts else []


def _failed_parents(connection: sa.Connection, places: Sequence[Place]) -> dict[Pair, str]:
    by_run = {rows.key_of(one.run): (one.host, one.task) for one in places if one.run}
    if not by_run:
        return {}
    parent = _run.alias("parent")
    query = (
        sa.select(_run.c.id, parent.c.host, parent.c.task, parent.c.state)
        .join(parent, parent.c.id == _run.c.parent)
        .where(_run.c.id.in_(list(by_run)), parent.c.state.in_(("failed", "lost")))
    )
    found = connection.execute(query)
    return {by_run[key]: f"the run of {host}:{task} it is part of is {state}" for key, host, task, state in found}


def _down_by_book(connection: sa.Connection, places: Sequence[Place], book: Book, known: Tags) -> dict[Pair, str]:
    down = _down(connection, sorted({parent.place for parent in book.parent})) if book.parent else {}
    if not down:
        return {}
    names = list(dict.fromkeys([*((one.host, one.task) for one in places), *down]))
    tags_of = {**tags(connection, down), **known}
    within = tasks_of(connection, {host for host, task in names if not task})
    above: dict[Pair, list[Pair]] = {}
    for name in names:
        seen = facts_of(*name, "", "", tags_of.get(name, ()))
        members = within.get(name[0], ())
        holding = [one.place for one in book.parent if one.place in down and keeps_quiet(one.when, seen, members)]
        # What a host carries is unknown because the host is silent: that says nothing of the host.
        above[name] = [one for one in holding if one != name and (name[1] or one[0] != name[0])]
        if name[1] and down.get((name[0], "")):
            above[name].append((name[0], ""))
    held = dependence.held(above, {name for name, state in down.items() if state == "unknown"})
    return {name: f"{':'.join(filter(None, by[0]))} is {down[by[0]]}" for name, by in held.items() if by}


def _down(connection: sa.Connection, wanted: Sequence[Pair]) -> dict[Pair, str]:
    """Return which of these, and of their hosts, are down, and how."""
    key = sa.tuple_(_task.c.host, _task.c.task)
    states = sa.select(_task.c.host, _task.c.task, _task.c.state).where(key.in_(wanted), _task.c.state.in_(_DOWN))
    down = {(host, task): state for host, task, state in connection.execute(states)}
    return down | {(host, ""): "silent" for host in _silent(connection, {host for host, _ in wanted})}
