# SPDX-License-Identifier: MIT
"""The event with which humed says that it had to drop something: kind `loss` (docs/protocol.md, section 6).

Dropping comes in steps of bounded size, and one event for each would be many for little. So what a step drops is owed: it
is written down in the step's own transaction (table `undeclared`), added to what is owed for the same cause, and declared
in one event for each cause when the dropping has come to an end, or after some seconds. A death in between leaves the debt
in the spool, and the next humed declares it.
"""

import dataclasses
import os
import secrets

from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon.spool import Group
from humeops.daemon.worth import NEVER_DROPPED
from humeops.event import Event, Origin
from humeops.wire import codec, eventid, seqs

TASK = "humed"
# Every one of the ranges, or none: a text among an event's data has at most 1,024 characters.
MAX_RANGES_TEXT = 1_000


@dataclasses.dataclass(frozen=True)
class Loss:
    """`count` events are gone among the seqs `first` … `last` (inclusive) of an epoch; `ranges`: exactly which, if few."""

    epoch: str
    first: int
    last: int
    count: int
    cause: str
    ranges: str = ""

    def __add__(self, more: "Loss") -> "Loss":
        """Return both as one; of one epoch and cause."""
        first, last = min(self.first, more.first), max(self.last, more.last)
        ranges = ""
        if self.ranges and more.ranges:
            ranges = _short(seqs.merge([*seqs.from_text(self.ranges), *seqs.from_text(more.ranges)]))
        return Loss(self.epoch, first, last, self.count + more.count, self.cause, ranges)


def of_seqs(epoch: str, gone: list[int], cause: str) -> Loss:
    """Return the loss of these ascending seqs."""
    return Loss(epoch, gone[0], gone[-1], len(gone), cause, _short(seqs.runs_of(gone)))


def owe(loss: Loss, group: Group) -> None:
    """Write down, in the group, that this is to be declared."""
    query = "SELECT epoch, first, last, count, cause, ranges FROM undeclared WHERE epoch = ? AND cause = ?"
    found = group.db.execute(query, (loss.epoch, loss.cause)).fetchone()
    owed = Loss(*found) + loss if found else loss
    group.db.execute(
        "INSERT OR REPLACE INTO undeclared (epoch, first, last, count, cause, ranges) VALUES (?, ?, ?, ?, ?, ?)",
        dataclasses.astuple(owed),
    )


def declare_owed(group: Group, host: str, clock: Clock) -> None:
    """Put the events that declare what is owed into the group."""
    query = "SELECT epoch, first, last, count, cause, ranges FROM undeclared ORDER BY epoch, cause"
    for row in group.db.execute(query).fetchall():
        declare(Loss(*row), group, host, clock)
    group.db.execute("DELETE FROM undeclared")


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
        message=f"{loss.count} event{'' if loss.count == 1 else 's'} lost: {loss.cause}",
        data={name: value for name, value in dataclasses.asdict(loss).items() if value != ""},
        origin=Origin(uid=os.geteuid(), pid=os.getpid(), script="humed", via="humed"),
    )
    group.put(codec.encode(event), NEVER_DROPPED, now // NS_PER_SECOND)


def _short(ranges: "list[seqs.Range] | tuple[seqs.Range, ...]") -> str:
    text = seqs.to_text(ranges)
    return text if len(text) <= MAX_RANGES_TEXT else ""
