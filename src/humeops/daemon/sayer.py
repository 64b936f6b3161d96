# SPDX-License-Identifier: MIT
"""Who said an event, as the kernel knows.

Of a dropped file the kernel knows the owner alone; which process it was is what the file says. That tells the sayer's own
runs apart, and gives him a say in nobody else's.
"""

from typing import NamedTuple

from humeops.daemon.processes import Link

ROOT = 0
TCP = "tcp"  # a way on which no kernel says who speaks


class Sayer(NamedTuple):
    """The user, the process (None through the drop folder), the way; `claimed`: the process that a dropped file names."""

    uid: int | None
    pid: int | None
    via: str
    claimed: Link | None = None


def named(uid: int | None) -> str:
    """Return what people are told of a sayer: over tcp nobody knows his user."""
    return "a sender over tcp" if uid is None else f"user {uid}"
