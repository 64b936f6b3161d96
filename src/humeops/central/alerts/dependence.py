# SPDX-License-Identifier: MIT
"""What keeps what quiet, where one depends on another and that on a third. Pure.

Whoever is kept quiet leads up, in the end, to somebody who is told. Of those that depend on each other in a ring one is
therefore kept quiet by nothing.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TypeAlias

Name: TypeAlias = tuple[str, str]  # host and task
Above: TypeAlias = Mapping[Name, Sequence[Name]]


def held(above: Above, rather_not: Container[Name] = ()) -> dict[Name, Sequence[Name]]:
    """Return for each name what keeps it quiet. All that is above something is a name, too; `rather_not` is told last."""
    free: set[Name] = set()
    settled = {name for name, parents in above.items() if not parents}
    while rest := above.keys() - settled:
        reached = {name for name in rest if not settled.isdisjoint(above[name])}
        if not reached:
            reached = {min(_ring(rest, above), key=lambda name: (name in rather_not, name))}
            free |= reached
        settled |= reached
    return {name: () if name in free else parents for name, parents in above.items()}


def _ring(rest: Iterable[Name], above: Above) -> list[Name]:
    """Go up from one of these, none of which has an end above it, until somebody comes again."""
    way = [min(rest)]
    while (name := above[way[-1]][0]) not in way:
        way.append(name)
    return way[way.index(name) :]
