# SPDX-License-Identifier: MIT
"""Changes of state on their way to alerts: a row each, written in the transaction that stores the change.

*Why rows, and no mark in the list of transitions.* In PostgreSQL numbers are not given out in the order of commits: whoever
reads on from a mark passes over what a slower transaction commits behind it, unless he waits for everybody else's to end, of
other databases of the server, too. A row that is deleted in the transaction that acts on it is looked at once, whatever
the order. It costs intake one statement a batch, and none for the changes that no alert depends on: that a well task runs.
"""

from collections.abc import Iterable, Sequence

import msgspec
import sqlalchemy as sa

from humeops.central.store import driver, rows, tables

_outbox = tables.outbox
_PUT = "INSERT INTO outbox (change) VALUES (?)"
# What ends lateness and the like by beginning; any other start is no news for an alert.
_ENDED_BY_START = ("late", "overdue", "unknown", "paused")


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A change of state. `event`: what was said that made it; empty when a deadline did.

    `again`: the state is the same, and what is known of a run that ended well is more than before. `aside`: the run ended so, and the task, which
    another run decides, is still as it was (`before`). `since`: when it became so, if that was found out later.
    """

    host: str
    task: str
    before: str
    after: str
    reason: str
    run: str
    event: str
    at: int
    again: bool = False
    aside: bool = False
    since: int | None = None


_read = msgspec.json.Decoder(Change).decode


def put(connection: sa.Connection, changes: Iterable[Change]) -> None:
    """Have these looked at, in their order."""
    driver.many(connection, _PUT, [(rows.json_text(one),) for one in changes if _is_news(one)])


def take(connection: sa.Connection, most: int) -> Sequence[Change]:
    """Return the first ones and forget them; the caller's transaction acts on them."""
    found = connection.execute(sa.select(_outbox).order_by(_outbox.c.id).limit(most)).all()
    if found:
        connection.execute(sa.delete(_outbox).where(_outbox.c.id.in_([row.id for row in found])))
    return [_read(row.change) for row in found]


def waits(connection: sa.Connection) -> bool:
    """Tell whether there is any."""
    return connection.execute(sa.select(_outbox.c.id).limit(1)).first() is not None


def _is_news(one: Change) -> bool:
    return one.after != "running" or one.before in _ENDED_BY_START
