# SPDX-License-Identifier: MIT
"""What a task is for, whose it is, where it is written what to do: the one rule for pages, the API and messages of alerts.

It stands in two places: people say it of the task itself (`about`), and a watch declares it beside what is expected, by whoever
made the watch. What is said of the task goes before, member by member: it was meant for people alone, while a watch may be the word of a
file or a script that nobody looked at for long. A member that is empty in `about` is left to the watch.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import sqlalchemy as sa

from humeops.central.store import holding, people, tables
from humeops.central.store.people import About, Name
from humeops.central.watches.merging import Held, Word

ABOUT = "about"  # the source of a word that was said of the task itself
# The members of `about`, and what a watch calls them.
_IN_WATCHES = {"description": "describe", "owner": "owner", "runbook": "runbook"}
_watch = tables.watch


class Purpose(NamedTuple):
    """What counts of a task, and whose word each member is that is not empty."""

    description: str = ""
    owner: str = ""
    runbook: str = ""
    words: Mapping[str, Word] = MappingProxyType({})


def composed(said: About | None, held: Held | None) -> Purpose:
    """Return what counts of what was said and what a watch declares."""
    texts: dict[str, str] = {}
    words: dict[str, Word] = {}
    for member, part in _IN_WATCHES.items():
        if said is not None and (text := getattr(said, member)):
            texts[member], words[member] = text, Word(ABOUT, *said.word_of(member))
        elif held is not None and (text := getattr(held.wanted, part)):
            texts[member] = text
            if part in held.words:
                words[member] = held.words[part]
    return Purpose(**texts, words=words)


def of(connection: sa.Connection, name: Name) -> Purpose:
    """Return what counts of this task."""
    return composed(people.about(connection, name), _held(connection, name))


def _held(connection: sa.Connection, name: Name) -> Held | None:
    """Return what a watch declares; unlike `holding.load` it locks nothing, since it is only shown."""
    columns = (_watch.c.wanted, _watch.c.parts, _watch.c.maker, _watch.c.made_at, _watch.c.pattern)
    query = sa.select(*columns).where(_watch.c.host == name[0], _watch.c.task == name[1])
    row = connection.execute(query).one_or_none()
    return holding.read(name[0], *row) if row else None
