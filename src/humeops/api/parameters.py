# SPDX-License-Identifier: MIT
"""Query parameters as typed structs: every error names the parameter, and one that does not exist is an error, not ignored.

Ignoring a misspelled filter would answer with everything, which looks like an answer.
"""

import difflib
from collections.abc import Iterable
from typing import Annotated, Literal, TypeVar

import msgspec

from humeops import settings
from humeops.api.ring import What
from humeops.api.schemas import RunState, TaskState
from humeops.errors import HumeError
from humeops.event import MAX_INT64, EventId, Kind, Level
from humeops.filters import keys, parsing, printing
from humeops.filters.tree import Node
from humeops.security import grants

Pattern = Annotated[str, msgspec.Meta(max_length=255)]
Moment = Annotated[int, msgspec.Meta(ge=0, le=MAX_INT64)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Filter = Annotated[str, msgspec.Meta(max_length=parsing.MAX_LENGTH)]
Several = Annotated[list[Pattern], msgspec.Meta(max_length=32)]

DEFAULT_LIMIT = 200


class ParameterError(HumeError):
    """A query parameter is wrong."""


class TasksQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/tasks."""

    host: Pattern = ""
    task: Pattern = ""
    tag: Several = []
    state: Annotated[list[TaskState], msgspec.Meta(max_length=32)] = []
    problems: bool = False
    q: Filter = ""
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class RunsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/runs."""

    host: Pattern = ""
    task: Pattern = ""
    tag: Several = []
    state: Annotated[list[RunState], msgspec.Meta(max_length=32)] = []
    since: Moment | None = None
    until: Moment | None = None
    late: bool = False
    q: Filter = ""
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class CountsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/events/counts."""

    host: Pattern = ""
    task: Pattern = ""
    tag: Several = []
    run: EventId | None = None
    kind: Annotated[list[Kind], msgspec.Meta(max_length=32)] = []
    level: Level | None = None
    text: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    since: Moment | None = None
    until: Moment | None = None
    q: Filter = ""


class EventsQuery(CountsQuery, forbid_unknown_fields=True):
    """GET /api/v1/events."""

    order: Literal["newest", "oldest"] = "newest"
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class DataQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/data."""

    host: Pattern = ""
    task: Pattern = ""
    key: Pattern = ""
    q: Filter = ""
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class ScriptsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/scripts."""

    host: Pattern = ""
    task: Pattern = ""
    q: Filter = ""
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class WatchesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/watches."""

    host: Pattern = ""
    task: Pattern = ""
    state: Annotated[list[Literal["late", "overdue", "unknown", "paused"]], msgspec.Meta(max_length=8)] = []
    q: Filter = ""
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class WatchQuery(msgspec.Struct, forbid_unknown_fields=True):
    """DELETE /api/v1/watches."""

    task: Pattern
    host: Pattern
    tag: Pattern = ""


class AgentsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/agents."""

    host: Pattern = ""
    lossy: bool = False
    q: Filter = ""
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class HostsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/hosts."""

    q: Filter = ""
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class StatesQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/states."""

    q: Filter = ""


class TransitionsQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/transitions."""

    q: Filter = ""
    order: Literal["newest", "oldest"] = "newest"
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class HistoryQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/data/history: names as they stand, no patterns."""

    host: Pattern
    task: Pattern
    key: Pattern
    limit: Limit = DEFAULT_LIMIT
    after: str | None = None


class ComparisonQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/runs/NAME/comparison."""

    other: Pattern


class LiveQuery(msgspec.Struct, forbid_unknown_fields=True):
    """GET /api/v1/live."""

    q: Filter = ""
    what: Annotated[list[What], msgspec.Meta(max_length=8)] = []
    after: Annotated[str, msgspec.Meta(max_length=64)] = ""


class NoQuery(msgspec.Struct, forbid_unknown_fields=True):
    """For addresses that take no parameters."""


Query = TypeVar("Query", bound=msgspec.Struct)


def within(given: str | None) -> str:
    """Return the filter of a grant, which is left out for everything; a blank one is nobody's wish, but a variable that is not set."""
    if given is not None and not given.strip():
        raise ParameterError(f"`filter`: {grants.BLANK}")
    return given or ""


def read(given: Iterable[tuple[str, str]], kind: type[Query]) -> Query:
    """Return the parameters as this struct, or raise ParameterError."""
    fields = {field.name: field.default_factory is not msgspec.NODEFAULT for field in msgspec.structs.fields(kind)}
    found: dict[str, str | list[str]] = {}
    for name, value in given:
        if "\0" in value:
            raise ParameterError(f"`{name[:64]}` holds a character that no text has: U+0000")
        if name not in fields:
            near = difflib.get_close_matches(name[:64], fields, 1, 0.5)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise ParameterError(f"no parameter `{name[:64]}` here{hint}")
        if fields[name]:
            found.setdefault(name, []).append(value)  # type: ignore[union-attr]
        elif name in found:
            raise ParameterError(f"`{name}` can be given only once")
        else:
            found[name] = value
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ParameterError(settings.misfit(str(error), kind, "parameter")) from error


def filter_of(text: str, resource: keys.Resource | None, now_ns: int) -> Node:
    """Return the filter in `q`, its moments settled, or raise FilterError."""
    return printing.settled(parsing.parse(text, resource), now_ns)
