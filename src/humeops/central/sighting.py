# SPDX-License-Identifier: MIT
"""Scripts as runs show them: which bytes ran under which path, and how they were signed. Pure.

Of each script a little is kept: its last sighting, since when it is as it is, and the last time it was otherwise. In whatever order
sightings come, the same last one results and the same verdict on whether it changed; `since` may be later than the truth where one
that comes late parts what seemed to be one stretch.
"""

import posixpath
import re
from typing import NamedTuple

import msgspec

from humeops import spans
from humeops.event import MAX_INT64, SEVERITY, Event
from humeops.security.signing import manifest

MAX_PATH = 512
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z-]{1,16}")
_ERROR = SEVERITY["error"]


class Seen(msgspec.Struct, array_like=True, frozen=True):
    """One sighting. `signature` is `ok`, or why it did not verify; empty: nobody asked. New fields go to the end, with a default."""

    at: int
    event: str
    sha256: str
    signature: str = ""
    signer: str = ""
    version: int | None = None
    until: int | None = None
    run: str | None = None

    @property
    def key(self) -> tuple[int, str]:
        """Where it stands among the sightings of its script."""
        return self.at, self.event


class Script(msgspec.Struct, array_like=True, frozen=True):
    """What is known of one script on one host."""

    last: Seen
    since: tuple[int, str]  # the first sighting of what it is now
    former: tuple[int, str, str] | None = None  # the last sighting of what it was before: when, event, hash


class Sighting(NamedTuple):
    """A sighting, and of which script."""

    host: str
    task: str
    path: str
    seen: Seen


def of_event(event: Event, at: int) -> Sighting | None:
    """Return the script that this event shows: the start of a run, or the word that a signed one was not run; None for all others."""
    is_start = event.kind == "start" and event.run == event.id
    word = _text(event, "signature")
    signature = word if _WORD.fullmatch(word) else ""
    if not (is_start or (signature and event.kind == "log" and SEVERITY[event.level] >= _ERROR)):
        return None
    path = _text(event, "script") if signature else _path(event)
    given = _text(event, "script_sha256") if signature else ""
    sha256 = given if signature else event.origin.sha256
    if not path or not _SHA256.fullmatch(sha256):
        return None
    is_signed = signature == "ok"
    seen = Seen(
        at,
        event.id,
        sha256,
        signature,
        _text(event, "signer")[:255] if is_signed else "",
        _number(event, "script_version") if is_signed else None,
        _moment(event, "script_until") if is_signed else None,
        # What was refused may be said within the run that called it, and is no part of it.
        event.run if is_start else None,
    )
    return Sighting(event.host, event.task, path[-MAX_PATH:], seen)


def add(known: Script | None, seen: Seen) -> Script:
    """Return what is known of a script with one sighting more."""
    if known is None:
        return Script(seen, seen.key)
    last, former = known.last, known.former
    is_same = seen.sha256 == last.sha256
    if seen.key > last.key:
        return Script(seen, known.since, former) if is_same else Script(seen, seen.key, (*last.key, last.sha256))
    if former is not None and seen.key < former[:2]:
        return known
    if is_same:
        return Script(last, min(known.since, seen.key), former)
    since = known.since if known.since > seen.key else last.key
    return Script(last, since, (*seen.key, seen.sha256))


def _path(event: Event) -> str:
    script, cwd = event.origin.script, event.origin.cwd
    if not script or script.startswith("/"):
        return script
    # By whatever name a script is called from its own folder, it is one script.
    return posixpath.normpath(posixpath.join(cwd, script)) if cwd.startswith("/") else script


def _text(event: Event, key: str) -> str:
    found = event.data.get(key)
    return found if isinstance(found, str) else ""


def _number(event: Event, key: str) -> int | None:
    text = str(event.data.get(key, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else None


def _moment(event: Event, key: str) -> int | None:
    try:
        seconds = int(manifest.moment(_text(event, key)).timestamp())
        return min(max(0, seconds * spans.SECOND), MAX_INT64)
    except (ValueError, OverflowError):
        return None
