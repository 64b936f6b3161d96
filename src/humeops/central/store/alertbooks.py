# SPDX-License-Identifier: MIT
"""What people wrote of alerts, as rows: each book stays, the last one is in force."""

from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops.central.alerts import book
from humeops.central.store import rows, tables

_book = tables.alert_book
_alerting = tables.alerting
_read = msgspec.json.Decoder(book.Book).decode


class Written(NamedTuple):
    """A book, and who wrote it when; number 0: nobody wrote any."""

    id: int
    at: int
    author: str
    book: book.Book


def current(connection: sa.Connection) -> Written:
    """Return the book in force."""
    row = connection.execute(sa.select(_book).order_by(_book.c.id.desc()).limit(1)).one_or_none()
    return Written(row.id, row.at, row.author, _read(row.body)) if row else Written(0, 0, "", book.Book())


def write(connection: sa.Connection, written: book.Book, author: str, now_ns: int) -> None:
    """Put this book in the place of the one before."""
    connection.execute(sa.insert(_book).values(at=now_ns, author=author, body=rows.json_text(written)))


def channels(connection: sa.Connection, written: book.Book) -> dict[str, dict[str, Any]]:
    """Return the settings of every channel there is: those written, and the one to the address given at set-up."""
    setup = connection.execute(sa.select(_alerting.c.setup)).scalar_one_or_none()
    given = {book.SETUP: msgspec.json.decode(setup)} if setup else {}
    return {**given, **written.channel}


def names(connection: sa.Connection, written: book.Book) -> list[str]:
    """Return the channels that are told where no route says otherwise: those written; with none, the one given at set-up."""
    there = channels(connection, written)
    return [name for name in there if name in written.channel] or list(there)


def set_up(connection: sa.Connection, setup: str, now_ns: int) -> None:
    """Note that a notifier is there, and the settings of the channel given at set-up (JSON; empty without any)."""
    connection.execute(sa.text("INSERT INTO alerting (id, setup) VALUES (1, '') ON CONFLICT DO NOTHING"))
    connection.execute(sa.update(_alerting).where(_alerting.c.id == 1).values(setup=setup, beat_at=now_ns))


def lock(connection: sa.Connection, now_ns: int) -> bool:
    """Be the one who judges until the transaction ends; False when another is."""
    query = sa.select(_alerting.c.id).where(_alerting.c.id == 1).with_for_update(skip_locked=True)
    if connection.execute(query).first() is None:
        return False
    connection.execute(sa.update(_alerting).where(_alerting.c.id == 1).values(beat_at=now_ns))
    return True


def beat_at(connection: sa.Connection) -> int | None:
    """Return when a notifier judged last."""
    return connection.execute(sa.select(_alerting.c.beat_at)).scalar_one_or_none()
