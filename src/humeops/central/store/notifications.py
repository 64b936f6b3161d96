# SPDX-License-Identifier: MIT
"""What is to be told, as rows: written with the alert they are of, held by whoever sends them, kept afterwards as history.

*Held* means: until `lease_until` nobody else sends it. Whoever dies while he sends leaves it to the next one, who sends it
again with the same key; so it may arrive twice, and never not at all.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from humeops import spans
from humeops.central.notify.message import Item, Kind, Message
from humeops.central.store import driver, rows, tables

_notification = tables.notification
_health = tables.channel_health
_read = msgspec.json.Decoder(Message).decode
MOST_ITEMS = 200
# As long as the first pause after a failure: what comes to a channel that stumbled once is not held up much.
LEAST_PEACE_NS = 10 * spans.SECOND
OF_ONE: tuple[Kind, ...] = ("test", "notice")  # kinds that are not told on another channel instead
_PUT = """
INSERT INTO notification (key, channel, kind, at, message, state, due, attempts, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Held(NamedTuple):
    """One to be sent, held until then."""

    id: int
    channel: str
    message: Message
    attempts: int
    lease_until: int
    at: int


class Health(NamedTuple):
    """How a channel fares."""

    channel: str
    ok_at: int | None
    failing_since: int | None
    dead_at: int | None
    error: str


def add(
    connection: sa.Connection, channel: str, kind: Kind, items: Sequence[Item], mark: str, now_ns: int, **more: str
) -> None:
    """Have this told; `mark` tells it from others of the same moment. Many items become several messages."""
    put_all(connection, [(channel, one) for one in messages(channel, kind, items, mark, now_ns, **more)], now_ns)


def messages(channel: str, kind: Kind, items: Sequence[Item], mark: str, now_ns: int, **more: str) -> Iterable[Message]:
    """Return what is to be told as messages of at most so many items."""
    for begin in range(0, max(len(items), 1), MOST_ITEMS):
        key = hashlib.sha256(f"{channel}\0{kind}\0{mark}\0{begin}\0{now_ns}".encode()).hexdigest()[:32]
        portion = tuple(items[begin : begin + MOST_ITEMS])
        yield Message(key=key, kind=kind, time_ns=now_ns, items=portion, **more)


def put_all(connection: sa.Connection, told: Iterable[tuple[str, Message]], now_ns: int) -> None:
    """Have these told, each on its channel, in one statement."""
    made = [
        (one.key, channel, one.kind, now_ns, rows.json_text(one), "waiting", now_ns, 0, "") for channel, one in told
    ]
    driver.many(connection, _PUT, made)


def put(connection: sa.Connection, channel: str, message: Message, now_ns: int) -> int:
    """Have this very message told; return its number."""
    row = {
        "key": message.key,
        "channel": channel,
        "kind": message.kind,
        "at": now_ns,
        "message": rows.json_text(message),
        "state": "waiting",
        "due": now_ns,
        "attempts": 0,
        "error": "",
    }
    made = sa.insert(_notification).values(row).returning(_notification.c.id)
    return int(connection.execute(made).scalar_one())


def claim(connection: sa.Connection, now_ns: int, lease_ns: int, most: int) -> list[Held]:
    """Hold some that are due and that nobody holds, and return them: so many for channels that work, then one for those that fail.

    A channel that never answers costs each attempt its whole time; others must not wait for one attempt after the other.
    """
    failing = _notification.c.channel.in_(sa.select(_health.c.channel).where(_health.c.failing_since.is_not(None)))
    is_test = sa.case((_notification.c.kind == "test", 0), else_=1)  # somebody waits for it
    found = [
        *connection.execute(_due(now_ns).where(~failing).order_by(_notification.c.due).limit(most)).all(),
        *connection.execute(_due(now_ns).where(failing).order_by(is_test, _notification.c.due).limit(1)).all(),
    ]
    until = now_ns + lease_ns
    if found:
        ids = [row.id for row in found]
        connection.execute(
            sa.update(_notification)
            .where(_notification.c.id.in_(ids))
            .values(lease_until=until, attempts=_notification.c.attempts + 1)
        )
    return [Held(row.id, row.channel, _read(row.message), row.attempts + 1, until, row.at) for row in found]


def _due(now_ns: int) -> "sa.Select[Any]":
    return sa.select(_notification).where(*_is_due(now_ns)).with_for_update(skip_locked=True, of=_notification)


def _is_due(now_ns: int) -> list[sa.ColumnElement[bool]]:
    """Return what holds of one that is to be sent and that nobody holds."""
    free = sa.or_(_notification.c.lease_until.is_(None), _notification.c.lease_until <= now_ns)
    return [_notification.c.state == "waiting", _notification.c.due <= now_ns, free]


def is_any_due(connection: sa.Connection, now_ns: int) -> bool:
    """Tell whether there is one to be sent that nobody holds."""
    query = sa.select(_notification.c.id).where(*_is_due(now_ns))
    return connection.execute(query.limit(1)).first() is not None


def mark_sent(connection: sa.Connection, one: Held, now_ns: int) -> None:
    """Note that it was accepted, also when the hold ran out meanwhile: sending it once more helps nobody."""
    connection.execute(
        sa.update(_notification)
        .where(_notification.c.id == one.id)
        .values(state="sent", sent_at=now_ns, due=None, lease_until=None, error="")
    )


def put_off(connection: sa.Connection, one: Held, due: int, error: str) -> None:
    """Have it tried again then."""
    connection.execute(_still_ours(one).values(due=due, lease_until=None, error=error))


def put_back(connection: sa.Connection, ours: Iterable[Held], due: int) -> None:
    """Hold these no more: they were not tried, and are due then."""
    for one in ours:
        connection.execute(_still_ours(one).values(due=due, lease_until=None, attempts=one.attempts - 1))


def put_off_others(connection: sa.Connection, channel: str, ours: Sequence[Held], now_ns: int, longest_ns: int) -> None:
    """Put off what is due for a channel that was just not reached, for as long as it has failed already, at most so long.

    `ours` are held by whoever calls, and were not tried. Tests are: each is tried once, and somebody waits for it.
    """
    since = sa.select(_health.c.failing_since).where(_health.c.channel == channel)
    failing_since = connection.execute(since).scalar_one_or_none()
    until = now_ns + min(max(now_ns - (failing_since or now_ns), LEAST_PEACE_NS), longest_ns)
    put_back(connection, ours, until)
    of_it = (_notification.c.channel == channel, _notification.c.kind != "test")
    connection.execute(sa.update(_notification).where(*of_it, *_is_due(now_ns)).values(due=until))


def give_up(connection: sa.Connection, one: Held, error: str) -> None:
    """Note that it was not told on this channel, and will not be."""
    connection.execute(_still_ours(one).values(state="failed", due=None, lease_until=None, error=error))


def waiting(connection: sa.Connection, channel: str, most: int) -> list[Message]:
    """Return what waits for a channel, of so many the newest, in their order.

    Not tests, which are of this channel alone, nor notices, which the others have as their own.
    """
    query = (
        sa.select(_notification.c.message)
        .where(_notification.c.channel == channel, _notification.c.state == "waiting")
        .where(_notification.c.kind.not_in(OF_ONE))
        .order_by(_notification.c.id.desc())
        .limit(most)
    )
    return [_read(text) for text in reversed(connection.execute(query).scalars().all())]


def is_known(connection: sa.Connection, key: str) -> bool:
    """Tell whether there is a message of this key."""
    return connection.execute(sa.select(_notification.c.id).where(_notification.c.key == key)).first() is not None


def key_for(key: str, channel: str) -> str:
    """Return the key that the copy of a message has on another channel."""
    return hashlib.sha256(f"{key}\0{channel}".encode()).hexdigest()[:32]


def copy_for(message: Message, channel: str, instead_of: str) -> Message:
    """Return the same message for another channel, with a key of its own that is always the same."""
    note = f"{message.note}\n" if message.note else ""
    return msgspec.structs.replace(
        message,
        key=key_for(message.key, channel),
        note=f"{note}told here because the channel {instead_of} does not work",
    )


def health(connection: sa.Connection, names: Iterable[str] | None = None) -> dict[str, Health]:
    """Return how channels fare, of which something is known."""
    query = sa.select(_health) if names is None else sa.select(_health).where(_health.c.channel.in_(list(names)))
    return {row.channel: Health(*row) for row in connection.execute(query)}


def is_dead(connection: sa.Connection, channel: str) -> bool:
    """Tell whether a channel counts as dead."""
    query = sa.select(_health.c.channel).where(_health.c.channel == channel, _health.c.dead_at.is_not(None))
    return connection.execute(query).first() is not None


def note_success(connection: sa.Connection, channel: str, now_ns: int) -> bool:
    """Note that a channel works; return whether it counted as dead: then this one, alone, says that it works again."""
    _make(connection, channel)
    was_dead = connection.execute(
        sa.update(_health)
        .where(_health.c.channel == channel, _health.c.dead_at.is_not(None))
        .values(ok_at=now_ns, failing_since=None, dead_at=None, error="")
    ).rowcount
    if not was_dead:
        connection.execute(
            sa.update(_health).where(_health.c.channel == channel).values(ok_at=now_ns, failing_since=None, error="")
        )
    return bool(was_dead)


def note_failure(connection: sa.Connection, channel: str, error: str, now_ns: int, dead_after_ns: int) -> bool:
    """Note that a channel failed; return whether it counts as dead from now on: then this one, alone, says so."""
    _make(connection, channel)
    since = sa.func.coalesce(_health.c.failing_since, now_ns)
    connection.execute(sa.update(_health).where(_health.c.channel == channel).values(failing_since=since, error=error))
    died = connection.execute(
        sa.update(_health)
        .where(_health.c.channel == channel, _health.c.dead_at.is_(None))
        .where(_health.c.failing_since <= now_ns - dead_after_ns)
        .values(dead_at=now_ns)
    )
    return bool(died.rowcount)


def _make(connection: sa.Connection, channel: str) -> None:
    words = f"INSERT INTO {_health.name} (channel, error) VALUES (:channel, '') ON CONFLICT DO NOTHING"  # noqa: S608
    connection.execute(sa.text(words), {"channel": channel})


def _still_ours(one: Held) -> sa.Update:
    here = (
        _notification.c.id == one.id,
        _notification.c.state == "waiting",
        _notification.c.lease_until == one.lease_until,
    )
    return sa.update(_notification).where(*here)
