# SPDX-License-Identifier: MIT
"""Questions to humed and their answers (docs/protocol.md, section 3): `?queue`, the picture of the queue, and `?get`.

Only looks; called by humed's loop between two groups, so what it tells is true of one moment.
"""

import contextlib
import os
import typing

import msgspec

import humeops
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.counters import Counters, QueueView
from humeops.daemon.dropfolder import DropFolder
from humeops.daemon.keeper import Keeper
from humeops.daemon.pipeline import Pipeline
from humeops.daemon.rates import Rates
from humeops.daemon.readers import Readers
from humeops.daemon.rules import parsing
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sharing import SharedData
from humeops.daemon.spool import Spool
from humeops.daemon.watcher import Watcher
from humeops.errors import Exit, MalformedEventError
from humeops.wire import codec, health, reply
from humeops.wire.health import Health


class Questions:
    """Sees all parts of one humed; changes none."""

    def __init__(
        self,
        host: str,
        clock: Clock,
        spool: Spool,
        keeper: Keeper,
        runs: OpenRuns,
        watcher: Watcher,
        folder: DropFolder,
        readers: Readers,
        counters: Counters,
        pipeline: Pipeline,
    ) -> None:
        self._host = host
        self._clock = clock
        self._spool = spool
        self._keeper = keeper
        self._runs = runs
        self._watcher = watcher
        self._shared = SharedData(spool.db)
        self._folder = folder
        self._readers = readers
        self._counters = counters
        self._pipeline = pipeline
        self._started_ns = clock.boot_ns()
        self._rates = Rates()
        self.note_rates()

    def answer(self, question: bytes) -> bytes:
        """Return the reply to a request that begins with `?`."""
        asked, _, argument = question.partition(b" ")
        if question == b"?queue":
            return b"0 ? " + msgspec.json.encode(self.queue())
        if asked == b"?get":
            return self._shared.answer(argument, self._clock.wall_ns())
        return reply.pack_reply(Exit.DATA, "-", "humed knows two questions: ?queue and ?get")

    def committed_upto(self) -> int:
        """Return how far central has committed, as far as either of the two threads knows."""
        return max(self._spool.committed_upto, self._readers.forwarder.committed_upto)

    def depth(self) -> int:
        """Return how many events wait here for central."""
        committed = self.committed_upto()
        return self._spool.last_seq - committed - self._spool.lost_beyond(committed)

    def note_rates(self) -> None:
        """Remember how much has come and gone by now; called with each heartbeat."""
        self._rates.note(self._clock.boot_ns(), self._flow())

    def _flow(self) -> tuple[int, ...]:
        return self._counters.received, self._counters.stored, self._readers.forwarder.forwarded

    def queue(self) -> QueueView:
        """Return the picture of the queue as it is now."""
        forwarder = self._readers.forwarder
        received, stored, forwarded = self._rates.since(self._clock.boot_ns(), self._flow())
        return QueueView(
            version=humeops.__version__,
            pid=os.getpid(),
            host=self._host,
            epoch=self._spool.epoch,
            depth=self.depth(),
            oldest_age_seconds=self._oldest_age(),
            last_seq=self._spool.last_seq,
            committed_upto=self.committed_upto(),
            last_ack_at=forwarder.last_ack_at,
            last_error=forwarder.last_error,
            copied=forwarder.copied,
            open_runs=len(self._runs),
            runs_watched=self._watcher.watched,
            runs_looked_at=self._watcher.looked_at,
            runs_unseen=self._watcher.unseen,
            runs_gone=self._watcher.gone,
            runs_given_up=self._watcher.given_up,
            **self._dropped(),
            quarantined=self._folder.quarantined,
            spool_bytes=self._spool.size_bytes(),
            room=self._keeper.room,
            dropped=self._spool.dropped(),
            rules=self._pipeline.ruling.counts,
            rules_trouble=self._pipeline.ruling.trouble,
            processors=self._pipeline.ruling.processed,
            guard=self._pipeline.guard.counts,
            forwards=self._readers.forwards,
            outputs=self._readers.feeds.view(),
            uptime_seconds=(self._clock.boot_ns() - self._started_ns) / NS_PER_SECOND,
            received_per_second=received,
            stored_per_second=stored,
            forwarded_per_second=forwarded,
            forwarded=forwarder.forwarded,
            **msgspec.structs.asdict(self._counters),
        )

    def health(self) -> bytes:
        """Return how this humed fares, as central is told with the keepalive."""
        view = self.queue()
        chosen = sum(count for cause, count in view.dropped.items() if cause.startswith(parsing.CHOSEN))
        told = Health(
            version=view.version,
            depth=max(0, view.depth),
            oldest_age_seconds=view.oldest_age_seconds,
            dropped=sum(view.dropped.values()) - chosen,
            open_runs=view.open_runs,
            room="" if view.room == "everything" else view.room,
            drop_waiting=view.drop_waiting,
            quarantined=view.quarantined,
            rules_trouble=bool(view.rules_trouble),
            outputs_waiting=sum(bool(one.last_error) for one in view.outputs.values()),
            uptime_seconds=view.uptime_seconds,
        )
        return health.pack(told)

    def _dropped(self) -> dict[str, typing.Any]:
        (waiting, foreign), (device, inode) = self._folder.census(), self._folder.identity
        return {
            "drop_waiting": waiting,
            "drop_foreign": foreign,
            "drop_folder": str(self._folder.path),
            "drop_device": device,
            "drop_inode": inode,
            "drop_trouble": self._folder.trouble,
        }

    def _oldest_age(self) -> float | None:
        body = self._spool.oldest_beyond(self.committed_upto())
        if body is None:
            return None
        with contextlib.suppress(MalformedEventError):
            return max(0.0, (self._clock.wall_ns() - codec.decode(body).time) / NS_PER_SECOND)
        return None
