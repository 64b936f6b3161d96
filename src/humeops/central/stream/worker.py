# SPDX-License-Identifier: MIT
"""A worker: takes batches from the partitions it holds and folds them into the database, many in one transaction.

Promise: a batch leaves the stream, and its mark moves, only after the commit that stored it. Whatever dies when, the batch is
still in the stream (for whoever takes the partition over) or with its agent, and a second copy of it changes nothing.

*Design.* `step` is one unit: tend the leases, read what waits (`inbox`), commit it (`folding`), bring the copy of the
tasks up to date (`current.copying`), tell, let go. On taking a
partition over, what the one before read and did not finish comes first, in order. Trouble with Redis or the database keeps the
worker waiting with its batches in hand, and nothing is let go.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import redis

from humeops import crash
from humeops.central import metrics
from humeops.central.current.copying import Copying
from humeops.central.store.database import Database
from humeops.central.stream import keyspace
from humeops.central.stream.agents import DirectAgents
from humeops.central.stream.folding import Folding, Life
from humeops.central.stream.inbox import Entry, Inbox, Source, first_group
from humeops.central.stream.leases import LeaseLostError, Leases
from humeops.central.stream.standing import BEAT_MS
from humeops.clock import NS_PER_SECOND, Clock

log = logging.getLogger(__name__)


class Worker:
    """`step` again and again, then `stop`."""

    def __init__(self, client: redis.Redis, database: Database, clock: Clock, name: str, partitions: int) -> None:
        self.name = name
        self._redis: Any = client
        self._clock = clock
        self._inbox = Inbox(client, name, clock)
        self._direct = DirectAgents(client, database, partitions)
        self._sources: list[Source] = []
        self._leases = Leases(client, database, name, partitions)
        self._copying = Copying(client, database)
        self._folding = Folding(database, self._leases.check, self._copying.note)
        self._beat_due_ms = 0
        self._counted = 0  # partitions that the metrics know of
        self._in_hand: list[Entry] = []

    def announce(self) -> None:
        """Count as a worker from now on, so that the others leave it its share."""
        self._leases.beat(self._now_ms())

    def step(self) -> int:
        """Take what waits, up to one transaction's worth; return how many batches that were. Waits a little for some.

        Raises UnavailableError or a RedisError when one of the two is not able now; the same batches stay in hand.
        """
        self._tend()
        if not self._in_hand:
            self._in_hand = self._inbox.read([one for one in self._sources if one.partition in self._leases.held])
        group = first_group(self._in_hand)
        if group:
            self._take(group)
        return len(group)

    def finish_one(self) -> bool:
        """Commit one transaction's worth of what is in hand, taking nothing more; tell whether there is more in hand.

        Raises what `step` raises.
        """
        self._tend(takes=False)
        group = first_group(self._in_hand)
        if group:
            self._take(group)
        return bool(self._in_hand)

    def stop(self) -> None:
        """Give the partitions to the others at once; what was read and not committed is theirs to finish."""
        self._leases.release_all()

    def stands_by(self) -> bool:
        """Tell whether it has nothing to read: others hold all partitions. A step then waits for nothing, and whoever steps has to."""
        return not self._leases.held and not self._in_hand

    def holds(self, partition: int) -> bool:
        """Tell, in whatever thread, whether it believes to hold this partition."""
        return partition in self._leases.held

    def _take(self, group: list[Entry]) -> None:
        begun_ns = self._clock.boot_ns()
        with self._inbox.suspecting(group) as buried:
            try:
                folded = self._folding.fold(group, buried)
            except LeaseLostError as error:
                # Whoever has the partition now has what was in hand, too.
                log.warning("%s", error)
                self._in_hand = [entry for entry in self._in_hand if entry.partition in self._leases.held]
                return
        crash.point("central-worker-committed")
        self._count(group, begun_ns)
        # Before it is told: whoever hears that it is committed finds it.
        self._copying.show(folded.due)
        self._tell(folded.marks, folded.said)
        self._inbox.let_go(group)
        self._in_hand = self._in_hand[len(group) :]
        crash.point("central-worker-let-go")

    def _count(self, group: list[Entry], begun_ns: int) -> None:
        # The time of receipt is another machine's: a lag below zero is the difference of two clocks.
        now_ns = self._clock.wall_ns()
        lags = [max(0, now_ns - entry.received_at) / NS_PER_SECOND for entry in group]
        metrics.note_transaction((self._clock.boot_ns() - begun_ns) / NS_PER_SECOND, lags)

    def _tend(self, takes: bool = True) -> None:
        now_ms = self._clock.boot_ns() * 1_000 // NS_PER_SECOND
        if now_ms < self._beat_due_ms:
            return
        taken = self._leases.tend(self._now_ms(), takes)
        metrics.LEASES.inc(len(self._leases.held) - self._counted)
        self._counted = len(self._leases.held)
        self._beat_due_ms = now_ms + BEAT_MS
        self._in_hand = [entry for entry in self._in_hand if entry.partition in self._leases.held]
        if takes:
            self._take_over(set(taken))

    def _now_ms(self) -> int:
        # Redis' own time: the clocks of the workers' hosts may differ.
        seconds, microseconds = self._redis.time()
        return int(seconds * 1_000 + microseconds // 1_000)

    def _take_over(self, taken: set[int]) -> None:
        self._copying.take_over(taken)
        # What was another's meanwhile is new; and only what was taken over is known, should this fail half way.
        self._sources = [source for source in self._sources if source.partition not in taken]
        self._direct.ask()
        wanted = [source for partition in self._leases.held for source in self._sources_of(partition)]
        known = {source.key for source in self._sources}
        self._sources = [source for source in wanted if source.key in known]
        for source in wanted:
            if source.key not in known:
                self._in_hand += self._inbox.take_over(source)
                self._sources.append(source)

    def _sources_of(self, partition: int) -> list[Source]:
        direct = [
            Source(keyspace.agent_stream(agent.id).encode(), partition, agent) for agent in self._direct.of(partition)
        ]
        return [Source(keyspace.stream(partition).encode(), partition), *direct]

    def _tell(self, marks: Mapping[Life, int], said: Sequence[bytes]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for (agent, epoch), upto in marks.items():
            pipeline.hset(keyspace.mark(agent), epoch, upto)
            pipeline.expire(keyspace.mark(agent), keyspace.MARK_DAYS * 86_400)
            pipeline.publish(keyspace.COMMITTED, keyspace.committed_message(agent, epoch, upto))
        if said:
            pipeline.publish(keyspace.SAID, keyspace.said_message(said))
        pipeline.execute()
