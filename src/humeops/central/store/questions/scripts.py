# SPDX-License-Identifier: MIT
"""Which scripts run where: as their last runs showed them, and what of it wants a look."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from humeops import spans
from humeops.central.store import cursor, filtering, matching, rows, scoping, tables
from humeops.central.store.questions.page import Page, cut
from humeops.filters.tree import EVERYTHING, Match, Node

# So long a change without a new signature is news, and so long before its end a signature wants to be renewed.
CHANGED_NS = 7 * spans.DAY
EXPIRING_NS = 30 * spans.DAY

_script = tables.script
_tag = tables.task_tag


class Script(NamedTuple):
    """One script of a task on a host."""

    host: str
    task: str
    path: str
    sha256: str
    former: str
    since: int
    at: int
    signature: str
    signer: str
    version: int | None
    until: int | None
    run: str | None

    def marks(self, now_ns: int) -> list[str]:
        """Return all that is true of it now: signed, unsigned or unverified; changed; expiring."""
        found = [{"ok": "signed", "": "unsigned"}.get(self.signature, "unverified")]
        if self.former and self.signature != "ok" and self.since >= now_ns - CHANGED_NS:
            found.append("changed")
        if self.until is not None and self.until < now_ns + EXPIRING_NS:
            found.append("expiring")
        return found


class Filter(NamedTuple):
    """Which scripts; empty means all. `also` is a filter that has to hold, too, its moments settled."""

    host: str = ""
    task: str = ""
    also: Node = EVERYTHING
    within: Node = EVERYTHING  # and of these tasks alone


def find(connection: sa.Connection, wanted: Filter, now_ns: int, limit: int, after: str | None) -> Page[Script]:
    """Return a page of scripts, by host and task."""
    place = (_script.c.host, _script.c.task, _script.c.place)
    patterns = zip(place, wanted[:2], strict=False)
    query = sa.select(_script).where(
        *(matching.like_glob(column, pattern) for column, pattern in patterns if pattern),
        *filtering.conditions(wanted.also, _asked(now_ns)),
        *scoping.of_task(wanted.within, _script.c.host, _script.c.task),
    )
    if after is not None:
        host, task, key = cursor.unpack(after, tuple[str, str, str])
        query = query.where(sa.tuple_(*place) > sa.tuple_(host, task, _bytes(key)))
    found = connection.execute(query.order_by(*place).limit(limit + 1)).all()
    page = cut(found, limit, lambda row: cursor.pack(row.host, row.task, row.place.hex()))
    return Page([_read(row) for row in page.rows], page.next)


def wanting(connection: sa.Connection, wanted: Filter, now_ns: int, limit: int) -> list[Script]:
    """Return what wants a look: first what does not verify, then what changed, then what expires; so many of each at most."""
    found: dict[tuple[str, str, bytes], Script] = {}
    orders = {
        "unverified": _script.c.at.desc(),
        "changed": _script.c.since.desc(),
        "expiring": _script.c.until,
    }
    for word, order in orders.items():
        query = sa.select(_script).where(
            _meaning(word, now_ns),
            *filtering.conditions(wanted.also, _asked(now_ns)),
            *scoping.of_task(wanted.within, _script.c.host, _script.c.task),
        )
        for row in connection.execute(query.order_by(order).limit(limit)):
            found.setdefault((row.host, row.task, row.place), _read(row))
    return list(found.values())


def _read(row: sa.Row[Any]) -> Script:
    return Script(
        row.host,
        row.task,
        row.path,
        row.sha256,
        row.former,
        row.since,
        row.at,
        row.signature,
        row.signer,
        row.version,
        row.until,
        rows.id_of(row.run) if row.run else None,
    )


def _bytes(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        raise cursor.CursorError("this is no place in the list") from None


def _meaning(word: str, now_ns: int) -> filtering.Condition:
    meant: dict[str, filtering.Condition] = {
        "signed": _script.c.signature == "ok",
        "unsigned": _script.c.signature == "",
        "unverified": tables.UNVERIFIED,
        "changed": sa.and_(tables.CHANGED, _script.c.since >= now_ns - CHANGED_NS),
        "expiring": sa.and_(tables.ENDING, _script.c.until < now_ns + EXPIRING_NS),
    }
    return meant[word]


def _asked(now_ns: int) -> filtering.Asked:
    def signature(match: Match) -> filtering.Condition:
        return sa.or_(*(_meaning(value.text, now_ns) for value in match.values))

    def tagged(test: matching.Test) -> filtering.Condition:
        tags = sa.select(_tag.c.host, _tag.c.task).where(test(_tag.c.tag))
        return sa.tuple_(_script.c.host, _script.c.task).in_(tags)

    return filtering.Asked(
        {
            "host": filtering.names(_script.c.host),
            "task": filtering.names(_script.c.task),
            "tag": filtering.tested(tagged),
            "script": filtering.names(_script.c.path),
            "signer": filtering.names(_script.c.signer),
            "signature": signature,
            "since": lambda match: _script.c.at >= filtering.moment(match),
            "until": lambda match: _script.c.at < filtering.moment(match),
        },
        filtering.contained(_script.c.path, _script.c.signer, _script.c.task),
    )
