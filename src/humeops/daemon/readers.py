# SPDX-License-Identifier: MIT
"""The threads that read the spool: the forwarding one, and one for each output. They only read; what they find is the loop's to act upon."""

import secrets
from collections.abc import Callable

from humeops.clock import Clock
from humeops.daemon import destination
from humeops.daemon.backoff import Backoff
from humeops.daemon.config import Config
from humeops.daemon.forwarder import Forwarder
from humeops.daemon.keeper import Keeper
from humeops.daemon.outputs.feeds import Feeds
from humeops.daemon.pace import Pace
from humeops.daemon.spool import Spool, SpoolFullError
from humeops.wire import batch


class Readers:
    """Made at humed's start; lives in its loop."""

    def __init__(self, config: Config, spool: Spool, keeper: Keeper, clock: Clock) -> None:
        self.forwards = config.central.forward
        self.forwarder = _make_forwarder(config, spool, clock)
        self.feeds = Feeds(config.outputs, spool, config.limits.max_bytes, clock)
        self._keeper = keeper

    def start(self, ring: Callable[[], None]) -> None:
        """Begin; `ring` is called from their threads whenever the loop has something to heed."""
        if self.forwards:
            self.forwarder.start(ring)
        self.feeds.start(ring)

    def wake(self) -> None:
        """Say that the spool has more."""
        self.forwarder.wake()
        self.feeds.wake()

    def stop(self, patience_seconds: float) -> None:
        """Ask them to end, and wait so long for each."""
        self.forwarder.stop(patience_seconds)
        self.feeds.stop(patience_seconds)

    def heed(self) -> None:
        """Give up events that they found damaged; raise what ended one of them."""
        if self.forwarder.failure is not None:
            raise self.forwarder.failure
        if (seq := self.forwarder.damaged_seq) and self._give_up(seq):
            self.forwarder.damaged_seq = 0
            self.forwarder.wake()
        for seq in self.feeds.take_damaged():
            # What central has is no loss. What it has not, the forwarding thread finds too, unless there is none.
            if not self.forwards:
                self._give_up(seq)

    def _give_up(self, seq: int) -> bool:
        try:
            self._keeper.give_up(seq)
        except SpoolFullError as error:
            self._keeper.on_full_disk(error)
            return False
        return True


def _make_forwarder(config: Config, spool: Spool, clock: Clock) -> Forwarder:
    central = config.central
    return Forwarder(
        config.spool,
        spool.epoch,
        destination.find(config),
        clock,
        central.batch_events,
        Backoff(central.retry_first_seconds, central.retry_longest_seconds),
        central.resend_seconds,
        spool.committed_upto,
        Pace(central.catch_up_per_second),
        batch.By(secrets.token_hex(16), config.host[:255]),
    )
