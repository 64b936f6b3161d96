# SPDX-License-Identifier: MIT
"""Every error as application/problem+json (RFC 9457): what went wrong, never how the inside looks."""

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from humeops import settings
from humeops.api import acting
from humeops.api.parameters import ParameterError
from humeops.api.schemas import Fault, Problem
from humeops.central.store.cursor import CursorError
from humeops.central.store.reports import OtherBodyError
from humeops.errors import HumeError, MalformedEventError, NotAllowedError, UnavailableError
from humeops.filters.tree import FilterError

_TITLES = {
    400: "The request is wrong",
    401: "A valid token is needed",
    403: "Not allowed",
    404: "No such thing",
    405: "Not done this way",
    413: "Too large",
    409: "Not as things stand",
    422: "Not the same as before",
    503: "Try again later",
}
_log = structlog.get_logger("humeops.api")
_Request = Request[Any, Any, Any]


class NotFoundError(HumeError):
    """What was asked for does not exist."""


class FaultsError(ParameterError):
    """Several things are wrong with what was given; each is told with its place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Take all of them; the text is that of the first."""
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0].text}{more}")
        self.faults = list(faults)


class ConflictError(HumeError):
    """What is asked for is understood, and does not fit how things stand."""


_STATUS: list[tuple[type[HumeError], int]] = [
    (ParameterError, 400),
    (CursorError, 400),
    (FilterError, 400),
    (MalformedEventError, 400),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (OtherBodyError, 422),
    (UnavailableError, 503),
]


def status_of(error: HumeError) -> int | None:
    """Return the status that answers this error; None for one that nobody raised on purpose for an asker."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), None)


def from_hume(request: _Request, error: HumeError) -> Response[bytes]:
    """Answer an error that hume raised on purpose; its text is made for people."""
    status = status_of(error)
    request.scope.setdefault("state", {})[acting.REASON] = str(error)
    faults = error.faults if isinstance(error, FaultsError) else []
    return from_fault(request, error) if status is None else answer(status, str(error), faults)


def from_http(request: _Request, error: HTTPException) -> Response[bytes]:
    """Answer what the web framework found."""
    return answer(error.status_code, found_by_framework(request, error))


def found_by_framework(request: _Request, error: HTTPException) -> str:
    """Return in words what it found wrong; of a fault of ours nothing."""
    if error.status_code >= 500:
        return ""
    field = getattr(request.scope.get("route_handler"), "parsed_data_field", None)
    if error.status_code != 400 or field is None or not isinstance(field.annotation, type):
        return error.detail
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list):
        return f"the body cannot be read: {error.detail}"
    first = error.extra[0]
    if first["message"] == "'data'" or first["message"].startswith("Expected `object`"):  # the former: no body at all
        return "a JSON object is expected as the body"
    where = "" if first.get("key", "data") == "data" else f" - at `$.{first['key']}`"
    return settings.misfit(first["message"] + where, field.annotation, "field")


def from_fault(request: _Request, error: Exception) -> Response[bytes]:
    """Answer a fault of ours; the operator finds it in the log, the asker learns nothing of the inside."""
    _log.error("request failed", path=request.scope["path"], method=request.scope["method"], exc_info=error)
    return answer(500, "")


def from_depth(request: _Request, error: RecursionError) -> Response[bytes]:
    """Answer a body that is nested deeper than anything is read; without a body it is a fault of ours."""
    return (
        from_fault(request, error)
        if request.scope["method"] in ("GET", "HEAD")
        else answer(400, "the body is nested too deeply")
    )


def from_database(request: _Request, error: Exception) -> Response[bytes]:
    """Answer that the database does not do its part: damaged, on a disk that fails, or away. humed keeps what it sent."""
    _log.error("the database fails", path=request.scope["path"], method=request.scope["method"], exc_info=error)
    return answer(503, "central's database does not work: its operator finds the reason in central's log")


def answer(status: int, detail: str, faults: Sequence[Fault] = ()) -> Response[bytes]:
    """Return the problem as a response."""
    problem = Problem(_TITLES.get(status, "The request failed"), status, detail, faults=list(faults))
    headers = {"Retry-After": "1"} if status == 503 else {}
    return Response(
        msgspec.json.encode(problem), status_code=status, headers=headers, media_type="application/problem+json"
    )
