# SPDX-License-Identifier: MIT
"""GET /api/v1/openapi.json: the API as a machine reads it, made of the very types that parameters are read by and answers filled in.

So it cannot say anything else than what is done; a test holds that no address is missing here.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from litestar import Response, get

import humeops
from humeops.api import overviews, parameters, schemas
from humeops.api.parameters import NoQuery
from humeops.api.service import Asked
from humeops.security import roles
from humeops.security.roles import Thing

PATH = "/api/v1/openapi.json"
_REF = "#/components/schemas/{name}"


class Described(NamedTuple):
    """One question: what it answers, its parameters, and those that are part of its address."""

    summary: str
    answer: type[msgspec.Struct]
    query: type[msgspec.Struct] = NoQuery
    in_path: Sequence[str] = ()


QUESTIONS: Mapping[str, Described] = {
    "/api/v1/tasks": Described("Every task as it is now", schemas.TaskPage, parameters.TasksQuery),
    "/api/v1/states": Described("How many tasks are in each state", overviews.StateCounts, parameters.StatesQuery),
    "/api/v1/transitions": Described("Changes of tasks' states", overviews.TransitionPage, parameters.TransitionsQuery),
    "/api/v1/hosts": Described("The hosts that report", overviews.HostPage, parameters.HostsQuery),
    "/api/v1/runs": Described("Runs, newest first", schemas.RunPage, parameters.RunsQuery),
    "/api/v1/runs/{name}": Described("One run with its timeline", schemas.RunDetail, NoQuery, ["name"]),
    "/api/v1/runs/{name}/comparison": Described(
        "Two runs side by side", overviews.ComparisonView, parameters.ComparisonQuery, ["name"]
    ),
    "/api/v1/events": Described("What was said", schemas.EventPage, parameters.EventsQuery),
    "/api/v1/data": Described("Shared data", schemas.DataPage, parameters.DataQuery),
    "/api/v1/data/history": Described(
        "The numbers that the runs of a task told", overviews.HistoryPage, parameters.HistoryQuery
    ),
    "/api/v1/agents": Described("Who reports, and what was lost", schemas.AgentPage, parameters.AgentsQuery),
}
_PROBLEMS = {
    "400": "a parameter is wrong",
    "401": "no valid token",
    "403": "not allowed",
    "404": "no such thing",
    "429": "too many requests",
    "503": "try again later",
}


@get(PATH, sync_to_thread=False)
def show_openapi(asked: Asked) -> Response[bytes]:
    """Return the description of this API."""
    roles.authorize(asked.actor, "read", Thing("tasks"))
    parameters.read(asked.parameters, NoQuery)
    return Response(msgspec.json.encode(document()), media_type="application/json")


@functools.lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the description, OpenAPI 3.1."""
    types = [described.answer for described in QUESTIONS.values()]
    _, components = msgspec.json.schema_components([*types, schemas.Problem], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hume-central", "version": humeops.__version__},
        "security": [{"token": []}],
        "paths": {path: {"get": _operation(described)} for path, described in QUESTIONS.items()},
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(described: Described) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
    answer = {"schema": {"$ref": _REF.format(name=described.answer.__name__)}}
    return {
        "summary": described.summary,
        "parameters": [
            *(
                {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                for name in described.in_path
            ),
            *_parameters(described.query),
        ],
        "responses": {
            "200": {"description": described.summary, "content": {"application/json": answer}},
            "304": {"description": "as the ETag in If-None-Match says"},
            **{status: {"description": what, "content": problem} for status, what in _PROBLEMS.items()},
        },
    }


def _parameters(query: type[msgspec.Struct]) -> list[dict[str, Any]]:
    (_,), known = msgspec.json.schema_components([query], ref_template=_REF)
    shape = known[query.__name__]
    required = set(shape.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]
