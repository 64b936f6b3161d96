# SPDX-License-Identifier: MIT
"""One run: what became of it and why, its timeline beside the usual one (or beside another run), what it said."""

import msgspec
import sqlalchemy as sa
from litestar import Response, get

from humeops.api import comparing, explained, parameters, views
from humeops.api.schemas import RunDetail, RunView
from humeops.api.service import Asked, Central
from humeops.central.store import people, scoping
from humeops.central.store.questions import overview, runs
from humeops.filters.tree import Node
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.web import bars, drawing, origin, rendering, words

NOTES = 100
OTHERS = 20  # runs to be compared with; any other one by its address


class RunQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /run/{name}: `vs` names a run to be compared with."""

    vs: str = ""


@get("/run/{name:str}", sync_to_thread=True)
def show_run(central: Central, asked: Asked, name: str) -> Response[str]:
    """Show one run."""
    within = roles.scope(asked.actor, "read", "runs")
    query, now_ns = parameters.read(asked.parameters, RunQuery), central.clock.wall_ns()
    with central.database.reading() as connection:
        found = explained.resolve(connection, name, within)
        past = explained.past_of(connection, found)
        detail = explained.detail(connection, found, past, now_ns, within)
        beside = _beside(connection, query.vs, now_ns, within) if query.vs else None
        name_of_task = (found.host, found.task)
        history = overview.outcomes(connection, [name_of_task], bars.COUNT).get(name_of_task, [])
        good, others = _last_good(connection, detail), _others(connection, detail)
        thing = Thing("notes", found.host, found.task, scoping.tags_of(connection, found.host, found.task))
        written = people.notes(connection, name_of_task, NOTES, found.summary.run)
    return rendering.page(
        "run.html",
        now_ns=now_ns,
        actor=asked.actor,
        detail=detail,
        run=detail.run,
        beside=beside,
        compared=comparing.compare(detail, beside) if beside else None,
        others=others,
        picture=drawing.draw(detail, beside, past.usual_way()),
        origin=origin.sentence(detail),
        share=_share(detail),
        how_far=_how_far(detail, now_ns),
        history_drawn=bars.draw(history),
        good=good,
        written=written,
        may_write=roles.may(asked.actor, "write", thing),
        shown=_shown(detail),
        serious=words.SERIOUS,
    )


def _beside(connection: sa.Connection, name: str, now_ns: int, within: Node) -> RunDetail:
    other = explained.resolve(connection, name, within)
    return explained.detail(connection, other, explained.past_of(connection, other), now_ns, within)


def _last_good(connection: sa.Connection, detail: RunDetail) -> str | None:
    """Return the last good run before this one: what it is worth comparing with."""
    wanted = runs.Filter(detail.run.host, detail.run.task, states=("ok",), until=detail.run.started_at)
    found = runs.find(connection, wanted, 1, None).rows
    return views.run_view(found[0]).id if found else None


def _others(connection: sa.Connection, detail: RunDetail) -> list[RunView]:
    """Return the last runs of the task but this one, which a person may put beside it."""
    found = runs.find(connection, runs.Filter(detail.run.host, detail.run.task), OTHERS + 1, None).rows
    return [view for view in map(views.run_view, found) if view.id != detail.run.id][:OTHERS]


def _share(detail: RunDetail) -> float | None:
    if detail.run.state != "running" or detail.run.progress is None:
        return None
    done, total = detail.run.progress
    return min(1.0, done / total) if total else 0.0


def _how_far(detail: RunDetail, now_ns: int) -> str:
    """Return in words how much of a running run is done, and when it will likely be through."""
    share = _share(detail)
    done = [] if share is None else [f"{round(share * 100)} %"]
    if detail.outlook is None:
        return "".join(done)
    left = detail.outlook.ends_at - now_ns
    by = "by what it says is done" if detail.outlook.by == "progress" else "if it takes as long as usual"
    told = f"about {words.span(left)} left" if left > 0 else f"should have been through {words.span(-left)} ago"
    return ", ".join([*done, told, by])


def _shown(detail: RunDetail) -> dict[str, str]:
    """Return, by id, what each event says in words beyond its message."""
    return {event.id: origin.said(event) for event in detail.events}
