# SPDX-License-Identifier: MIT
"""When a running run will likely be through: by the share it says is done, else by how long the good runs took. Pure."""

from typing import Literal, NamedTuple

from humeops.central.fold import Summary, elapsed

# A share this small says more about the beginning than about the whole.
_LEAST_SHARE = 0.02


class Outlook(NamedTuple):
    """When the end is to be expected, by the host's wall clock, and what tells."""

    ends_at: int
    by: Literal["progress", "usual"]


def of_run(summary: Summary, usual_duration: int | None) -> Outlook | None:
    """Return what is to be expected of a run; None when it has ended, or when nothing tells."""
    if summary.end is not None:
        return None
    begin, progress = summary.begin, summary.progress
    if progress is not None and progress.rare.progress is not None:
        done, total = progress.rare.progress
        if total and done / total >= _LEAST_SHARE:
            return Outlook(begin.time + round(elapsed(begin, progress) * (total / done)), "progress")
    return Outlook(begin.time + usual_duration, "usual") if usual_duration is not None else None
