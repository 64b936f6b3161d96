# SPDX-License-Identifier: MIT
"""`hume queue`: what waits on this host to reach central, and whether humed is there to bring it.

humed itself is asked. When it does not answer, its spool is read (read-only) and that is said: exit status 75.
"""

import pathlib
import sqlite3
import sys
import typing
from collections.abc import Callable, Iterator, Mapping

import click

from humeops.cli import ask, listing, moments, options, phrases
from humeops.cli.terminal import Terminal, terminal_of
from humeops.clock import SystemClock
from humeops.errors import Exit, UnavailableError
from humeops.layout import Layout, default_dir
from humeops.wire.dropfile import is_drop_name

Picture = Mapping[str, typing.Any]


@click.command("queue")
@click.option(
    "-o", "--output", type=options.one_of("format", ("table", "json")), default="table", help="table or json."
)
@click.option("--dir", "folder", metavar="DIR", help="The hume folder [HUME_DIR, else ~/.local/state/hume].")
def command(output: str, folder: str | None) -> int:
    """Show what waits on this host to reach central.

    Exit status: 0, or 75 when humed does not answer.
    """
    layout = Layout(pathlib.Path(folder).absolute() if folder else default_dir())
    why = ""
    try:
        picture: Picture = ask.ask(layout.socket, "?queue")
    except UnavailableError as error:
        why, picture = str(error), from_disk(layout)
    if output == "json":
        print(listing.to_json(dict(picture)))
    else:
        print("\n".join(draw(terminal_of(sys.stdout), picture, SystemClock().wall_ns())))
    if why:
        print(f"hume: {why}; what is said waits in the spool and the drop folder until it is back", file=sys.stderr)
        return Exit.UNAVAILABLE
    return Exit.OK


def from_disk(layout: Layout) -> Picture:
    """Return what the spool and the drop folder tell without humed; what can't be read is left out."""
    found: dict[str, typing.Any] = {
        "drop_waiting": _count(layout.drop, is_drop_name),
        "quarantined": _count(layout.drop / "quarantine", bool),
    }
    try:
        spool = sqlite3.connect(f"{layout.spool.absolute().as_uri()}?mode=ro", uri=True, timeout=1.0)
    except sqlite3.Error:
        return found
    try:
        row = spool.execute(
            "SELECT (SELECT count(*) FROM event), (SELECT min(seq) FROM event), last_seq, committed_upto, epoch FROM mark"
        ).fetchone()
        found.update(zip(("depth", "first_seq", "last_seq", "committed_upto", "epoch"), row or (), strict=False))
    except sqlite3.Error:
        return found  # made by another version, or damaged: humed's restart is what tells
    finally:
        spool.close()
    return found


def draw(terminal: Terminal, picture: Picture, now_ns: int) -> Iterator[str]:
    """Yield the picture as lines; members that are missing are left out, unknown ones ignored."""
    yield terminal.paint(_heading(terminal, picture), "bold")
    rows = [
        ("waiting", _waiting(picture), "yellow" if picture.get("last_error") else ""),
        ("central", _central(picture, now_ns), ""),
        ("last error", terminal.text(str(picture.get("last_error") or "")), "yellow"),
        ("drop folder", _dropped(picture), "yellow" if picture.get("quarantined") else ""),
        ("open runs", _number(picture, "open_runs"), ""),
        ("since start", _counted(picture), ""),
        ("spool", _bytes(picture.get("spool_bytes")), ""),
    ]
    for name, text, style in rows:
        if text:
            yield f"  {terminal.paint(f'{name:<11}', 'dim')}  {terminal.paint(terminal.cut(text, terminal.width - 15), style)}"


def _heading(terminal: Terminal, picture: Picture) -> str:
    if "pid" not in picture:
        return "humed is not there"
    host = terminal.text(str(picture.get("host") or "this host"))
    up = picture.get("uptime_seconds")
    since = f", up {moments.rough(int(up * moments.SECOND))}" if isinstance(up, (int, float)) else ""
    return f"{host}  humed {terminal.text(str(picture.get('version', '')))}, pid {picture['pid']}{since}"


def _waiting(picture: Picture) -> str:
    depth, age = picture.get("depth"), picture.get("oldest_age_seconds")
    if not isinstance(depth, int):
        return ""
    if depth == 0:
        return "nothing"
    oldest = f", the oldest for {moments.rough(int(age * moments.SECOND))}" if isinstance(age, (int, float)) else ""
    return f"{phrases.plural(depth, 'event')}{oldest}"


def _central(picture: Picture, now_ns: int) -> str:
    upto, last = picture.get("committed_upto"), picture.get("last_ack_at")
    parts = [f"has everything up to number {upto} of {picture.get('last_seq', '?')}"] if isinstance(upto, int) else []
    if isinstance(last, int):
        parts.append(f"last receipt {moments.ago(last, now_ns)}")
    elif "pid" in picture:
        parts.append("no receipt since humed started")
    return ", ".join(parts)


def _dropped(picture: Picture) -> str:
    waiting, bad = picture.get("drop_waiting"), picture.get("quarantined")
    if not waiting and not bad:
        return "empty" if waiting == 0 else ""
    text = f"{phrases.plural(waiting, 'file')} waiting" if isinstance(waiting, int) else ""
    return f"{text}, {bad} in quarantine" if bad else text


def _counted(picture: Picture) -> str:
    names = ("received", "stored", "refused", "deferred", "commits", "forwarded")
    return ", ".join(f"{picture[name]} {name}" for name in names if isinstance(picture.get(name), int))


def _number(picture: Picture, name: str) -> str:
    return str(picture[name]) if isinstance(picture.get(name), int) else ""


def _bytes(count: object) -> str:
    return phrases.size(count) if isinstance(count, int) else ""


def _count(folder: pathlib.Path, counts: Callable[[str], bool]) -> int | None:
    try:
        return sum(counts(path.name) for path in folder.iterdir())
    except FileNotFoundError:
        return 0
    except OSError:
        return None
