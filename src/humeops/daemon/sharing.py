# SPDX-License-Identifier: MIT
"""This host's own shared data, for `hume get`: at once, and with no central in reach (docs/protocol.md, section 3).

`set` events leave their values here in the transaction that stores them. Of two writers the one that spoke last counts,
by time and id, whatever way their events took.
"""

import sqlite3
from typing import Annotated

import msgspec

from humeops.clock import NS_PER_SECOND
from humeops.daemon.spool import Group
from humeops.errors import Exit
from humeops.event import MAX_INT64, MAX_NAME, Event, Value, unit_of
from humeops.wire.reply import pack_reply

# Beyond this the values written longest ago are forgotten here; central keeps all.
MAX_DATA = 10_000
_PRUNE_EVERY = 1_000


class Wanted(msgspec.Struct):
    """The question: one key, of one task or of whichever task wrote it last."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
    task: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""


class Found(msgspec.Struct, omit_defaults=True):
    """The answer; times ns since 1970."""

    value: Value
    task: str
    time: int
    unit: str = ""
    expires: int | None = None


class SharedData:
    """Reads and writes the `datum` rows of the spool."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._written = 0

    def apply(self, event: Event, group: Group) -> None:
        """Keep what a `set` said; durable with the group."""
        if event.kind != "data":
            return
        expires = None if event.ttl is None else min(event.time + event.ttl * NS_PER_SECOND, MAX_INT64)
        for key, value in event.data.items():
            group.db.execute(
                "INSERT INTO datum VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (key, task) DO UPDATE SET"
                " id = ?3, time = ?4, value = ?5, unit = ?6, expires = ?7 WHERE (?4, ?3) > (time, id)",
                (key, event.task, event.id, event.time, msgspec.json.encode(value).decode(), event.unit, expires),
            )
        self._written += len(event.data)
        if self._written >= _PRUNE_EVERY:
            self._written = 0
            group.db.execute(
                "DELETE FROM datum WHERE (key, task) IN"
                " (SELECT key, task FROM datum ORDER BY time DESC, id DESC LIMIT -1 OFFSET ?)",
                (MAX_DATA,),
            )

    def answer(self, question: bytes, wall_ns: int) -> bytes:
        """Return the reply to `?get JSON`: the value, or that there is none that holds now."""
        try:
            wanted = msgspec.json.decode(question, type=Wanted)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return pack_reply(Exit.DATA, "-", f"?get needs a key: {error}")
        found = self._find(wanted, wall_ns)
        return b"1 ?" if found is None else b"0 ? " + msgspec.json.encode(found)

    def _find(self, wanted: Wanted, wall_ns: int) -> Found | None:
        row = self._db.execute(
            "SELECT value, task, time, unit, expires FROM datum WHERE key = ?1 AND ?2 IN ('', task)"
            " AND (expires IS NULL OR expires > ?3) ORDER BY time DESC, id DESC LIMIT 1",
            (wanted.key, wanted.task, wall_ns),
        ).fetchone()
        if row is None:
            return None
        value, (task, time, unit, expires) = msgspec.json.decode(row[0], type=Value), row[1:]
        return Found(value, task, time, unit_of(value, unit), expires)
