# SPDX-License-Identifier: MIT
"""A run with all its events: the API gives the first thousand at once, and the end is what people come for.

What is missing is fetched page by page. The stretches beyond the API's are made from the flags among the rest, by the
host's wall clock: the list of events does not tell the time since the run's start.
"""

import itertools
import sys

import msgspec

from humeops.api import schemas
from humeops.cli import client

# A person's screen needs the beginning and the end of so long a run; --all and the formats for programs read everything.
MOST = 50_000
NEWEST = 1_000


def complete(central: client.Central, detail: schemas.RunDetail, everything: bool) -> schemas.RunDetail:
    """Return the run with the events that central left out; `more_events` stays true where even that is not all."""
    if not detail.more_events:
        return detail
    asked = {"run": detail.run.id, "order": "oldest"}
    known = {event.id for event in detail.events}
    read = central.items("events", schemas.EventPage, asked, sys.maxsize if everything else MOST)
    rest = [event for event in read if event.id not in known]
    more = not everything and len(detail.events) + len(rest) >= MOST
    if more:
        known.update(event.id for event in rest)
        newest = list(central.items("events", schemas.EventPage, {"run": detail.run.id}, NEWEST))
        rest += [event for event in reversed(newest) if event.id not in known]
    whole = [*detail.events, *rest]
    return msgspec.structs.replace(detail, events=whole, stretches=_stretches(detail, rest), more_events=more)


def _stretches(detail: schemas.RunDetail, rest: list[schemas.EventView]) -> list[schemas.Stretch]:
    # The API knows as many flags as it gave stretches, less the last one, which leads to the end.
    *known, last = detail.stretches
    flags = [event for event in itertools.chain(detail.events, rest) if event.kind == "flag"]
    here, end = last.begins, last.begins + last.lasts
    for flag in flags[len(known) :]:
        there = min(max(here, flag.time - detail.run.started_at), max(here, end))
        known.append(schemas.Stretch(flag.flag, here, there - here))
        here = there
    return [*known, msgspec.structs.replace(last, begins=here, lasts=max(0, end - here))]
