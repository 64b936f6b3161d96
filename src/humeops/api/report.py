# SPDX-License-Identifier: MIT
"""POST /api/v1/report: one event, said with plain curl by a host that has no hume (docs/guide/reporting.md).

A promise like humed's to a script: 200 means that the event is committed. With an `Idempotency-Key` it may be sent again for a
day and is recorded once: id, time and run are settled at the first attempt, in a transaction of its own, and the event's id
does the rest. 202 means that it waits in Redis, where it may still be lost.
"""

import hashlib
import re
import secrets

import anyio.to_thread
import msgspec
import sqlalchemy as sa
from litestar import Request, Response, post
from litestar.datastructures import State

from humeops.api import intake, said
from humeops.api.hub import Hub
from humeops.api.lives import Lives
from humeops.api.parameters import ParameterError
from humeops.api.problems import NotFoundError
from humeops.api.schemas import Reported
from humeops.api.service import Asked, Central
from humeops.central.store import reports
from humeops.central.store.questions import runs
from humeops.errors import NotAllowedError
from humeops.security import roles
from humeops.security.roles import Actor, Thing
from humeops.wire import eventid

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@post("/api/v1/report", status_code=200)
async def take_report(
    request: Request[Actor, None, State], central: Central, asked: Asked, hub: Hub, lives: Lives
) -> Response[bytes]:
    """Record one event of the token's own host."""
    actor = asked.actor
    roles.authorize(actor, "report", Thing("events", actor.host))
    if actor.agent is None:
        raise NotAllowedError("this token is bound to no host")
    body, kind = await request.body(), request.headers.get("Content-Type", "")
    report = said.read(body, kind)
    if report.host not in ("", actor.host):
        raise NotAllowedError(f"this token reports for {actor.host}, not for {report.host[:100]!a}")
    key = _key(request.headers.get("Idempotency-Key"))
    place = await anyio.to_thread.run_sync(_settle, central, actor, report, key, hashlib.sha256(body).digest())
    _, raw = said.event_of(report, place)

    receipt = await lives.say(
        actor.agent, raw, central.clock.wall_ns(), lambda batch: intake.hand_over(central, actor, hub, batch)
    )
    if receipt.dead:
        raise ParameterError("the database refuses this event; central's operator finds it among the dead letters")
    answer = Reported(place.id, place.id if report.kind == "start" else place.run or msgspec.UNSET, receipt.queued)
    status = 202 if receipt.queued is True else 200
    return Response(msgspec.json.encode(answer), status_code=status, media_type="application/json")


def _key(given: str | None) -> str:
    if given is not None and not _KEY.fullmatch(given):
        raise ParameterError("`Idempotency-Key`: 1 to 255 characters of ASCII, without spaces")
    return given or ""


def _settle(central: Central, actor: Actor, report: said.Report, key: str, digest: bytes) -> said.Place:
    """Return where the event stands: as at the first attempt, if there was one under this key."""
    now_ns = central.clock.wall_ns()
    with central.database.reading() as connection:
        known = reports.find(connection, actor.agent or 0, key, now_ns) if key else None
        run = known.run if known else _run(connection, central, actor, report)
    if known is None:
        new = reports.Reserved(eventid.make_event_id(now_ns, secrets.randbits(62)), now_ns, run, digest)
        # Checked before anything is kept: what is no event leaves no trace.
        place = said.Place(new.event, new.at, actor.host, actor.name, new.run)
        said.event_of(report, place)
        if not key:
            return place
        known = central.database.write(lambda connection: reports.reserve(connection, actor.agent or 0, key, new))
    if known.digest != digest:
        raise reports.OtherBodyError("`Idempotency-Key`: something else was sent with this one before; take another")
    return said.Place(known.event, known.at, actor.host, actor.name, known.run)


def _run(connection: sa.Connection, central: Central, actor: Actor, report: said.Report) -> str | None:
    """Return the run this is of: the one it names, else the task's open one, as `hume` would find it."""
    if report.kind == "start":
        return None
    if report.run is None:
        return runs.open_run(connection, actor.host, report.task)
    found = runs.resolve(connection, report.run)
    if found is not None and found.host != actor.host:
        raise NotAllowedError(f"this run is not of {actor.host}")
    # Its start may wait in the stream yet.
    if found is None and central.stream is None:
        raise NotFoundError("`run`: there is no such run")
    if found is not None and report.task not in ("", found.task):
        raise ParameterError(f"`task`: this run is of {found.task[:100]!a}")
    return report.run
