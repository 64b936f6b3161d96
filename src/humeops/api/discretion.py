# SPDX-License-Identifier: MIT
"""What keeps an alert quiet, told to whoever was granted some tasks: without the names of tasks and hosts that he may not see."""

import re

import sqlalchemy as sa

from humeops.central.store import scoping
from humeops.central.store.questions.alerts import Entry
from humeops.filters.tree import EVERYTHING, Node

# As `store.surroundings` words it: HOST:TASK is STATE, HOST is silent, the run of HOST:TASK it is part of is STATE.
_ABOVE = re.compile(r"(?:the run of )?(?P<name>\S.*?)(?: it is part of)? is (?P<state>[a-z]+)", re.DOTALL)


def above(connection: sa.Connection, within: Node, own_host: str, text: str) -> str:
    """Return these words on what is down above an alert of this host, as far as they are for who may see what is within."""
    found = _ABOVE.fullmatch(text) if within != EVERYTHING else None
    if found is None:
        return text
    host, _, task = found["name"].partition(":")
    is_known = scoping.knows(connection, within, host, task) if task else host == own_host
    return text if is_known else f"something that it depends on is {found['state']}"


def history(connection: sa.Connection, within: Node, own_host: str, entries: list[Entry]) -> list[Entry]:
    """Return the lines of an alert's history as far as they are for who may see what is within."""
    return [
        one._replace(text=above(connection, within, own_host, one.text)) if one.what == "held" else one
        for one in entries
    ]
