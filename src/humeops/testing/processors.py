# SPDX-License-Identifier: MIT
"""A test kit for processors (docs/guide/rules.md): tries one on events as scripts say them, odd ones among them.

def test_my_processor():
    assert humeops.testing.processors.try_on(my_module) == []
"""

import secrets

from humeops.clock import SystemClock
from humeops.daemon.processing import TOO_SLOW, Processors
from humeops.event import KINDS, LEVELS, MAX_DATA, MAX_MESSAGE, MAX_TAGS, Event, Origin
from humeops.wire import codec, eventid

_TRIES = 3
_TEXTS = ("", "copied 12 files", "password=hunter2", "\x1b[31mred", "日本語 \U0001f9ed", "x" * MAX_MESSAGE)


def events() -> list[Event]:
    """Return events of each kind and level, empty, usual and as large as they may be."""
    now = SystemClock().wall_ns()
    made = [
        Event(v=1, id=eventid.make_event_id(now, secrets.randbits(62)), kind=kind, time=now, level=level, message=text)
        for kind in KINDS
        for level in LEVELS
        for text in _TEXTS
    ]
    for number, event in enumerate(made):
        event.host, event.task, event.origin = "web1", "backup", Origin(uid=1000, pid=1, script="/opt/backup.sh")
        event.outcome = "ok" if event.kind == "stop" else None
        event.flag = "half" if event.kind == "flag" else ""
        event.progress = (1, 2) if event.kind == "progress" else None
        if number % 3:
            event.tags = [f"tag-{n}" for n in range(MAX_TAGS if number % 3 == 2 else 1)]
            event.data = {f"key-{n}": n for n in range(MAX_DATA if number % 3 == 2 else 1)}
    return made


def try_on(plugin: object, said: list[Event] | None = None) -> list[str]:
    """Run the processor on these events, or on those of `events`; return what went wrong, in words, nothing when all is well."""
    trouble: list[str] = []
    for event in events() if said is None else said:
        before = codec.encode(event)
        # One for each event: humed would skip the rest after the first failure.
        trouble += [f"{text} (event: {before[:200]!r})" for text in _told_of(plugin, event)]
    return trouble


def _told_of(plugin: object, event: Event) -> list[str]:
    told: list[str] = []
    # On a busy machine anything is too slow now and then; what is so by itself is so each time.
    for _ in range(_TRIES):
        told.clear()
        tried = codec.decode(codec.encode(event))
        Processors([("yours", plugin)], SystemClock(), lambda _subject, text: told.append(text)).process(tried)
        if not any(TOO_SLOW in text for text in told):
            break
    return told
