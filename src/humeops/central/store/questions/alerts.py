# SPDX-License-Identifier: MIT
"""Alerts and what was told of them, as people ask for them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.alerts import telling
from humeops.central.alerts.telling import Telling
from humeops.central.notify.message import Message
from humeops.central.store import alertrows, cursor, filtering, matching, scoping, tables
from humeops.central.store.alertrows import Stored
from humeops.central.store.questions import tellings
from humeops.central.store.questions.page import Page, cut
from humeops.central.store.rows import Int64
from humeops.filters.tree import EVERYTHING, Node

_alert = tables.alert
_entry = tables.alert_entry
_notification = tables.notification
_read_message = msgspec.json.Decoder(Message).decode

# What people call an alert, as conditions: an open one that somebody took, or that is silenced, is not just open.
_STATES = {
    "waiting": (_alert.c.state == "waiting",),
    "open": (_alert.c.state == "open", _alert.c.taken_by == "", _alert.c.silenced_until.is_(None)),
    "taken": (_alert.c.state == "open", _alert.c.taken_by != ""),
    "silenced": (_alert.c.state == "open", _alert.c.taken_by == "", _alert.c.silenced_until.is_not(None)),
    "closed": (_alert.c.state == "closed",),
}
STATES = tuple(_STATES)
_ASKED = filtering.Asked(
    {
        "host": filtering.names(_alert.c.host),
        "task": filtering.names(_alert.c.task),
        "tag": scoping.tags(_alert.c.host, _alert.c.task),
        "state": filtering.states(_alert.c.trouble),
        "since": lambda match: _alert.c.since >= filtering.moment(match),
        "until": lambda match: _alert.c.since < filtering.moment(match),
    },
    filtering.contained(_alert.c.host, _alert.c.task, _alert.c.taken_by),
)


class Filter(NamedTuple):
    """Which alerts; empty means all."""

    host: str = ""
    task: str = ""
    states: Sequence[str] = ()
    also: Node = EVERYTHING  # a filter that has to hold, too, its moments settled
    within: Node = EVERYTHING  # and of these tasks alone


class Entry(NamedTuple):
    """A line of an alert's history."""

    at: int
    what: str
    text: str


class Notification(NamedTuple):
    """What was, or is to be, told."""

    id: int
    channel: str
    at: int
    message: Message
    state: str
    due: int | None
    attempts: int
    sent_at: int | None
    error: str


def find(connection: sa.Connection, wanted: Filter, limit: int, after: str | None) -> Page[Stored]:
    """Return a page of alerts, the newest first."""
    query = sa.select(_alert).where(*_within(wanted.within), *filtering.conditions(wanted.also, _ASKED))
    query = query.where(*matching.like_globs((_alert.c.host, wanted.host), (_alert.c.task, wanted.task)))
    if wanted.states:
        query = query.where(sa.or_(*(sa.and_(*_STATES[state]) for state in wanted.states)))
    if after is not None:
        (last,) = cursor.unpack(after, tuple[Int64])
        query = query.where(_alert.c.id < last)
    found = connection.execute(query.order_by(_alert.c.id.desc()).limit(limit + 1)).all()
    return cut([alertrows.read(row) for row in found], limit, lambda one: cursor.pack(one.id))


def counts(connection: sa.Connection, within: Node = EVERYTHING) -> dict[str, int]:
    """Return how many alerts are in each state that is not closed."""
    columns = [sa.func.count().filter(sa.and_(*_STATES[name])).label(name) for name in STATES if name != "closed"]
    row = connection.execute(sa.select(*columns).where(_alert.c.state != "closed", *_within(within))).one()
    return dict(row._mapping)  # noqa: SLF001 - the way SQLAlchemy documents


def by_id(connection: sa.Connection, number: int, within: Node = EVERYTHING) -> Stored | None:
    """Return the alert of this number, if it is within."""
    query = sa.select(_alert).where(_alert.c.id == number, *_within(within))
    row = connection.execute(query).one_or_none()
    return alertrows.read(row) if row else None


def _within(node: Node) -> list[sa.ColumnElement[bool]]:
    return scoping.of_task(node, _alert.c.host, _alert.c.task)


def entries(connection: sa.Connection, number: int, limit: int) -> list[Entry]:
    """Return the history of an alert, in its order; of what was told, what became of it."""
    query = sa.select(_entry.c.at, _entry.c.what, _entry.c.text).where(_entry.c.alert == number)
    found = [Entry(*row) for row in connection.execute(query.order_by(_entry.c.id).limit(limit))]
    alert = alertrows.by_ids(connection, [number]).get(number)
    moments = [one.at for one in found if one.what in tellings.TELLING]
    told = tellings.of_moments(connection, (alert.host, alert.task), moments) if alert else {}
    return [_with_fates(one, told.get(one.at, ())) for one in found]


def _with_fates(one: Entry, told: Sequence[Telling]) -> Entry:
    if one.what not in tellings.TELLING or not told:
        return one
    kind = [one.text.partition(" to ")[0]] if one.what == "told" else []
    return one._replace(text=": ".join([*kind, "; ".join(map(telling.words, told))]))


def notifications(
    connection: sa.Connection, channel: str, state: str, limit: int, after: str | None
) -> Page[Notification]:
    """Return a page of what was told, the newest first."""
    query = sa.select(_notification)
    if channel:
        query = query.where(_notification.c.channel == channel)
    if state:
        query = query.where(_notification.c.state == state)
    if after is not None:
        (last,) = cursor.unpack(after, tuple[Int64])
        query = query.where(_notification.c.id < last)
    found = connection.execute(query.order_by(_notification.c.id.desc()).limit(limit + 1)).all()
    return cut([_notified(row) for row in found], limit, lambda one: cursor.pack(one.id))


def notification(connection: sa.Connection, number: int) -> Notification | None:
    """Return one of them."""
    row = connection.execute(sa.select(_notification).where(_notification.c.id == number)).one_or_none()
    return _notified(row) if row else None


def waiting(connection: sa.Connection) -> dict[str, int]:
    """Return how many messages wait for which channel."""
    query = sa.select(_notification.c.channel, sa.func.count()).where(_notification.c.state == "waiting")
    return {row[0]: row[1] for row in connection.execute(query.group_by(_notification.c.channel))}


def _notified(row: sa.Row[Any]) -> Notification:
    message = _read_message(row.message)
    return Notification(row.id, row.channel, row.at, message, row.state, row.due, row.attempts, row.sent_at, row.error)
