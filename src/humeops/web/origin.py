# SPDX-License-Identifier: MIT
"""What started a run, and what an event says, in words. Pure; still untrusted: the templates escape."""

from humeops.api import wording
from humeops.api.schemas import EventView, OriginView, RunDetail
from humeops.event import Origin
from humeops.web import words


def sentence(detail: RunDetail) -> list[tuple[str, str]]:
    """Return what is known of what started it, as pairs of name and text."""
    said = detail.origin or OriginView(script=detail.run.script, uid=detail.run.uid)
    person = f"{said.user} (uid {said.uid})" if said.user and said.uid is not None else said.user
    if not person and said.uid is not None:
        person = f"uid {said.uid}"
    starter = wording.starter(said)
    pairs = [
        ("script", said.script),
        ("arguments", " ".join(map(wording.quoted, said.args))),
        ("started", f"{starter}, invocation {said.invocation}" if said.invocation else starter),
        ("as", person),
        ("in", said.cwd),
        ("interpreter", said.exe),
        ("sha256", said.sha256),
        ("trace", said.traceparent),
    ]
    return [(name, text) for name, text in pairs if text]


def of_event(origin: Origin | None) -> list[tuple[str, str]]:
    """Return where an event was said, as pairs of name and text."""
    said = origin or Origin()
    place = said.file or said.script
    uid = "" if said.uid is None else f"uid {said.uid}"
    person = f"{said.user} ({uid})" if said.user and uid else said.user or uid
    pairs = [
        ("said in", f"{place}, line {said.line}" if said.line is not None and place else place),
        ("function", said.function),
        ("command", said.command),
        ("said as", person),
        ("process", "" if said.pid is None else str(said.pid)),
        ("taken by way of", said.via),
    ]
    return [(name, text) for name, text in pairs if text]


def said(event: EventView) -> str:
    """Return what the event says: the flag, the progress or the status, its text, its data."""
    data = ", ".join(f"{key} {words.value(value, event.unit, key)}" for key, value in event.data.items())
    return "  ".join(filter(None, [_subject(event), event.message, data]))


def _subject(event: EventView) -> str:
    if event.kind == "flag":
        return event.flag
    if event.kind == "progress" and event.progress is not None:
        done, total = event.progress
        return f"{done:g} of {total:g}"
    if event.kind == "stop":
        if event.signal is not None:
            return f"signal {event.signal}"
        return f"exit {event.status}" if event.status is not None else event.outcome or ""
    return ""
