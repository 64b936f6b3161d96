# SPDX-License-Identifier: MIT
"""What a search finds, to take away: as JSON lines, or as CSV that no spreadsheet computes; the newest first.

It streams: central holds one page of it at a time, however long it is, and whoever goes away stops it.
"""

import csv
import datetime
import io
from collections.abc import AsyncIterator, Sequence
from typing import Literal

import anyio.to_thread
import msgspec
from litestar import get
from litestar.response import Stream

from humeops import cells, moments
from humeops.api import parameters, views
from humeops.api.schemas import EventView
from humeops.api.service import Asked, Central
from humeops.central.store.questions import events
from humeops.security import roles
from humeops.web import asking

MOST = 100_000
AT_ONCE = 1_000
_COLUMNS = (
    "time",
    "host",
    "task",
    "run",
    "kind",
    "level",
    "message",
    "tags",
    "data",
    "flag",
    "status",
    "outcome",
    "id",
)
_KINDS = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
Form = Literal["ndjson", "csv"]


class ExportQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /events/export."""

    q: parameters.Filter = ""
    form: Form = "ndjson"


@get("/events/export", sync_to_thread=False)
def export(central: Central, asked: Asked) -> Stream:
    """Send what the search finds, at most MOST events."""
    within = roles.scope(asked.actor, "read", "events")
    query, now_ns = parameters.read(asked.parameters, ExportQuery), central.clock.wall_ns()
    wanted = asking.events_filter(query.q, now_ns)._replace(within=within)
    moment = datetime.datetime.fromtimestamp(now_ns // 1_000_000_000, datetime.UTC)
    name = f"hume-events-{moment:%Y%m%dT%H%M%SZ}.{query.form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Stream(_parts(central, wanted, query.form), media_type=_KINDS[query.form], headers=headers)


async def _parts(central: Central, wanted: events.Filter, form: Form) -> AsyncIterator[bytes]:
    if form == "csv":
        yield _rows([_COLUMNS])
    left = MOST
    after: str | None = None
    while left > 0:
        page = await anyio.to_thread.run_sync(_read, central, wanted, after)
        yield _text([views.event_view(row) for row in page.rows], form)
        left, after = left - len(page.rows), page.next
        if after is None:
            return


def _read(central: Central, wanted: events.Filter, after: str | None) -> events.Searched:
    with central.database.reading() as connection:
        return events.find(connection, wanted, False, AT_ONCE, after)


def _text(found: Sequence[EventView], form: Form) -> bytes:
    if form == "ndjson":
        return b"".join(cells.to_json(msgspec.to_builtins(event)).encode() + b"\n" for event in found)
    return _rows([[_cell(event, name) for name in _COLUMNS] for event in found])


def _cell(event: EventView, name: str) -> str:
    if name == "time":
        return moments.in_full(event.time)
    if name == "tags":
        return cells.to_cell(" ".join(event.tags))
    found = getattr(event, name)
    return "" if found in (None, "", {}) else cells.to_cell(found)


def _rows(made: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(made)
    return text.getvalue().encode()
