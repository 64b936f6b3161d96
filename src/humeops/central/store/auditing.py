# SPDX-License-Identifier: MIT
"""The audit log: what was done and what was refused, by whom, from where. It is only ever added to.

An act is written in the transaction that does it: there is no act without its row, and no row without its act. What goes in
is cut to a length, and a token that somebody wrote where it does not belong is not kept.
"""

import re
from typing import Literal, NamedTuple

import sqlalchemy as sa

from humeops.central.store import tables
from humeops.security import credentials

Outcome = Literal["done", "refused"]

_LONGEST = {"actor": 200, "via": 40, "address": 64, "act": 60, "object": 300, "detail": 500}
_TOKEN = re.compile(credentials.FORM)


class Entry(NamedTuple):
    """One line of the log, before it has a number."""

    actor: str
    via: str
    address: str
    act: str
    object: str = ""
    outcome: Outcome = "done"
    detail: str = ""


def write(connection: sa.Connection, entry: Entry, at: int) -> None:
    """Add a line, in the transaction of the act."""
    kept = {name: _plain(value)[: _LONGEST[name]] for name, value in entry._asdict().items() if name in _LONGEST}
    connection.execute(sa.insert(tables.audit).values({**kept, "outcome": entry.outcome, "at": at}))


def _plain(text: str) -> str:
    # PostgreSQL takes no U+0000 and no half characters in a text.
    whole = text.replace("\0", "").encode("utf-8", "replace").decode()
    return _TOKEN.sub("hume_…", whole)
