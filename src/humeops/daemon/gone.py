# SPDX-License-Identifier: MIT
"""The event with which humed says that a run's process ended and no stop came: kind `gone` (docs/protocol.md, section 5).

It says what humed alone knows, why and when. What the run did before is in its events; central words the reason from them.
"""

import os
import secrets
from typing import NamedTuple

from humeops.daemon.runrows import Run
from humeops.event import Event, Origin, Value
from humeops.wire import eventid

ENDED = "ended"
REBOOT = "reboot"
UNWATCHED = "unwatched"


class Death(NamedTuple):
    """Why humed ends a run, and when that was by both clocks of this boot."""

    cause: str
    wall_ns: int
    boot_ns: int


def make_event(run: Run, death: Death, oom_kills: int, host: str, boot: str, made_ns: int) -> Event:
    """Return the event; it goes into the spool together with the run's mark. `made_ns`: now."""
    data: dict[str, Value] = {"cause": death.cause}
    if oom_kills:
        data["oom_kills"] = oom_kills
    return Event(
        v=1,
        id=eventid.make_event_id(made_ns, secrets.randbits(62)),
        kind="gone",
        time=death.wall_ns,
        boot=boot,
        mono=death.boot_ns,
        host=host,
        task=run.task,
        run=run.id,
        level="error",
        message=_word(death.cause, oom_kills),
        data=data,
        origin=Origin(uid=os.geteuid(), pid=os.getpid(), script="humed", via="humed"),
    )


def _word(cause: str, oom_kills: int) -> str:
    if cause == REBOOT:
        return "the host was restarted"
    if cause == UNWATCHED:
        return "too many runs are open on this host: this one is no longer watched"
    return f"probably out of memory: the kernel killed {oom_kills} in its control group" if oom_kills else ""
