# SPDX-License-Identifier: MIT
"""All outputs of one humed, as its loop sees them: made, woken, stopped, told of; and how long the spool waits for them.

Rows that central has, and an output has not, stay in the spool until they take more than `hold_bytes`, or a quarter of the spool's cap;
then the older half of them is let go, and the output counts what it missed. So a dead receiver can never fill the spool.

*Changes.* An output whose settings changed is stopped and made anew at its place in the spool, by a thread of its own: the old one may be
in the middle of a write that takes its time, and the loop waits for nobody. Until it has ended it counts as the output.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

import msgspec

from humeops.clock import Clock
from humeops.daemon.outputs import settings as settings_module
from humeops.daemon.outputs.cursor import Cursor
from humeops.daemon.outputs.feed import Feed, Output
from humeops.daemon.outputs.ndjson import JsonLines
from humeops.daemon.outputs.settings import FileOutput, OutputSettings, SyslogOutput
from humeops.daemon.outputs.syslog import Syslog
from humeops.daemon.spool import Spool
from humeops.errors import ConfigError

FOLDER = "outputs"  # beside the spool: a cursor for each
HELD_SHARE = 4

log = logging.getLogger(__name__)


class OutputView(msgspec.Struct):
    """One output in the answer to `?queue`."""

    to: str
    sent: int  # since this humed started
    missed: int  # the same: let go, or given up, before the output had them
    upto: int
    behind: int  # events in the spool that it has not
    last_sent_at: int | None
    last_error: str  # why it waits; empty when it does not


class Feeds:
    """Made at humed's start; raises OSError when a cursor cannot be kept."""

    def __init__(self, chosen: OutputSettings, spool: Spool, max_bytes: int, clock: Clock) -> None:
        self._spool = spool
        self._max_bytes = max_bytes
        self._clock = clock
        self._wanted = chosen
        self._ring: Callable[[], None] = lambda: None
        self._replacing = threading.Lock()
        self._feeds = [self._make(one) for one in chosen.all]

    def __bool__(self) -> bool:
        return bool(self._feeds)

    def start(self, ring: Callable[[], None]) -> None:
        """Begin to feed all of them."""
        self._ring = ring
        for feed in self._feeds:
            feed.start(ring)

    def adopt(self, chosen: OutputSettings) -> None:
        """Go by these settings, soon: what did not change goes on, what did is replaced as soon as it can be."""
        is_other, self._wanted = chosen.all != self._wanted.all, chosen
        if is_other:
            threading.Thread(target=self._replace, name="outputs", daemon=True).start()

    def wake(self) -> None:
        """Say that the spool has more."""
        for feed in self._feeds:
            feed.wake()

    def stop(self, patience_seconds: float) -> None:
        """Ask all threads to end."""
        for feed in self._feeds:
            feed.stop(patience_seconds)

    def upto(self) -> int:
        """Return how far all of them have everything; of none, everything."""
        return min((feed.upto for feed in self._feeds), default=self._spool.last_seq)

    def releasable(self, committed_upto: int) -> int:
        """Return up to where rows that central has may be deleted now."""
        upto = self.upto()
        if upto >= committed_upto:
            return committed_upto
        hold_bytes = min(self._wanted.hold_bytes, self._max_bytes // HELD_SHARE)
        is_too_much = not hold_bytes or self._spool.used_bytes() > hold_bytes
        if not is_too_much:
            return upto
        oldest = max(upto, self._spool.oldest_seq() - 1)
        return committed_upto if not hold_bytes else min(committed_upto, (oldest + committed_upto + 1) // 2)

    def take_damaged(self) -> Iterator[int]:
        """Yield the events that were found damaged since the last call; raise what ended a thread."""
        for feed in self._feeds:
            if feed.failure is not None:
                raise feed.failure
            while feed.damaged:
                yield feed.damaged.popleft()

    def _replace(self) -> None:
        with self._replacing:
            wanted = {one.name: one for one in self._wanted.all}
            old = [feed for feed in self._feeds if feed.chosen != wanted.get(feed.name)]
            for feed in old:
                feed.stop()
            named = {feed.name for feed in self._feeds}
            self._feeds += self._begun(one for name, one in wanted.items() if name not in named)
            for feed in old:
                feed.stop(patience_seconds=None)
                log.info("output %s: %s is let go", feed.name, feed.to)
                new = self._begun([wanted[feed.name]] if feed.name in wanted else [])
                # In one step: without either, the loop would let go of what the new one has not.
                self._feeds = [other for other in self._feeds if other is not feed] + new

    def _begun(self, chosen: "Iterable[SyslogOutput | FileOutput]") -> list[Feed]:
        begun = []
        for one in chosen:
            try:
                begun.append(self._make(one))
            except (OSError, ConfigError) as error:
                log.error("output %s cannot begin: %s", one.name, error)  # noqa: TRY400 - the user's matter, not hume's
        for feed in begun:
            feed.start(self._ring)
            log.info("output %s: %s from now on", feed.name, feed.to)
        return begun

    def view(self) -> dict[str, OutputView]:
        """Return the picture of each, by name."""
        return {feed.name: self._view(feed) for feed in self._feeds}

    def _view(self, feed: Feed) -> OutputView:
        upto, last = feed.upto, self._spool.last_seq
        behind = max(0, last - upto - self._spool.lost_beyond(upto))
        return OutputView(feed.to, feed.sent, feed.missed, upto, behind, feed.last_sent_at, feed.last_error)

    def _make(self, chosen: SyslogOutput | FileOutput) -> Feed:
        to, output = _open(chosen, self._clock)
        spool = self._spool
        cursor = Cursor(spool.path.with_name(FOLDER) / f"{chosen.name}.cursor", spool.epoch, spool.last_seq)
        return Feed(chosen, to, output, cursor, spool.path, self._clock)


def _open(chosen: SyslogOutput | FileOutput, clock: Clock) -> tuple[str, Output]:
    if isinstance(chosen, FileOutput):
        return chosen.path, JsonLines(chosen, clock)
    place = settings_module.place_of(chosen.to)
    if place is None:
        raise ConfigError(f"`outputs.syslog`: {chosen.to} is no address")
    return chosen.to, Syslog(chosen, place)
