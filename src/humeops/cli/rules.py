# SPDX-License-Identifier: MIT
"""`hume rules test`: what the rules of humed.toml make of an event, rule by rule. Nothing is said, stored or changed.

The events: one that is given, or the last that humed holds in its spool or finds in the drop folder; while none waits there, the
last of this host that central has. Those in the spool and at central have been through the rules once; what was dropped then is not there.
"""

import json
import os
import pathlib
import sqlite3
import sys
import typing

import click

from humeops.cli import options, places, recalling, spoolfile
from humeops.cli.terminal import Terminal, terminal_of
from humeops.clock import SystemClock
from humeops.daemon import config as config_module
from humeops.daemon.users import Users
from humeops.errors import ConfigError, Exit, HumeError, MalformedEventError, NotAllowedError
from humeops.event import Event
from humeops.wire import codec, dropfile, eventid

if typing.TYPE_CHECKING:
    from humeops.daemon.rules.engine import Engine

DEFAULT_LAST = 10
MOST = 1_000


class UsageError(HumeError):
    """What was given is no event."""

    exit_code = Exit.USAGE


@click.command("rules")
@click.argument("action", type=options.one_of("action", ("test",)), metavar="test")
@click.option(
    "--event", "text", metavar="JSON", help='An event\'s members, such as \'{"task": "backup", "message": "x"}\'.'
)
@click.option(
    "--last",
    type=click.IntRange(1, MOST),
    metavar="N",
    help="The last N events that wait on this host [10]; when none does, that central has of it.",
)
@click.option("--config", "file", metavar="FILE", help="The rules in this file [humed's own].")
@click.option("--dir", "folder", metavar="DIR", help="The hume folder [what `hume` itself would use].")
def command(action: str, text: str | None, last: int | None, file: str | None, folder: str | None) -> int:
    """Show what the rules of humed.toml make of events, rule by rule: hume rules test.

    Nothing is said, stored or changed.
    """
    del action  # there is one
    if text is not None and last is not None:
        raise UsageError("either --event or --last")
    where = places.find(os.environ, folder)
    chosen = _settings(where, file)
    rules = _compile(chosen)
    terminal = terminal_of(sys.stdout)
    found = [_given(text, chosen.host)] if text is not None else _last(where, chosen, last or DEFAULT_LAST)
    if text is None and not found:
        found = _recall(terminal, chosen.host, last or DEFAULT_LAST, folder)
    if not len(rules):
        print(f"there are no rules in {terminal.text(str(chosen.file))}")
    for event in found:
        _show(terminal, rules, event)
    return Exit.OK


def _settings(where: places.Places, file: str | None) -> config_module.Config:
    root = where.root or pathlib.Path()
    named = pathlib.Path(file) if file else where.config
    return config_module.load(root, named if file or (named and named.exists()) else None)


def _compile(chosen: config_module.Config) -> "Engine":
    try:
        from humeops.daemon import ruling
    except ImportError as error:
        raise ConfigError("the rules need humed's packages: pip install 'humeops[daemon]'") from error
    return ruling.compile_rules(chosen)


def _given(text: str, host: str) -> Event:
    now = SystemClock().wall_ns()
    base = {"v": 1, "id": eventid.make_event_id(now, 0), "kind": "log", "time": now, "task": "test", "host": host}
    origin = {"uid": os.getuid()}
    try:
        members = json.loads(text)
        if not isinstance(members, dict):
            raise UsageError('--event: an object is expected: \'{"task": "backup"}\'')
        if isinstance(said := members.get("origin", {}), dict):
            members["origin"] = {**origin, **said}
        return codec.decode(json.dumps({**base, **members}).encode())
    except (ValueError, RecursionError, MalformedEventError) as error:
        raise UsageError(f"--event: {error}") from error


def _last(where: places.Places, chosen: config_module.Config, count: int) -> list[Event]:
    bodies: list[bytes] = []
    try:
        with spoolfile.reading(chosen.spool) as spool:
            query = "SELECT body FROM event ORDER BY seq DESC LIMIT ?"
            bodies = [body for (body,) in spool.execute(query, (count,))][::-1]
    except sqlite3.Error:
        if chosen.spool.exists() and not os.access(chosen.spool, os.R_OK):
            raise NotAllowedError(f"{chosen.spool} is not yours to read: ask as the user that runs humed") from None
    bodies += _dropped(where.drop, count)
    events: list[Event] = []
    for body in bodies[-count:]:
        try:
            events.append(codec.decode(body))
        except MalformedEventError:
            continue  # damaged, or nobody's event: humed finds it, too
    return events


def _recall(terminal: Terminal, host: str, count: int, folder: str | None) -> list[Event]:
    try:
        found = recalling.last_said(host, count, folder)
    except HumeError as error:
        print(
            f"no event waits on this host, and central is not asked ({terminal.text(str(error))}): give one with --event"
        )
        return []
    told = "no event waits on this host: these are the last of it that central has"
    print(told if found else "no event waits on this host, and central has none of it: give one with --event")
    return found


def _dropped(folder: pathlib.Path | None, count: int) -> list[bytes]:
    if folder is None or not os.access(folder, os.R_OK):
        return []
    bodies: list[bytes] = []
    for path in sorted(path for path in folder.iterdir() if dropfile.is_drop_name(path.name))[-count:]:
        try:
            bodies.append(dropfile.unpack(path.read_bytes()))
        except (OSError, MalformedEventError):
            continue  # taken in meanwhile, or not whole
    return bodies


def _show(terminal: Terminal, rules: "Engine", event: Event) -> None:
    origin = event.origin
    user = tuple(dict.fromkeys([*([origin.user] if origin.user else []), *Users().texts_of(origin.uid)]))
    print(terminal.paint(terminal.text(f"{event.task or '-'}  {event.kind} {event.level}  {event.message}"), "bold"))
    steps = rules.explain(event, user, SystemClock().boot_ns())
    for step in steps:
        did = "; ".join(step.did) or "matches, and changes nothing" if step.matched else "does not match"
        print(f"  {terminal.paint(terminal.text(f'{step.rule:<20}'), 'dim')}  {terminal.text(did)}")
    is_dropped = bool(steps) and "dropped" in steps[-1].did
    print(f"  → {'dropped' if is_dropped else terminal.text(_told(event))}")


def _told(event: Event) -> str:
    parts = [event.level, event.message, " ".join(f"#{tag}" for tag in event.tags)]
    return "stored: " + "  ".join(
        part for part in [*parts, " ".join(f"{k}={v}" for k, v in event.data.items())] if part
    )
