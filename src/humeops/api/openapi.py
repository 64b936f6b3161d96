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
from humeops.api import (
    alerts,
    alertschemas,
    audit,
    auditviews,
    backups,
    badges,
    counting,
    dead,
    enrolviews,
    overviews,
    parameters,
    people,
    said,
    schemas,
    sessions,
    silences,
    tokens,
    trustviews,
    users,
)
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
    "/api/v1/events/counts": Described("How much was said over time", counting.EventCounts, parameters.CountsQuery),
    "/api/v1/data": Described("Shared data", schemas.DataPage, parameters.DataQuery),
    "/api/v1/data/history": Described(
        "What a piece of data was before", overviews.HistoryPage, parameters.HistoryQuery
    ),
    "/api/v1/notes": Described("What people wrote", schemas.NotePage, people.NotesQuery),
    "/api/v1/about": Described("What a task is for, as people say", schemas.AboutView, people.AboutQuery),
    "/api/v1/scripts": Described("Which scripts run where", schemas.ScriptPage, parameters.ScriptsQuery),
    "/api/v1/watches": Described("What is expected of tasks", schemas.WatchPage, parameters.WatchesQuery),
    "/api/v1/alerts": Described("What is wrong, and who is told", alertschemas.AlertPage, alerts.AlertsQuery),
    "/api/v1/alerts/{number}": Described("One alert with its history", alertschemas.AlertDetail, NoQuery, ["number"]),
    "/api/v1/alertbook": Described("The rules, routes and channels in force", alertschemas.BookView),
    "/api/v1/channels": Described("Channels, and how each fares", alertschemas.ChannelPage),
    "/api/v1/notifications": Described("What was told", alertschemas.NotificationPage, alerts.NotificationsQuery),
    "/api/v1/notifications/{number}": Described(
        "What became of one message", alertschemas.NotificationView, NoQuery, ["number"]
    ),
    "/api/v1/silences": Described("What is not told", alertschemas.SilencePage, silences.SilencesQuery),
    "/api/v1/agents": Described("Who reports, and what was lost", schemas.AgentPage, parameters.AgentsQuery),
    "/api/v1/dead": Described("What could not be stored", dead.LetterPage, dead.DeadQuery),
    "/api/v1/dead/{name}": Described("One dead letter with its bytes", dead.LetterView, NoQuery, ["name"]),
    "/api/v1/tokens": Described("Tokens of people", tokens.TokenPage),
    "/api/v1/enrolments": Described("Hosts that asked to be let in", enrolviews.RequestPage, enrolviews.RequestsQuery),
    "/api/v1/enrolments/tokens": Described("Tokens that enrol hosts", enrolviews.EnrolTokenPage),
    "/api/v1/users": Described("Who has a name here, and what was granted", users.UserPage),
    "/api/v1/sessions": Described("One's own sessions", sessions.SessionPage),
    "/api/v1/trust": Described("Whom hosts are to believe", trustviews.TrustView),
    "/api/v1/audit": Described("What was done and what was refused", auditviews.AuditPage, audit.AuditQuery),
}


class Act(NamedTuple):
    """Something that is done: by which method, from what body, with what answer."""

    method: str
    summary: str
    answer: type[msgspec.Struct]
    body: type[msgspec.Struct] | None = None
    status: str = "201"
    query: type[msgspec.Struct] = NoQuery


ACTS: Sequence[tuple[str, Act]] = (
    ("/api/v1/report", Act("post", "Say one event of the token's own host", schemas.Reported, said.Report, "200")),
    ("/api/v1/notes", Act("post", "Write a note on a task or a run", schemas.NoteView, people.NewNote)),
    ("/api/v1/takes", Act("post", "Take a task's trouble in hand, or give it back", schemas.TakenView, people.NewTake)),
    (
        "/api/v1/about",
        Act("put", "Say what a task is for, and give it tags", schemas.AboutView, people.NewAbout, "200"),
    ),
    ("/api/v1/dead/retried", Act("post", "Try dead letters again", dead.RetriedView, dead.Letters)),
    ("/api/v1/dead/dropped", Act("post", "Let go of dead letters", dead.DroppedView, dead.Letters)),
    ("/api/v1/tokens", Act("post", "Make a token, told this once", tokens.TokenView, tokens.NewToken)),
    ("/api/v1/tokens/revoked", Act("post", "Revoke a token", tokens.Revoked, tokens.OldToken)),
    ("/api/v1/enrolments", Act("post", "Ask to let a host in", enrolviews.Asked, enrolviews.Ask)),
    ("/api/v1/enrolments/decided", Act("post", "Let a host in, or not", enrolviews.RequestView, enrolviews.Decision)),
    (
        "/api/v1/enrolments/tokens",
        Act("post", "Make a token that enrols, told this once", enrolviews.EnrolTokenView, enrolviews.NewEnrolToken),
    ),
    (
        "/api/v1/enrolments/tokens/revoked",
        Act("post", "Revoke a token that enrols", enrolviews.EnrolTokenRevoked, enrolviews.OldEnrolToken),
    ),
    (
        "/api/v1/credentials",
        Act("post", "Put a new credential in the place of one's own", enrolviews.Rotated, enrolviews.NewCredential),
    ),
    (
        "/api/v1/credentials/revoked",
        Act("post", "Let nobody speak for a host any more", enrolviews.AgentRevoked, enrolviews.OldAgent),
    ),
    (
        "/api/v1/credentials/unbound",
        Act(
            "post",
            "Let a host's credential go with the client certificate that comes next",
            enrolviews.AgentUnbound,
            enrolviews.OldAgent,
        ),
    ),
    ("/api/v1/users", Act("post", "Add a user", users.UserView, users.NewUser)),
    (
        "/api/v1/users/password",
        Act("post", "Give a user another password", users.UserView, users.NewPassword, "200"),
    ),
    ("/api/v1/password", Act("post", "Give oneself another password", users.UserView, users.OwnPassword, "200")),
    ("/api/v1/users/disabled", Act("post", "Let a user in no more", users.UserView, users.OldUser, "200")),
    ("/api/v1/grants", Act("post", "Grant a role", users.UserView, users.GrantWish, "200")),
    ("/api/v1/grants/revoked", Act("post", "Take a grant back", users.UserView, users.GrantWish, "200")),
    ("/api/v1/backups", Act("post", "Write down that the database was copied", backups.Backup, backups.Backup)),
    ("/api/v1/trust", Act("put", "Hand out whom hosts are to believe", trustviews.TrustView, trustviews.NewTrust)),
    ("/api/v1/sessions/ended", Act("post", "End a session of one's own", sessions.Ended, sessions.OldSession)),
    ("/api/v1/badges", Act("post", "Make a badge of a task or a tag", schemas.BadgeView, badges.NewBadge)),
    ("/api/v1/badges/removed", Act("post", "Let a badge's address answer no more", schemas.BadgeView, badges.NewBadge)),
    ("/api/v1/watches", Act("post", "Say what is expected of a task", schemas.Changed, schemas.WatchWish, "200")),
    (
        "/api/v1/watches",
        Act("delete", "Expect nothing any more", schemas.Changed, None, "200", parameters.WatchQuery),
    ),
    (
        "/api/v1/watches/applied",
        Act("post", "Say what is expected of many, all or nothing", schemas.Changed, schemas.WatchWishes, "200"),
    ),
    ("/api/v1/watches/pause", Act("post", "Expect nothing for a while", schemas.Changed, schemas.PauseWish, "200")),
    (
        "/api/v1/alertbook",
        Act("put", "Put rules, routes and channels into force", alertschemas.BookChanges, alertschemas.NewBook, "200"),
    ),
    (
        "/api/v1/channels/tested",
        Act("post", "Have a test message told", alertschemas.NotificationView, alertschemas.ChannelName),
    ),
    ("/api/v1/silences", Act("post", "Keep something quiet", alertschemas.SilenceView, alertschemas.NewSilence)),
    (
        "/api/v1/silences/ended",
        Act("post", "End a silence", alertschemas.SilenceView, alertschemas.OldSilence, "200"),
    ),
    ("/api/v1/links", Act("post", "A link into the pages, which works once", schemas.LinkView)),
)
_PROBLEMS = {
    "400": "a parameter is wrong",
    "401": "no valid token",
    "403": "not allowed",
    "404": "no such thing",
    "409": "not as things stand",
    "429": "too many requests",
    "503": "try again later",
}


@get(PATH, sync_to_thread=False)
def show_openapi(asked: Asked) -> Response[bytes]:
    """Return the description of this API."""
    roles.authorize(asked.actor, "read", Thing("description"))
    parameters.read(asked.parameters, NoQuery)
    return Response(msgspec.json.encode(document()), media_type="application/json")


@functools.lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the description, OpenAPI 3.1."""
    types = [asked.answer for asked in QUESTIONS.values()] + [act.answer for _, act in ACTS]
    types += [act.body for _, act in ACTS if act.body is not None]
    _, components = msgspec.json.schema_components([*types, schemas.Problem], ref_template=_REF)
    return {
        "openapi": "3.1.0",
        "info": {"title": "hume-central", "version": humeops.__version__},
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {path: {"get": _operation(asked)} for path, asked in QUESTIONS.items()}
    for path, act in ACTS:
        paths.setdefault(path, {})[act.method] = _act(act)
    return paths


def _act(act: Act) -> dict[str, Any]:
    done = {
        "summary": act.summary,
        "parameters": _parameters(act.query),
        "responses": {act.status: {"description": act.summary, "content": _json(act.answer)}, **_problems()},
    }
    return {**done, "requestBody": {"required": True, "content": _json(act.body)}} if act.body else done


def _json(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(name=kind.__name__)}}}


def _problems() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}}
    return {status: {"description": what, "content": problem} for status, what in _PROBLEMS.items()}


def _operation(described: Described) -> dict[str, Any]:
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
            "200": {"description": described.summary, "content": _json(described.answer)},
            "304": {"description": "as the ETag in If-None-Match says"},
            **_problems(),
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
