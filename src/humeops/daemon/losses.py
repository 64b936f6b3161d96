# SPDX-License-Identifier: MIT
"""The event with which humed says that it had to drop something: kind `loss` (docs/protocol.md, section 6)."""

import dataclasses
import os
import secrets

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.spool import Group
from humeops.daemon.worth import NEVER_DROPPED
from humeops.event import Event, Origin
from humeops.wire import codec, eventid

TASK = "humed"


@dataclasses.dataclass(frozen=True)
class Loss:
    """`count` events are gone among the seqs `first` … `last` (inclusive) of an epoch."""

    epoch: str
    first: int
    last: int
    count: int
    cause: str


def declare(loss: Loss, group: Group, host: str, clock: Clock) -> None:
    """Put the event that says so into the group."""
    now = clock.wall_ns()
    event = Event(
        v=1,
        id=eventid.make_event_id(now, secrets.randbits(62)),
        kind="loss",
        time=now,
        mono=clock.boot_ns(),
        host=host,
        task=TASK,
        level="error",
        message=f"{loss.count} events lost: {loss.cause}",
        data=dataclasses.asdict(loss),
        origin=Origin(uid=os.geteuid(), pid=os.getpid(), script="humed", via="humed"),
    )
    group.put(codec.encode(event), NEVER_DROPPED, now // NS_PER_SECOND)
