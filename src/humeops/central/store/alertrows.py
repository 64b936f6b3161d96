# SPDX-License-Identifier: MIT
"""Alerts as rows: the whole of each as JSON, beside it what they are looked for by. Locked where others write, too."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.alerts import course
from humeops.central.alerts.course import Alert, Entry
from humeops.central.store import driver, rows, tables
from humeops.central.store.driver import Pair

_alert = tables.alert
_entry = tables.alert_entry
_ADD_ENTRIES = "INSERT INTO alert_entry (alert, at, what, text) VALUES (?, ?, ?, ?)"
_read = msgspec.json.Decoder(Alert).decode
_MOST = 5_000
_MOST_LOOKED_AT = 100


class Stored(NamedTuple):
    """An alert with its number."""

    id: int
    alert: Alert


def current(connection: sa.Connection, names: Iterable[Pair]) -> dict[Pair, Stored]:
    """Return the alerts of these tasks that are not closed, locked."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    key = sa.tuple_(_alert.c.host, _alert.c.task)
    query = sa.select(_alert).where(key.in_(wanted), _alert.c.state != "closed").order_by(_alert.c.id)
    return {(one.alert.host, one.alert.task): one for one in _locked(connection, query)}


def due(connection: sa.Connection, now_ns: int, most: int) -> list[Stored]:
    """Return the alerts whose time has come, at most so many, locked."""
    ids = sa.select(_alert.c.id).where(_alert.c.due <= now_ns).order_by(_alert.c.due).limit(most).scalar_subquery()
    return _locked(connection, sa.select(_alert).where(_alert.c.id.in_(ids)).order_by(_alert.c.id))


def together(connection: sa.Connection, groupings: Iterable[str], known: Iterable[int]) -> list[Stored]:
    """Return the other alerts that wait to be told with these, locked."""
    wanted = sorted(set(groupings))
    if not wanted:
        return []
    query = sa.select(_alert).where(_alert.c.together.in_(wanted), _alert.c.id.not_in(list(known)))
    return _locked(connection, query.order_by(_alert.c.id).limit(_MOST))


def by_ids(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Alert]:
    """Return these alerts, as far as there are such."""
    query = sa.select(_alert.c.id, _alert.c.body).where(_alert.c.id.in_(list(ids)))
    return {row.id: _read(row.body) for row in connection.execute(query)}


def is_any_due(connection: sa.Connection, now_ns: int) -> bool:
    """Tell whether some alert's time has come."""
    return connection.execute(sa.select(_alert.c.due).where(_alert.c.due <= now_ns).limit(1)).first() is not None


def openings(connection: sa.Connection, names: Iterable[Pair], now_ns: int) -> dict[Pair, int]:
    """Return how often an alert of each of these was raised lately."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    key = sa.tuple_(_alert.c.host, _alert.c.task)
    query = sa.select(_alert.c.host, _alert.c.task, sa.func.count()).where(
        key.in_(wanted), _alert.c.opened_at > now_ns - course.FLAPPING_NS
    )
    found = connection.execute(query.group_by(_alert.c.host, _alert.c.task))
    return {(host, task): count for host, task, count in found}


def is_told(connection: sa.Connection, name: Pair, run: str) -> bool:
    """Tell whether an alert of this task, over or not, is of this run."""
    query = sa.select(_alert.c.body).where(_alert.c.host == name[0], _alert.c.task == name[1])
    found = connection.execute(query.order_by(_alert.c.id.desc()).limit(_MOST_LOOKED_AT)).scalars()
    return any(_read(body).run == run for body in found)


def add(connection: sa.Connection, alert: Alert) -> int:
    """Store a new alert; return its number."""
    return int(connection.execute(sa.insert(_alert).values(_row(alert)).returning(_alert.c.id)).scalar_one())


def put(connection: sa.Connection, changed: Mapping[int, Alert]) -> None:
    """Store these alerts as they are now."""
    if changed:
        made = [{**_row(alert), "number": number} for number, alert in sorted(changed.items())]
        statement = sa.update(_alert).where(_alert.c.id == sa.bindparam("number"))
        connection.execute(statement, made)


def note_told(connection: sa.Connection, names: Iterable[Pair], channels: Sequence[str]) -> None:
    """Note that these channels are told, too, of the alerts of these tasks that are not over, or not yet told to be."""
    key = sa.tuple_(_alert.c.host, _alert.c.task)
    is_live = sa.or_(_alert.c.state != "closed", _alert.c.due.is_not(None))
    found = _locked(connection, sa.select(_alert).where(key.in_(sorted(set(names))), is_live).order_by(_alert.c.id))
    put(connection, {one.id: course.told_to(one.alert, channels) for one in found})


def drop(connection: sa.Connection, numbers: Iterable[int]) -> None:
    """Forget alerts that came to nothing, and what their history says."""
    wanted = list(numbers)
    connection.execute(sa.delete(_entry).where(_entry.c.alert.in_(wanted)))
    connection.execute(sa.delete(_alert).where(_alert.c.id.in_(wanted)))


def write(connection: sa.Connection, entries: Iterable[tuple[int, Entry]], now_ns: int) -> None:
    """Add to the history of alerts, each line with the number of its alert."""
    driver.many(connection, _ADD_ENTRIES, [(number, now_ns, one.what, one.text) for number, one in entries])


def touch(connection: sa.Connection, now_ns: int, name: Pair | None = None) -> None:
    """Have the open alerts (of this task), and those that are over and not told so, looked at: what holds for them has changed."""
    is_over = sa.and_(_alert.c.state == "closed", _alert.c.due.is_not(None))
    where = (
        sa.or_(_alert.c.state == "open", is_over),
        *((_alert.c.host == name[0], _alert.c.task == name[1]) if name else ()),
    )
    connection.execute(sa.update(_alert).where(*where).values(due=now_ns))


def read(row: sa.Row[Any]) -> Stored:
    """Return an alert of a row; when it is due stands beside what it says of itself, too, for `touch`."""
    return Stored(row.id, msgspec.structs.replace(_read(row.body), due=row.due))


def _locked(connection: sa.Connection, query: sa.Select[Any]) -> list[Stored]:
    found: Sequence[sa.Row[Any]] = connection.execute(query.with_for_update()).all()
    return [read(row) for row in found]


def _row(alert: Alert) -> dict[str, object]:
    return {
        "host": alert.host,
        "task": alert.task,
        "state": alert.state,
        "trouble": alert.trouble,
        "since": alert.since,
        "opened_at": alert.opened_at,
        "closed_at": alert.closed_at,
        "taken_by": alert.taken_by,
        "silenced_until": alert.silenced_until,
        "together": alert.grouping if alert.tell and alert.grouping else None,
        "due": alert.due,
        "body": rows.json_text(alert),
    }
