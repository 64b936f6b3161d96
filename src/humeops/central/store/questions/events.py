# SPDX-License-Identifier: MIT
"""Events: searched newest (or oldest) first, or as the timeline of one run."""

import collections
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from humeops.central.fold import Summary
from humeops.central.store import cursor, filtering, matching, rows, scoping, tables
from humeops.central.store.questions import lookback, tags, texts
from humeops.central.store.questions.page import cut
from humeops.event import SEVERITY, EventId, Level
from humeops.filters.tree import EVERYTHING, Match, Node
from humeops.wire.eventid import make_event_id

_event = tables.event

# An id carries the time at which it was made, and that is when the event was said, give or take what the sayer does
# between the two. So a span of time is a span of ids, which is what the primary key can find.
_SLACK_NS = 1_000_000_000
_LAST_ID_NS = ((1 << 48) - 1) * 1_000_000


class Filter(NamedTuple):
    """Which events; empty means all. `level` means this one and worse; `since` is included, `until` is not.

    `also` is a filter that has to hold, too, its moments settled.
    """

    host: str = ""
    task: str = ""
    tags: Sequence[str] = ()
    run: str | None = None
    kinds: Sequence[str] = ()
    level: Level | None = None
    text: str = ""
    since: int | None = None
    until: int | None = None
    also: Node = EVERYTHING
    within: Node = EVERYTHING  # and of these tasks alone


class Counts(NamedTuple):
    """(place, rank of level, number) for each step and level; `looked_to`: those before this moment (ns) were not looked at."""

    steps: Sequence[tuple[int, int, int]]
    looked_to: int | None


Event = sa.Row[Any]  # a row of the event table


class Searched(NamedTuple):
    """A page of events, and the cursor to those that follow, if any.

    `looked_to`: there may be more, but until this moment (ns) alone they were looked for; `next` goes on from there.
    """

    rows: Sequence[Event]
    next: str | None
    looked_to: int | None = None


def find(connection: sa.Connection, wanted: Filter, oldest_first: bool, limit: int, after: str | None) -> Searched:
    """Return a page of events in the order of their ids, which begin with the time; not a full one where it takes long to look."""

    def ask(span: texts.Span, most: int) -> lookback.Rows:
        return connection.execute(_question(connection, wanted, span, oldest_first, most)).all()

    last, is_slow = (None, False) if after is None else _place(after)
    span = _span(wanted, last, oldest_first)
    parts, looked_to, was_quick = lookback.search(connection, span, oldest_first, limit + 1, ask, is_slow=is_slow)

    def place(key: bytes) -> str:
        return cursor.pack(rows.id_of(key), int(not was_quick))

    page = cut([row for part in parts for row in part], limit, lambda row: place(row.id))
    if looked_to is None or page.next is not None:
        return Searched(*page)
    return Searched(page.rows, place(looked_to), rows.made_at(rows.id_of(looked_to)))


def newer(connection: sa.Connection, wanted: Filter, event_id: str, limit: int) -> Sequence[Event]:
    """Return the newest events whose ids come after this one, the newest first."""
    span = _span(wanted, None, False)
    low = rows.key_of(event_id)
    span = span._replace(low=max(low, span.low or low), shown=low)
    return connection.execute(_question(connection, wanted, span, False, limit)).all()


def count(
    connection: sa.Connection, wanted: Filter, since: int, until: int, step: int, most: int, *, is_slow: bool = False
) -> Counts:
    """Count the newest `most` events between two moments, in steps from the first of them."""
    within = wanted._replace(since=max(since, wanted.since or 0), until=min(until, wanted.until or until))

    def ask(span: texts.Span, most: int) -> lookback.Rows:
        found = _question(connection, within, span, False, most).subquery()
        place = ((found.c.time - since) // sa.literal(step, sa.BigInteger)).label("place")
        query = sa.select(place, found.c.level, sa.func.count()).group_by(place, found.c.level)
        return connection.execute(query).all()

    span, weigh = _span(within, None, False), lambda part: sum(row[2] for row in part)
    parts, looked_to, _ = lookback.search(connection, span, False, most, ask, weigh, is_slow=is_slow)
    numbers: collections.Counter[tuple[int, int]] = collections.Counter()
    for at, level, number in (row for part in parts for row in part):
        numbers[int(at), int(level)] += int(number)
    return Counts(
        [(*where, number) for where, number in sorted(numbers.items())],
        None if looked_to is None else rows.made_at(rows.id_of(looked_to)),
    )


def bounds(wanted: Filter) -> tuple[int | None, int | None]:
    """Return since and until when events are asked for, None where that was not said."""
    since, until = _bounds(wanted)
    return max(since, default=None), min(until, default=None)


def _question(
    connection: sa.Connection, wanted: Filter, span: texts.Span, oldest_first: bool, limit: int
) -> sa.Select[Any]:
    text = texts.telling(wanted.text, wanted.also)
    if text and texts.helps(connection, text, _is_narrow(wanted)):
        again = _conditions(wanted, lambda part: matching.rechecked(_event.c.message, part))
        return texts.select(connection, text, span, again, _conditions(wanted), oldest_first, limit)
    names = [] if wanted.run is not None else tags.telling(wanted.tags, wanted.also)
    if names and tags.are_few(connection, names):
        return tags.select(connection, names, span, _conditions(wanted), oldest_first, limit)
    order = _event.c.id if oldest_first else _event.c.id.desc()
    return sa.select(_event).where(*texts.within(span, _event.c.id), *_conditions(wanted)).order_by(order).limit(limit)


def timeline(connection: sa.Connection, summary: Summary, limit: int) -> tuple[Sequence[Event], bool]:
    """Return the run's events in the order they were said, and whether there are more than `limit`."""
    query = sa.select(_event).where(_event.c.run == rows.key_of(summary.run))
    # What humed says of a run after a restart of the host is said after all else, whatever the two boots are called.
    is_afterwards = sa.and_(_event.c.kind == "gone", _event.c.boot != summary.begin.boot)
    order = (sa.case((is_afterwards, 1), else_=0), _event.c.boot, _event.c.mono, _event.c.id)
    found = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    return found[:limit], len(found) > limit


def last_of_run(connection: sa.Connection, run: str, limit: int) -> Sequence[Event]:
    """Return the run's last words, in the order of their ids."""
    query = sa.select(_event).where(
        _event.c.run == rows.key_of(run), _event.c.kind.in_(("log", "flag", "stop", "gone"))
    )
    return connection.execute(query.order_by(_event.c.id.desc()).limit(limit)).all()[::-1]


def by_id(connection: sa.Connection, event_id: str, within: Node = EVERYTHING) -> Event | None:
    """Return the event of this id, if it is within."""
    narrow = scoping.of_task(within, _event.c.host, _event.c.task)
    return connection.execute(sa.select(_event).where(_event.c.id == rows.key_of(event_id), *narrow)).one_or_none()


def by_keys(connection: sa.Connection, keys: Sequence[bytes]) -> Sequence[Event]:
    """Return those of these events that are there, in the order of their ids."""
    return (
        connection.execute(sa.select(_event).where(_event.c.id.in_(keys)).order_by(_event.c.id)).all() if keys else []
    )


def links(connection: sa.Connection, run: str, limit: int, within: Node = EVERYTHING) -> Sequence[Event]:
    """Return what was said of this run without being part of it, as long ago first."""
    query = sa.select(_event).where(_event.c.link == rows.key_of(run))
    query = query.where(*scoping.of_task(within, _event.c.host, _event.c.task))
    return connection.execute(query.order_by(_event.c.id).limit(limit)).all()


def _place(after: str) -> tuple[bytes, bool]:
    """Return which event was looked at last, and whether looking took long."""
    last, was_slow = cursor.unpack(after, tuple[EventId, Literal[0, 1]])
    return rows.key_of(last), bool(was_slow)


def _span(wanted: Filter, last: bytes | None, oldest_first: bool) -> texts.Span:
    """Return which ids come into question: by the times that were asked for, and by what was shown before."""
    since, until = _bounds(wanted)
    low = [_first_key(at - _SLACK_NS) for at in since]
    high = [_first_key(at + _SLACK_NS) for at in until]
    if last is not None:
        (low if oldest_first else high).append(last)
    return texts.Span(max(low, default=None), min(high, default=None), last)


def _bounds(wanted: Filter) -> tuple[list[int], list[int]]:
    whole = filtering.held(wanted.also)
    since = [wanted.since, *(filtering.moment(one) for one in whole if one.key == "since")]
    until = [wanted.until, *(filtering.moment(one) for one in whole if one.key == "until")]
    return [at for at in since if at is not None], [at for at in until if at is not None]


def _is_narrow(wanted: Filter) -> bool:
    """Tell whether another index than that of texts finds what is asked for among few events."""
    exact = {one.key for one in filtering.held(wanted.also) if not any(value.is_pattern for value in one.values)}
    is_one_host = bool(wanted.host) and "*" not in wanted.host and "?" not in wanted.host
    is_trouble = wanted.level is not None and SEVERITY[wanted.level] >= SEVERITY["warning"]
    return is_one_host or is_trouble or wanted.run is not None or bool(exact & {"host", "run", "level"})


def _conditions(
    wanted: Filter, held: Callable[[str], sa.ColumnElement[bool]] | None = None
) -> list[sa.ColumnElement[bool]]:
    """Return what has to hold; `held` is what a text means, when it is not to be found by looking at the message."""
    asked = _ASKED if held is None else _ASKED._replace(text=held)
    conditions = matching.like_globs((_event.c.host, wanted.host), (_event.c.task, wanted.task))
    if wanted.run is not None:
        conditions.append(_event.c.run == rows.key_of(wanted.run))
    if wanted.kinds:
        conditions.append(_event.c.kind.in_(wanted.kinds))
    if wanted.level is not None:
        conditions += _at_least(SEVERITY[wanted.level])
    if wanted.tags:
        conditions.append(tags.has(wanted.tags))
    if wanted.text:
        conditions.append(asked.text(wanted.text))
    conditions += scoping.of_task(wanted.within, _event.c.host, _event.c.task)
    return conditions + _within(wanted.since, wanted.until) + filtering.conditions(wanted.also, asked)


def _level(match: Match) -> sa.ColumnElement[bool]:
    if match.op == ">=":
        return sa.and_(*_at_least(SEVERITY[match.values[0].text]))  # type: ignore[index]
    ranks = [SEVERITY[value.text] for value in match.values]  # type: ignore[index]
    return _event.c.level.in_(ranks) if match.op == ":" else filtering.ordered(_event.c.level, match.op, ranks[0])


def _at_least(severity: int) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [_event.c.level >= severity]
    if severity >= SEVERITY["warning"]:
        # Said literally, so that the planner sees that the index of troubles covers the question.
        conditions.append(_event.c.level >= sa.literal_column(str(SEVERITY["warning"])))
    return conditions


def _within(since: int | None, until: int | None) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if since is not None:
        conditions += [_event.c.time >= since, _event.c.id >= _first_key(since - _SLACK_NS)]
    if until is not None:
        conditions += [_event.c.time < until, _event.c.id <= _first_key(until + _SLACK_NS)]
    return conditions


def _first_key(wall_ns: int) -> bytes:
    return rows.key_of(make_event_id(min(wall_ns, _LAST_ID_NS), 0))


_ASKED = filtering.Asked(
    {
        "host": filtering.names(_event.c.host),
        "task": filtering.names(_event.c.task),
        "tag": tags.meant,
        "kind": filtering.names(_event.c.kind),
        "level": _level,
        "run": filtering.runs(_event.c.run),
        "user": filtering.users(_event.c.rest),
        "key": filtering.tested(lambda test: matching.any_json_key(_event.c.rest, "data", test)),
        "since": lambda match: sa.and_(*_within(filtering.moment(match), None)),
        "until": lambda match: sa.and_(*_within(None, filtering.moment(match))),
    },
    lambda text: matching.contains(_event.c.message, text),
)
