# SPDX-License-Identifier: MIT
"""The worker's side of the copy: after each commit, what changed is written there and told to whoever follows.

Promise: a change that is committed reaches the copy, or somebody knows that it has not. *Design.* Before the commit, inside the
transaction and behind the check of the fence, the names of what changes are noted in `due`; they are taken back when the copy
has them. Who takes a partition over raises the fence first and so waits for that transaction: it finds the notes of all that was
committed, and reads these tasks from the database. Versions make it harmless that two write the same.
"""

from collections.abc import Iterable
from typing import Any

import redis

from humeops.central.current import copied, keyspace
from humeops.central.store.database import Database
from humeops.central.store.questions import tasks
from humeops.central.store.questions.tasks import Version

# A call of the script holds up everybody else at Redis meanwhile: about a millisecond.
AT_ONCE = 100
Due = tuple[int, Version]  # partition


class Copying:
    """One for each worker."""

    def __init__(self, client: redis.Redis, database: Database) -> None:
        self._redis: Any = client
        self._put = client.register_script(copied.PUT)
        self._database = database
        self._left: list[Due] = []

    def note(self, due: Iterable[Due]) -> None:
        """Note what is about to be committed."""
        self._each("sadd", _notes(due))

    def show(self, due: Iterable[Due]) -> None:
        """Write what is committed, and whatever could not be written before; raise RedisError when some is left."""
        self._left += due
        write(self._put, [one for _, one in self._left], tells=True)
        self._each("srem", _notes(self._left))
        self._left = []

    def take_over(self, partitions: Iterable[int]) -> None:
        """Write what those who held these partitions before may not have written any more."""
        for partition in partitions:
            members = list(self._redis.smembers(keyspace.due(partition)))
            self.show((partition, one) for one in self._as_they_are([keyspace.read_due(one) for one in members]))
            self._each("srem", {partition: members})

    def _as_they_are(self, noted: list[tuple[str, str, int]]) -> list[Version]:
        found: dict[tuple[str, str], Version] = {}
        with self._database.reading() as connection:
            for begin in range(0, len(noted), AT_ONCE):
                names = [(host, task) for host, task, _ in noted[begin : begin + AT_ONCE]]
                found.update(((one.host, one.task), one) for one in tasks.versions_of(connection, names))
        return [*found.values(), *(Version(*one, None) for one in noted if one[:2] not in found)]

    def _each(self, command: str, noted: dict[int, list[bytes]]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for partition, members in noted.items():
            if members:
                getattr(pipeline, command)(keyspace.due(partition), *members)
        pipeline.execute()


def _notes(due: Iterable[Due]) -> dict[int, list[bytes]]:
    notes: dict[int, list[bytes]] = {}
    for partition, one in due:
        notes.setdefault(partition, []).append(keyspace.due_member(one.host, one.task, one.version))
    return notes


def write(put: Any, versions: list[Version], tells: bool = False) -> None:
    """Write these with the script PUT."""
    for begin in range(0, len(versions), AT_ONCE):
        put(args=copied.arguments(versions[begin : begin + AT_ONCE], tells))
