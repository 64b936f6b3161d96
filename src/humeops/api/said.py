# SPDX-License-Identifier: MIT
"""What one word of a host without hume means: a JSON object or a form, as curl sends them, made into an event. Pure.

Everything that may be wrong is told at once and by name, since whoever typed the line sees the answer.
"""

import urllib.parse
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from humeops import event as events
from humeops import settings
from humeops.api.parameters import ParameterError
from humeops.central.watches import expectation
from humeops.errors import MalformedEventError
from humeops.event import Event, EventId, Level, Name, Origin, Outcome
from humeops.wire import codec

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
VIA = "report"  # in `origin.via`; also the `boot` of such events, which sorts after any that a host has
_MOST_FIELDS = 200

Kind = Literal["start", "log", "flag", "progress", "data", "ping", "stop"]


class Report(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/report: one event. `host` may be named only to be sure: it is the token's in any case."""

    kind: Kind = "log"
    task: Annotated[str, msgspec.Meta(max_length=events.MAX_NAME)] = ""
    run: EventId | None = None
    host: Annotated[str, msgspec.Meta(max_length=255)] = ""
    level: Level = "info"
    message: Annotated[str, msgspec.Meta(max_length=events.MAX_MESSAGE)] = ""
    tags: Annotated[list[Name], msgspec.Meta(max_length=events.MAX_TAGS)] = []
    data: Annotated[dict[Name, events.Value], msgspec.Meta(max_length=events.MAX_DATA)] = {}
    unit: Annotated[str, msgspec.Meta(max_length=16)] = ""
    ttl: Annotated[int, msgspec.Meta(ge=1, le=3_153_600_000)] | None = None
    flag: Annotated[str, msgspec.Meta(max_length=events.MAX_NAME)] = ""
    progress: tuple[float, float] | None = None
    status: Annotated[int, msgspec.Meta(ge=0, le=255)] | None = None
    outcome: Outcome | None = None
    output: Annotated[str, msgspec.Meta(max_length=events.MAX_OUTPUT)] = ""
    expect: Annotated[
        dict[events.Short, Annotated[str, msgspec.Meta(max_length=events.MAX_TEXT_VALUE)]],
        msgspec.Meta(max_length=events.MAX_EXPECT),
    ] = {}


class Place(NamedTuple):
    """What central adds: the event's id and time, the host of the token, its name, the run it belongs to."""

    id: str
    time: int
    host: str
    by: str
    run: str | None


# What is said with one kind alone: with another it would be stored and mean nothing.
_OF_KIND = {
    "stop": ("status", "outcome", "output"),
    "flag": ("flag",),
    "progress": ("progress",),
    "data": ("unit", "ttl"),
}


def read(body: bytes, content_type: str) -> Report:
    """Return what this body says, or raise ParameterError."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == FORM:
        found = _from_form(body)
    elif kind == JSON:
        found = _from_json(body)
    else:
        raise ParameterError(f"send a form, as curl -d does, or {JSON}; this is {kind[:80] or 'of no kind'!a}")
    if found.get("data"):
        found.setdefault("kind", "data")
    try:
        report = msgspec.convert(found, Report, strict=kind == JSON)
    except msgspec.ValidationError as error:
        raise ParameterError(settings.misfit(str(error), Report, "field")) from error
    _check(report)
    return report


def event_of(report: Report, place: Place) -> tuple[Event, bytes]:
    """Return the event and its bytes, or raise ParameterError for what no event may say."""
    made = Event(
        v=1,
        id=place.id,
        kind=report.kind,
        time=place.time,
        boot=VIA,
        mono=place.time,
        host=place.host,
        task=report.task,
        run=place.run,
        level=report.level,
        message=report.message,
        tags=report.tags,
        data=report.data,
        unit=report.unit,
        ttl=report.ttl,
        flag=report.flag,
        progress=report.progress,
        status=report.status,
        outcome=_outcome(report),
        output=report.output,
        expect=report.expect,
        origin=Origin(via=VIA, user=place.by[:64]),
    )
    raw = codec.encode(made)
    try:
        return codec.decode(raw), raw
    except MalformedEventError as error:
        raise ParameterError(str(error)) from error


def _outcome(report: Report) -> Outcome | None:
    if report.kind != "stop" or report.outcome is not None:
        return report.outcome
    return "failed" if report.status else "ok"


def _check(report: Report) -> None:
    if not report.task and (report.run is None or report.kind == "start"):
        raise ParameterError("`task`: say which task this is of")
    if report.kind == "start" and report.run is not None:
        raise ParameterError("`run`: a start begins a run of its own; its id is in the answer")
    if report.kind == "data" and not report.data:
        raise ParameterError("`data`: nothing is shared here; in a form it is set=KEY=VALUE")
    for kind, members in _OF_KIND.items():
        if report.kind != kind and (
            said := [member for member in members if getattr(report, member) not in (None, "", {})]
        ):
            raise ParameterError(f"`{said[0]}`: it is said with kind={kind}, not with {report.kind}")
    if report.expect and report.kind != "start":
        raise ParameterError("`expect`: a start declares it")
    try:
        expectation.read(report.expect)
    except expectation.DeclarationError as error:
        raise ParameterError(str(error)) from error


def _from_json(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParameterError("the body is no JSON") from error
    if not isinstance(found, dict):
        raise ParameterError("the body is no JSON object")
    return found


def _from_form(body: bytes) -> dict[str, Any]:
    try:
        pairs = urllib.parse.parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise ParameterError(f"the body is no form of at most {_MOST_FIELDS} fields in UTF-8") from error
    found: dict[str, Any] = {}
    for name, text in pairs:
        _add(found, name, text)
    return found


def _add(found: dict[str, Any], name: str, text: str) -> None:
    if name == "tags":
        found.setdefault(name, []).extend(tag for part in text.split(",") if (tag := part.strip()))
    elif name == "set":
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ParameterError("`set`: KEY=VALUE, and again for each further one")
        found.setdefault("data", {})[key] = _typed(value)
    elif name in _EXPECTED:
        found.setdefault("expect", {})[name] = text
    elif name in found:
        raise ParameterError(f"`{name[:64]}` can be given only once")
    else:
        found[name] = _share(text) if name == "progress" else text


def _typed(text: str) -> events.Value:
    # As `hume set` has it: what JSON calls a number or a truth value is one, everything else is text.
    try:
        value = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return text
    return value if isinstance(value, bool | int | float) else text


def _share(text: str) -> Sequence[float]:
    done, slash, total = text.partition("/")
    try:
        return float(done.removesuffix("%")), float(total) if slash else 100.0
    except ValueError:
        raise ParameterError("`progress`: a percentage, or 3/12") from None


_EXPECTED = frozenset(expectation.NAMES)
