# SPDX-License-Identifier: MIT
"""All pages, and what they answer when something is wrong: a page, where the API answers a problem."""

import functools
from typing import Any

import sqlalchemy as sa
import structlog
from litestar import Request, Response, Router
from litestar.exceptions import HTTPException
from litestar.types import Receive, Scope, Send

from humeops.api import acting, problems
from humeops.api.service import Pages
from humeops.clock import SystemClock
from humeops.errors import HumeError
from humeops.filters.tree import FilterError
from humeops.web import (
    alerts,
    audit,
    data,
    events,
    exporting,
    hosts,
    notes,
    now,
    openid,
    rendering,
    run,
    scripts,
    signin,
    silences,
    static,
    task,
    watch,
    watches,
    you,
)

_log = structlog.get_logger("humeops.web")
_Request = Request[Any, Any, Any]

_TITLES = {
    400: "This question is not understood",
    401: "Sign in",
    403: "Not allowed",
    404: "No such page",
    409: "Not as things stand",
    503: "Try again in a moment",
}


def make_pages(offer: str = "") -> Pages:
    """Return everything a browser shows, for the API's application to serve; `offer` names the OpenID provider, if there is one."""
    return Pages(_routes(), functools.partial(turn_away, offer), _from_http)


def _routes() -> Router:
    return Router(
        path="/",
        route_handlers=[
            now.show_now,
            now.show_rows,
            task.show_task,
            task.describe,
            run.show_run,
            hosts.list_hosts,
            hosts.show_host,
            events.list_events,
            events.list_newer,
            events.show_event,
            exporting.export,
            data.list_data,
            data.show_datum,
            notes.write,
            alerts.list_alerts,
            alerts.show_alert,
            alerts.list_channels,
            alerts.test_channel,
            silences.list_silences,
            silences.show_fits,
            silences.make_silence,
            silences.end_silence,
            watches.list_watches,
            watch.show_watch,
            watch.declare,
            watch.pause,
            watch.remove,
            scripts.list_scripts,
            signin.show_form,
            signin.sign_in_by_name,
            signin.sign_in,
            openid.begin,
            openid.come_back,
            openid.show_goodbye,
            you.show_you,
            you.change_password,
            you.become_first,
            you.end_session,
            you.make_token,
            you.revoke_token,
            audit.show_audit,
            signin.sign_out,
            static.serve,
            static.serve_to_all,
        ],
        exception_handlers={
            FilterError: _from_filter,
            HumeError: _from_hume,
            HTTPException: _from_http,
            sa.exc.DatabaseError: functools.partial(_from_fault, 503),
            Exception: functools.partial(_from_fault, 500),
        },
        include_in_schema=False,
    )


async def turn_away(offer: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a browser without a session: how to get one, and nothing else."""
    answer = signin.form(offer, 401)
    await answer.to_asgi_response(None, Request(scope))(scope, receive, send)


def message(status: int, detail: str) -> Response[str]:
    """Return a page that says what is wrong and leads on; it loads only what everybody may see, for he may not have signed in."""
    return rendering.page("message.html", status, title=_TITLES.get(status, "Something went wrong"), detail=detail)


def _from_http(request: _Request, error: HTTPException) -> Response[str]:
    detail = {404: "Nothing is shown at this address."}.get(error.status_code)
    return message(error.status_code, detail or problems.found_by_framework(request, error))


def _from_filter(request: _Request, error: FilterError) -> Response[str]:
    # The page stays, with what was typed, so that the word can be mended where it stands.
    q, path = request.query_params.get("q", ""), request.scope["path"]
    now_ns = SystemClock().wall_ns()
    return rendering.page("wrong.html", 400, now_ns=now_ns, q=q, path=path, wrong=str(error))


def _from_hume(request: _Request, error: HumeError) -> Response[str]:
    status = problems.status_of(error)
    request.scope.setdefault("state", {})[acting.REASON] = str(error)
    return message(status, str(error)) if status is not None else _from_fault(500, request, error)


def _from_fault(status: int, request: _Request, error: Exception) -> Response[str]:
    _log.error("a page failed", path=request.scope["path"], exc_info=error)
    return message(status, "Central's operator finds the reason in its log.")
