# SPDX-License-Identifier: MIT
"""Which processes still lived when something was said, known from what they say later in the files that wait beside it.

What lies in the drop folder was said long ago, often by scripts that have ended since. Whether a run was at work in its fork
when another began beside it, /proc does not tell any more; but whoever speaks later, himself or through what he called, was
alive. It holds for one group of files: what comes in the next one is not foreseen.

Anybody may drop a file that says anything, so a user's files tell of processes only beside what that user says himself.
"""

from collections.abc import Callable, Iterable
from typing import Annotated

import msgspec

from humeops.daemon.dropfolder import Dropped
from humeops.daemon.processes import Link
from humeops.daemon.sayer import Sayer
from humeops.event import MAX_CHAIN, ChainLink, Event

# So many processes are kept in mind: those of a group of files, each with as long a chain as may be.
MOST_HEARD = 64_000


class _Processes(msgspec.Struct):
    chain: Annotated[list[ChainLink], msgspec.Meta(max_length=MAX_CHAIN)] = []


class _Glimpse(msgspec.Struct):
    """What of an event tells who lived when; it is not yet known whether the rest is acceptable."""

    boot: str = ""
    mono: int = 0
    sayer: ChainLink | None = None
    origin: _Processes = msgspec.field(default_factory=_Processes)


_decoder = msgspec.json.Decoder(_Glimpse)


class Hindsight:
    """When, at the latest, processes were heard of in a group of dropped files."""

    def __init__(self) -> None:
        self._heard: dict[tuple[int | None, str, Link], int] = {}

    def look_through(self, files: Iterable[Dropped], is_over: Callable[[], bool] = lambda: False) -> str:
        """Learn of these files, which are then taken in, until it is over or enough; return the name of the last, "" of none.

        What is no event is passed over: taking it in says why.
        """
        last = ""
        for file in files:
            last = file.name
            try:
                seen = _decoder.decode(file.body)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                seen = _Glimpse()
            for link in (*seen.origin.chain, *((seen.sayer,) if seen.sayer else ())):
                key = (file.uid, seen.boot, link)
                self._heard[key] = max(self._heard.get(key, 0), seen.mono)
            if is_over() or len(self._heard) > MOST_HEARD:
                break
        return last

    def lived(self, link: Link, event: Event, sayer: Sayer) -> bool:
        """Tell whether this process was heard of after the event was said."""
        return self._heard.get((sayer.uid, event.boot, link), 0) > event.mono > 0

    def forget(self) -> None:
        """Heed that the group is over."""
        self._heard.clear()
