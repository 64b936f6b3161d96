# SPDX-License-Identifier: MIT
"""/api/v1/watches: what is expected of tasks, declared, paused and taken back by people.

Three handlers share one address, and Litestar then wraps those of plain functions twice: these bring their threads themselves.
"""

from collections.abc import Callable
from typing import NamedTuple

import anyio.to_thread
import sqlalchemy as sa
from litestar import delete, get, post

from humeops.api import acting, barring, parameters, views
from humeops.api.parameters import ParameterError
from humeops.api.problems import NotFoundError
from humeops.api.schemas import Changed, PauseWish, WatchPage, WatchWish, WatchWishes
from humeops.api.service import Asked, Central
from humeops.central.store import declaring, holding, patterns, scoping
from humeops.central.store.questions import watches
from humeops.central.watches import expectation, merging
from humeops.filters.tree import EVERYTHING
from humeops.security import roles
from humeops.security.roles import Thing
from humeops.wire import codec

_LONGEST_HOST, _LONGEST_TASK = 255, 64
_NOTHING = "`expect`: nothing is expected; say what, such as `every` 1d, or remove the watch"


class _Place(NamedTuple):
    host: str
    task: str
    tag: str = ""


@get("/api/v1/watches")
async def list_watches(central: Central, asked: Asked) -> WatchPage:
    """Return watches by host and task."""
    within = roles.scope(asked.actor, "read", "watches")
    query = parameters.read(asked.parameters, parameters.WatchesQuery)
    also = parameters.filter_of(query.q, "watches", central.clock.wall_ns())
    wanted = watches.Filter(query.host, query.task, query.state, also, within)

    def find() -> WatchPage:
        with central.database.reading() as connection:
            page = watches.find(connection, wanted, query.limit, query.after)
            # Patterns are of hosts that nobody knows yet, too: not for whoever sees some tasks alone, nor for a filter.
            is_asked = within == also == EVERYTHING and query.after is None and not query.state
            found = watches.patterns(connection, wanted) if is_asked else []
        return WatchPage(list(map(views.watch_view, page.rows)), page.next, list(map(views.watch_view, found)))

    return await anyio.to_thread.run_sync(find)


@post("/api/v1/watches", status_code=200, guards=barring.to_write_some("watches"))
async def declare_watch(central: Central, asked: Asked, data: WatchWish) -> Changed:
    """Take a declaration: the latest one wins."""
    return Changed(await anyio.to_thread.run_sync(say, central, asked, data))


def say(central: Central, asked: Asked, data: WatchWish) -> int:
    """Take a declaration; return on how many hosts it is. ParameterError names what is wrong with it."""
    return _declare(central, asked, [_read(data, asked)], is_trial=False).count


@post("/api/v1/watches/applied", status_code=200, guards=barring.to_write_some("watches"))
async def apply_watches(central: Central, asked: Asked, data: WatchWishes) -> Changed:
    """Take all of these declarations or none; with `dry_run` they are checked, and how many would be taken is told."""
    wishes = []
    for number, wish in enumerate(data.watches, 1):
        try:
            wishes.append(_read(wish, asked))
        except ParameterError as error:
            raise ParameterError(f"watch {number} ({wish.host[:60]}:{wish.task[:60]}): {error}") from None
    return await anyio.to_thread.run_sync(_declare, central, asked, wishes, data.dry_run)


class _Wish(NamedTuple):
    place: _Place
    wanted: expectation.Expectation
    maker: str
    source: str
    named: tuple[str, ...]


def _read(data: WatchWish, asked: Asked) -> _Wish:
    _check_place(data.host, data.task)
    try:
        wanted = expectation.read(data.expect)
    except expectation.DeclarationError as error:
        raise ParameterError(str(error)) from None
    if not data.expect or (data.by and wanted == expectation.Expectation()):
        raise ParameterError(_NOTHING)
    maker = f"{asked.actor.name}{f', {data.by[:200]}' if data.by else ''}"
    source = merging.FILE if data.by else merging.PERSON
    return _Wish(_Place(data.host, data.task, data.tag), wanted, maker, source, tuple(data.expect))


class _TriedError(Exception):
    """All of it could be taken, and none of it is to be: it is rolled back."""


def _declare(central: Central, asked: Asked, wishes: list[_Wish], is_trial: bool) -> Changed:
    now_ns = central.clock.wall_ns()

    def whole(connection: sa.Connection) -> int:
        for one in wishes:
            _check_right(connection, asked, one.place)
        for one in wishes if not is_trial else ():
            acting.note(connection, central, asked, "watch", _named(one.place))
        count = sum(_take(connection, one, now_ns) for one in wishes)
        if is_trial:
            raise _TriedError
        return count

    try:
        return Changed(central.database.write(whole))
    except _TriedError:
        return Changed(len(wishes))


def _take(connection: sa.Connection, wish: _Wish, now_ns: int) -> int:
    host, task, tag = wish.place
    if patterns.is_pattern(host) or tag:
        made = patterns.Pattern(host, tag, task, wish.wanted, wish.maker, now_ns, wish.named)
        return patterns.declare(connection, made, now_ns, wish.source)
    said = declaring.Declaration(host, task, wish.wanted, wish.maker, now_ns, wish.source, wish.named)
    faults = declaring.declare(connection, [said], now_ns)
    if faults:
        raise ParameterError(f"{host}:{task}: {faults[0].why}")
    if holding.load(connection, [(host, task)])[host, task].wanted == expectation.Expectation():
        raise ParameterError(_NOTHING)
    return 1


def _done(central: Central, asked: Asked, act: str, place: _Place, change: Callable[[sa.Connection], int]) -> int:
    def whole(connection: sa.Connection) -> int:
        _check_right(connection, asked, place)
        acting.note(connection, central, asked, act, _named(place))
        return change(connection)

    return central.database.write(whole)


def _named(place: _Place) -> str:
    return f"{place.host}:{place.task}{f' #{place.tag}' if place.tag else ''}"


def _check_right(connection: sa.Connection, asked: Asked, place: _Place) -> None:
    if patterns.is_pattern(place.host) or place.tag:
        # It is of hosts that nobody knows yet, too.
        roles.authorize(asked.actor, "write", Thing("watches"))
        return
    tags = scoping.tags_of(connection, place.host, place.task)
    wanted = Thing("watches", place.host, place.task, tags)
    if roles.scope(asked.actor, "write", "watches") != EVERYTHING and not roles.may(asked.actor, "read", wanted):
        raise NotFoundError(f"no task {place.task[:100]!a} on {place.host[:100]!a}")
    roles.authorize(asked.actor, "write", wanted)


@post("/api/v1/watches/pause", sync_to_thread=True, status_code=200, guards=barring.to_write_some("watches"))
def pause_watch(central: Central, asked: Asked, data: PauseWish) -> Changed:
    """Expect nothing of this task until then, or (without `until`) from now on again."""
    return Changed(pause(central, asked, data))


def pause(central: Central, asked: Asked, data: PauseWish) -> int:
    """Expect nothing for a while, or go on; return how many watches that were."""
    names, now_ns = [(data.host, data.task)], central.clock.wall_ns()
    if data.until is not None and not now_ns < data.until < 2**63:
        raise ParameterError("`until`: it lies in the past, or beyond all times")
    act, place = "pause watch" if data.until is not None else "go on watching", _Place(data.host, data.task)
    return _done(central, asked, act, place, lambda connection: declaring.pause(connection, names, data.until, now_ns))


@delete("/api/v1/watches", status_code=200)
async def remove_watch(central: Central, asked: Asked) -> Changed:
    """Expect nothing of this task any more, on this host or on those that a pattern gave a watch."""
    query = parameters.read(asked.parameters, parameters.WatchQuery)
    return Changed(await anyio.to_thread.run_sync(take_back, central, asked, query.host, query.task, query.tag))


def take_back(central: Central, asked: Asked, host: str, task: str, tag: str) -> int:
    """Expect nothing there any more; return of how many tasks something was."""
    now_ns, place = central.clock.wall_ns(), _Place(host, task, tag)

    def act(connection: sa.Connection) -> int:
        if patterns.is_pattern(host) or tag:
            return patterns.remove(connection, host, tag, task, now_ns)
        return declaring.remove(connection, [(host, task)], now_ns)

    return _done(central, asked, "remove watch", place, act)


def _check_place(host: str, task: str) -> None:
    if not task or len(task) > _LONGEST_TASK or not codec.is_name(task):
        raise ParameterError(f"`task`: {task[:60]!a} is no name of a task")
    if patterns.is_pattern(task):
        raise ParameterError(f"`task`: {task!a}: * and ? may stand in the host alone; name each task")
    if not host or len(host) > _LONGEST_HOST or not codec.is_name(host) or " " in host:
        raise ParameterError(f"`host`: {host[:60]!a} is no name of a host, and no pattern of names")
