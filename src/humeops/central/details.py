# SPDX-License-Identifier: MIT
"""What the database tells beside an alert: the run's last words and output, what is usual, whose task it is, when it is expected.

Asked when a message is sent, by keys alone. What cannot be asked now is left out: the trouble itself is in the message.
"""

import logging
import urllib.parse

import msgspec
import sqlalchemy as sa

from humeops import amounts
from humeops.central import findings, looking
from humeops.central.notify.message import Item, Line, Message
from humeops.central.store import purposes, rows, surroundings
from humeops.central.store.database import Database
from humeops.central.store.questions import events, explaining, runs, watches
from humeops.central.usual import Past
from humeops.errors import in_one_line
from humeops.event import LEVELS

# Beyond so many items nobody reads what each of them said.
MOST_TOLD_IN_FULL = 20
EVENTS = 5
OUTPUT = 4_000
NUMBERS = 64

log = logging.getLogger(__name__)


class Details:
    """Adds to the items of messages what this database tells of them; `url` is where people see central's pages."""

    def __init__(self, database: Database, url: str = "") -> None:
        self._database = database
        self._url = url.rstrip("/")

    def enrich(self, message: Message) -> Message:
        """Return the message with all that is known of its items."""
        if not message.items:
            return message
        try:
            with self._database.reading() as connection:
                tags = surroundings.tags(connection, [(one.host, one.task) for one in message.items])
                items = [
                    self._enriched(connection, one, tags, number < MOST_TOLD_IN_FULL, message.time_ns)
                    for number, one in enumerate(message.items)
                ]
        except looking.TROUBLE as error:
            log.warning("a message is sent without details: %s", in_one_line(error))
            return message
        return msgspec.structs.replace(message, items=tuple(items))

    def _enriched(
        self,
        connection: sa.Connection,
        item: Item,
        tags: surroundings.Tags,
        is_in_full: bool,
        now_ns: int,
    ) -> Item:
        name = (item.host, item.task)
        run = runs.resolve(connection, item.run) if item.run else None
        found = msgspec.structs.replace(
            item,
            run=run.summary.run[-8:] if run else "",
            tags=tuple(tags.get(name, ())),
            url=self._address(item, run),
        )
        if not item.task or not is_in_full:
            return found
        found = _with_people(connection, found)
        return _with_run(connection, found, run, now_ns) if run and item.downtime_ns is None else found

    def _address(self, item: Item, run: runs.Run | None) -> str:
        if not self._url:
            return ""
        if run is not None:
            return f"{self._url}/run/{run.summary.run}"
        if not item.task:
            return f"{self._url}/host?{urllib.parse.urlencode({'name': item.host})}"
        return f"{self._url}/task?{urllib.parse.urlencode({'host': item.host, 'task': item.task})}"


def _with_people(connection: sa.Connection, item: Item) -> Item:
    """Add whose task it is and when it is expected."""
    name = (item.host, item.task)
    found = purposes.of(connection, name)
    return msgspec.structs.replace(
        item,
        owner=found.owner,
        description=found.description,
        runbook=found.runbook,
        next_expected_ns=watches.expected_at(connection, name),
    )


def _with_run(connection: sa.Connection, item: Item, run: runs.Run, now_ns: int) -> Item:
    summary, name = run.summary, run.summary.run
    past = Past(explaining.good_runs(connection, item.host, item.task), name)
    numbers = [
        one._replace(unit=amounts.unit_of(one.key, one.unit)) for one in explaining.numbers(connection, name, NUMBERS)
    ]
    compared = findings.compare(summary, [], numbers, past, now_ns)
    end = events.by_id(connection, summary.end.id) if summary.end else None
    output = rows.read_rest(end.rest).output if end is not None and end.rest else ""
    said = [one for one in events.last_of_run(connection, name, EVENTS) if one.message]
    return msgspec.structs.replace(
        item,
        compared="; ".join(one.sentence for one in compared.findings if one.kind != "missing_flag")[:500],
        last_flag=summary.flag.flag if summary.flag else "",
        events=tuple(Line(time_ns=one.time, level=LEVELS[one.level], message=one.message) for one in said),
        output=output[-OUTPUT:],
    )
