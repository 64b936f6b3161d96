# SPDX-License-Identifier: MIT
"""Is the end of a script noticed? Pure."""

import typing

from humeops.cli import phrases
from humeops.cli.doctor.facts import Facts
from humeops.cli.doctor.finding import Finding, warning


def open_runs_are_watched(facts: Facts) -> Finding | None:
    """humed watches the processes of all open runs, each by a descriptor."""
    if given_up := _count(facts, "runs_given_up"):
        return warning(
            f"{phrases.plural(given_up, 'open run')} given up since humed started: too many to watch", "hume queue"
        )
    if looked_at := _count(facts, "runs_looked_at"):
        told = f"humed looks at {phrases.plural(looked_at, 'script')} every 10 s only: it may hold no more descriptors"
        return warning(told, f"prlimit --nofile --pid {facts.daemon.pid}" if facts.daemon.is_humed else "hume queue")
    return None


def _count(facts: Facts, name: str) -> int:
    count: typing.Any = facts.daemon.picture.get(name) if facts.daemon.picture else None
    return count if isinstance(count, int) else 0
