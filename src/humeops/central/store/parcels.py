# SPDX-License-Identifier: MIT
"""A batch, read, on its way into the database."""

from collections.abc import Sequence
from typing import NamedTuple

from humeops.event import Event
from humeops.wire import batch
from humeops.wire.health import Health

Dead = tuple[int, bytes, str]  # seq, as it came, why it cannot be read or stored


class Parcel(NamedTuple):
    """A batch, read: what it holds, who sent it, when it came. Events already carry the host of their agent."""

    agent: int
    host: str
    epoch: str
    oldest: int
    sent_at: int
    received_at: int
    events: Sequence[tuple[int, Event, bytes]]  # seq, event, as it came
    dead: Sequence[Dead]
    lost: Sequence[tuple[int, int]] = ()  # ranges of seqs that its agent had to drop
    health: Health | None = None  # how its humed fares, when it says so
    reported: bool = False  # no humed sent it
    by: batch.By | None = None  # which humed sent it, where it says so
