# SPDX-License-Identifier: MIT
"""All outputs of one humed, as its loop sees them: made, woken, stopped, told of; and how long the spool waits for them.

Rows that central has, and an output has not, stay in the spool until they take more than `hold_bytes`, or a quarter of the spool's cap;
then the older half of them is let go, and the output counts what it missed. So a dead receiver can never fill the spool.
"""

import pathlib
from collections.abc import Callable, Iterator

import msgspec

from humeops.clock import Clock
from humeops.daemon.outputs import settings as settings_module
from humeops.daemon.outputs.cursor import Cursor
from humeops.daemon.outputs.feed import Feed, Output
from humeops.daemon.outputs.ndjson import JsonLines
from humeops.daemon.outputs.settings import OutputSettings, SyslogOutput
from humeops.daemon.outputs.syslog import Syslog
from humeops.daemon.spool import Spool
from humeops.errors import ConfigError

FOLDER = "outputs"  # beside the spool: a cursor for each
HELD_SHARE = 4


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
        self._hold_bytes = min(chosen.hold_bytes, max_bytes // HELD_SHARE)
        folder = spool.path.with_name(FOLDER)
        self._feeds = [_make(one, folder, spool, clock) for one in chosen.all]

    def __bool__(self) -> bool:
        return bool(self._feeds)

    def start(self, ring: Callable[[], None]) -> None:
        """Begin to feed all of them."""
        for feed in self._feeds:
            feed.start(ring)

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
        is_too_much = not self._hold_bytes or self._spool.used_bytes() > self._hold_bytes
        if not is_too_much:
            return upto
        oldest = max(upto, self._spool.oldest_seq() - 1)
        return committed_upto if not self._hold_bytes else min(committed_upto, (oldest + committed_upto + 1) // 2)

    def take_damaged(self) -> Iterator[int]:
        """Yield the events that were found damaged since the last call; raise what ended a thread."""
        for feed in self._feeds:
            if feed.failure is not None:
                raise feed.failure
            while feed.damaged:
                yield feed.damaged.popleft()

    def view(self) -> dict[str, OutputView]:
        """Return the picture of each, by name."""
        return {feed.name: self._view(feed) for feed in self._feeds}

    def _view(self, feed: Feed) -> OutputView:
        upto, last = feed.upto, self._spool.last_seq
        behind = max(0, last - upto - self._spool.lost_beyond(upto))
        return OutputView(feed.to, feed.sent, feed.missed, upto, behind, feed.last_sent_at, feed.last_error)


def _make(chosen: object, folder: pathlib.Path, spool: Spool, clock: Clock) -> Feed:
    output: Output
    if isinstance(chosen, SyslogOutput):
        place = settings_module.place_of(chosen.to)
        if place is None:
            raise ConfigError(f"`outputs.syslog`: {chosen.to} is no address")
        to, output = chosen.to, Syslog(chosen, place)
    elif isinstance(chosen, settings_module.FileOutput):
        to, output = chosen.path, JsonLines(chosen, clock)
    else:
        raise ConfigError("`outputs`: an output of no kind")
    cursor = Cursor(folder / f"{chosen.name}.cursor", spool.epoch, spool.last_seq)
    return Feed(chosen.name, to, output, cursor, spool.path, chosen.level, clock)
