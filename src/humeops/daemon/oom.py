# SPDX-License-Identifier: MIT
"""How often the kernel killed for want of memory in a process's control group: the likely reason of many a sudden end.

The group may be removed together with its last process, so the group above is counted too; it counts what happens below
it. Only control groups of version 2 tell (`memory.events`, cgroups(7)); elsewhere nothing is said rather than guessed.
The kernel's log would tell more, and needs rights that humed does without.
"""

import pathlib
from typing import NamedTuple

ROOT = pathlib.Path("/sys/fs/cgroup")
_HIERARCHY = "0::"  # version 2 in /proc/PID/cgroup


class Toll(NamedTuple):
    """A control group and how often the kernel had killed there, and in the group above; None where it does not say."""

    group: str
    here: int | None
    above: int | None


NOTHING = Toll("", None, None)


def count(lines: str, root: pathlib.Path = ROOT) -> Toll:
    """Return the toll of the group that these lines of /proc/PID/cgroup name."""
    group = next((line[len(_HIERARCHY) :] for line in lines.splitlines() if line.startswith(_HIERARCHY)), "")
    # The root has no such file; what lies outside of humed's own view of the tree must not lead out of `root`.
    if group in ("", "/") or ".." in group.split("/"):
        return NOTHING
    return _count(group, root)


def kills_since(before: Toll, root: pathlib.Path = ROOT) -> int:
    """Return how often the kernel killed there since; 0 where that is not known."""
    if not before.group:
        return 0
    now = _count(before.group, root)
    for then, later in ((before.here, now.here), (before.above, now.above)):
        if then is not None and later is not None:
            return max(0, later - then)
    return 0


def _count(group: str, root: pathlib.Path) -> Toll:
    place = root / group.lstrip("/")
    above = place.parent
    return Toll(group, _kills(place), _kills(above) if above != root else None)


def _kills(group: pathlib.Path) -> int | None:
    try:
        lines = (group / "memory.events").read_text("ascii").splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), None)
    except (OSError, ValueError, IndexError):
        return None
