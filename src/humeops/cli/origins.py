# SPDX-License-Identifier: MIT
"""What started a run, in a line or two: by cron, /usr/local/bin/backup --full, as root in /root. Pure."""

from collections.abc import Iterator

from humeops.api import wording
from humeops.api.schemas import OriginView, RunDetail, RunView
from humeops.cli import page
from humeops.cli.terminal import Terminal

_HASH_DIGITS = 12  # enough to see that two are not the same


def lines(terminal: Terminal, detail: RunDetail) -> Iterator[str]:
    """Yield what is known of the run's origin, and within which trace and run it was started."""
    origin = detail.origin or OriginView(script=detail.run.script, uid=detail.run.uid)
    parts = [
        _script(origin),
        wording.starter(origin),
        _person(origin),
        _bytes(origin),
        *_tags(detail.run),
        f"run {detail.run.short}",
    ]
    text = ", ".join(terminal.text(part) for part in parts if part)
    yield from page.wrapped(terminal, text, "", style="dim")
    if origin.traceparent:
        yield from page.wrapped(terminal, terminal.text(f"traceparent {origin.traceparent}"), "", style="dim")
    if detail.parent:
        parent = detail.parent
        text = f"within {parent.host}:{parent.task}, run {parent.short} ({parent.state})"
        yield from page.wrapped(terminal, terminal.text(text), "", style="dim")


def _script(origin: OriginView) -> str:
    return " ".join([origin.script, *map(wording.quoted, origin.args)]).strip()


def _person(origin: OriginView) -> str:
    who = origin.user or (f"uid {origin.uid}" if origin.uid is not None else "")
    where = f"in {origin.cwd}" if origin.cwd else ""
    return " ".join(filter(None, [f"as {who}" if origin.user else who, where]))


def _bytes(origin: OriginView) -> str:
    return f"sha256 {origin.sha256[:_HASH_DIGITS]}" if origin.sha256 else ""


def _tags(run: RunView) -> list[str]:
    return [f"tags {', '.join(run.tags)}"] if run.tags else []
