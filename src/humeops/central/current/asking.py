# SPDX-License-Identifier: MIT
"""Answers from the copy in Redis; where that is away, not whole, or stops being it meanwhile, from the database.

*Design.* The narrowest index that fits is walked in the order of the list, from the cursor on. An index only proposes: each
task that is shown was read and compared with the whole filter, so one that moves meanwhile is shown as it is, or not.
"""

import heapq
import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

import redis
import redis.exceptions
import sqlalchemy as sa

from humeops.central.current import copied, keyspace
from humeops.central.current.judged import NO_PARTITION
from humeops.central.current.picture import Picture
from humeops.central.current.wanting import Wanting
from humeops.central.store import cursor
from humeops.central.store.questions import tasks
from humeops.central.store.questions.page import Page, cut
from humeops.errors import UnavailableError
from humeops.filters.tree import EVERYTHING

_AT_ONCE = 250
# The database is there for whoever would wait longer.
WAIT_SECONDS = 1.0

log = logging.getLogger(__name__)


class RedisPicture:
    """Asks Redis first and `truth` where that cannot answer."""

    def __init__(self, client: redis.Redis, truth: Picture) -> None:
        self._redis: Any = client
        self._truth = truth

    def find(self, wanted: tasks.Filter, limit: int, after: str | None) -> Page[tasks.Task]:
        """Return a page of tasks, by host and name."""
        if wanted.also != EVERYTHING or wanted.within != EVERYTHING:
            # The filter language asks for what only the database has, such as data.
            return self._truth.find(wanted, limit, after)
        begin = cursor.unpack(after, tuple[str, str]) if after is not None else None
        try:
            if mark := whole_mark(self._redis):
                found = list(islice(self._matching(Wanting(wanted), begin), limit + 1))
                # Emptied meanwhile, it would have told of fewer tasks than there are.
                if whole_mark(self._redis) == mark:
                    return cut(found, limit, lambda task: cursor.pack(task.host, task.task))
        except redis.exceptions.RedisError as error:
            log.warning("tasks are read from the database: %s", error)
        return self._truth.find(wanted, limit, after)

    def note(self, connection: sa.Connection, names: Sequence[tuple[str, str]]) -> None:
        """Note the tasks that the transaction under way has changed; a watcher writes them (`judged.take_over`)."""
        due = [keyspace.due_member(one.host, one.task, one.version) for one in tasks.versions_of(connection, names)]
        try:
            if due:
                self._redis.sadd(keyspace.due(NO_PARTITION), *due)
        except redis.exceptions.RedisError as error:
            raise UnavailableError("Redis does not take what has changed; try again when it is back") from error

    def _matching(self, wanted: Wanting, begin: tuple[str, str] | None) -> Iterator[tasks.Task]:
        low, high = wanted.span(begin)
        sources = [self._members(key, low, high) for key in self._narrowest(wanted)]
        members = (member for member, _ in groupby(heapq.merge(*sources)))
        names = (name for name in map(keyspace.read_member, members) if wanted.fits_name(*name))
        while portion := list(islice(names, _AT_ONCE)):
            yield from (found for found in self._read(portion) if wanted.fits(found))

    def _narrowest(self, wanted: Wanting) -> list[str]:
        choices = [[keyspace.NAMES]]
        if wanted.task_name:
            choices.append([keyspace.task(wanted.task_name)])
        if wanted.states:
            choices.append([keyspace.state(state) for state in wanted.states])
        if wanted.tags:
            known = self._redis.zrange(keyspace.TAGS, 0, -1)
            choices.append([keyspace.tag(tag) for tag in map(bytes.decode, known) if wanted.fits_tag(tag)])
        return min(choices, key=self._size) if len(choices) > 1 else choices[0]

    def _size(self, keys: Iterable[str]) -> int:
        pipeline = self._redis.pipeline(transaction=False)
        for key in keys:
            pipeline.zcard(key)
        return sum(pipeline.execute())

    def _members(self, key: str, low: bytes, high: bytes) -> Iterator[bytes]:
        while portion := self._redis.zrangebylex(key, low, high, 0, _AT_ONCE):
            yield from portion
            low = b"(" + portion[-1]

    def _read(self, names: list[tuple[str, str]]) -> Iterator[tasks.Task]:
        pipeline = self._redis.pipeline(transaction=False)
        for host, task in names:
            pipeline.hget(keyspace.host(host), task)
        for value in pipeline.execute():
            if (found := copied.read(value)) is not None:
                yield found


def whole_mark(client: Any) -> bytes:
    """Return the mark of the rebuild since which this server has all of the copy; nothing when it has not."""
    pipeline = client.pipeline(transaction=False)
    whole, server = pipeline.get(keyspace.WHOLE).info("server").execute()
    return whole if whole and whole.startswith(server["run_id"].encode()) else b""
