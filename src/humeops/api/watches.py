# SPDX-License-Identifier: MIT
"""/api/v1/watches: what is expected of tasks, declared, paused and taken back by people.

Three handlers share one address, and Litestar then wraps those of plain functions twice: these bring their threads themselves.
"""

import anyio.to_thread
from litestar import delete, get, post

from humeops.api import parameters, views
from humeops.api.parameters import ParameterError
from humeops.api.schemas import Changed, PauseWish, WatchPage, WatchWish
from humeops.api.service import Asked, Central
from humeops.central.store import declaring, patterns
from humeops.central.store.questions import watches
from humeops.central.watches import expectation
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.wire import codec

_LONGEST_HOST, _LONGEST_TASK = 255, 64


@get("/api/v1/watches")
async def list_watches(central: Central, asked: Asked) -> WatchPage:
    """Return watches by host and task."""
    roles.authorize(asked.actor, "read", Thing("watches"))
    query = parameters.read(asked.parameters, parameters.WatchesQuery)
    wanted = watches.Filter(query.host, query.task, query.state)

    def find() -> WatchPage:
        with central.database.reading() as connection:
            page = watches.find(connection, wanted, query.limit, query.after)
        return WatchPage([views.watch_view(watch) for watch in page.rows], page.next)

    return await anyio.to_thread.run_sync(find)


@post("/api/v1/watches", status_code=200)
async def declare_watch(central: Central, asked: Asked, data: WatchWish) -> Changed:
    """Take a declaration: the latest one wins."""
    roles.authorize(asked.actor, "write", Thing("watches"))
    _check_place(data.host, data.task)
    try:
        wanted = expectation.read(data.expect)
    except expectation.DeclarationError as error:
        raise ParameterError(str(error)) from None
    maker = f"{asked.actor.name}{f', {data.by[:200]}' if data.by else ''}"
    return await anyio.to_thread.run_sync(_declare, central, data, wanted, maker)


def _declare(central: Central, data: WatchWish, wanted: expectation.Expectation, maker: str) -> Changed:
    now_ns = central.clock.wall_ns()
    if patterns.is_pattern(data.host) or data.tag:
        made = patterns.Pattern(data.host, data.tag, data.task, wanted, maker, now_ns)
        return Changed(central.database.write(lambda connection: patterns.declare(connection, made, now_ns)))
    one = declaring.Declaration(data.host, data.task, wanted, maker, now_ns)
    central.database.write(lambda connection: declaring.declare(connection, [one], now_ns))
    return Changed(1)


@post("/api/v1/watches/pause", sync_to_thread=True, status_code=200)
def pause_watch(central: Central, asked: Asked, data: PauseWish) -> Changed:
    """Expect nothing of this task until then, or (without `until`) from now on again."""
    roles.authorize(asked.actor, "write", Thing("watches"))
    names, now_ns = [(data.host, data.task)], central.clock.wall_ns()
    if data.until is not None and not now_ns < data.until < 2**63:
        raise ParameterError("`until`: it lies in the past, or beyond all times")
    return Changed(central.database.write(lambda connection: declaring.pause(connection, names, data.until, now_ns)))


@delete("/api/v1/watches", status_code=200)
async def remove_watch(central: Central, asked: Asked) -> Changed:
    """Expect nothing of this task any more, on this host or on those that a pattern gave a watch."""
    roles.authorize(asked.actor, "write", Thing("watches"))
    query = parameters.read(asked.parameters, parameters.WatchQuery)
    return await anyio.to_thread.run_sync(_remove, central, query)


def _remove(central: Central, query: parameters.WatchQuery) -> Changed:
    now_ns = central.clock.wall_ns()
    if patterns.is_pattern(query.host) or query.tag:
        return Changed(
            central.database.write(
                lambda connection: patterns.remove(connection, query.host, query.tag, query.task, now_ns)
            )
        )
    names = [(query.host, query.task)]
    return Changed(central.database.write(lambda connection: declaring.remove(connection, names, now_ns)))


def _check_place(host: str, task: str) -> None:
    if not task or len(task) > _LONGEST_TASK or not codec.is_name(task):
        raise ParameterError(f"`task`: {task[:60]!a} is no name of a task")
    if not host or len(host) > _LONGEST_HOST or not codec.is_name(host) or " " in host:
        raise ParameterError(f"`host`: {host[:60]!a} is no name of a host, and no pattern of names")
