# SPDX-License-Identifier: MIT
"""`hume queue`: what waits on this host to reach central, whether humed is there to bring it, and what had to be given up.

The humed that `hume` itself speaks to is asked. When it does not answer, its spool is read and that is said: exit status 75.
"""

import os
import pathlib
import sqlite3
import sys
import typing
from collections.abc import Callable, Iterator, Mapping

import click

from humeops import amounts, moments, spans
from humeops.cli import ask, listing, options, phrases, places, spoolfile
from humeops.cli.terminal import Terminal, terminal_of
from humeops.clock import SystemClock
from humeops.daemon.rules import parsing
from humeops.errors import Exit, UnavailableError
from humeops.wire import dropfile

Picture = Mapping[str, typing.Any]

# Of the open runs and those since humed started, as they are told.
_RUNS = {
    "runs_looked_at": "looked at every 10 s only, for want of descriptors",
    "runs_unseen": "with no process that humed can see",
    "runs_gone": "ended without a stop since start",
    "runs_given_up": "of these given up, being too many",
}


_GUARDS = {
    "over_rate": "acks waited for their user's rate",
    "pushed_over_rate": "pushed over their user's rate and lost",
    "sent_away": "told to come again, since too many of their user wait",
    "over_quota": "told to come again, over their user's share of the spool",
    "too_many_names": "with more tags or keys than one user may bring",
}


@click.command("queue")
@options.output_option()
@click.option("--dir", "folder", metavar="DIR", help="The hume folder [what `hume` itself would use].")
def command(output: str, folder: str | None) -> int:
    """Show what waits on this host to reach central.

    Exit status: 0, or 75 when humed does not answer.
    """
    where, why = places.find(os.environ, folder), ""
    try:
        picture = _ask(where)
    except UnavailableError as error:
        why, picture = str(error), from_disk(where, SystemClock().wall_ns())
    if output == "table":
        print("\n".join(draw(terminal_of(sys.stdout), picture, SystemClock().wall_ns())))
    else:
        listing.print_record(dict(picture), output)
    if why:
        print(f"hume: {why}; what is said waits in the spool and the drop folder until it is back", file=sys.stderr)
        return Exit.UNAVAILABLE
    return Exit.OK


def _ask(where: places.Places) -> Picture:
    if where.socket is None:
        raise UnavailableError(where.complaint)
    return ask.ask(where.socket, "?queue")


def from_disk(where: places.Places, now_ns: int) -> Picture:
    """Return what the spool and the drop folder tell without humed; what can't be read is left out."""
    found: dict[str, typing.Any] = {}
    if where.drop is not None:
        found["drop_waiting"] = _count(where.drop, dropfile.is_drop_name)
        found["drop_foreign"] = _count(where.drop, dropfile.is_foreign)
        found["quarantined"] = _count(where.drop / dropfile.QUARANTINE, bool)
    chosen, _ = places.settings_of(where)
    if chosen is None:
        return found
    found["put_aside"] = len(spoolfile.find_put_aside(chosen.spool))
    if trouble := spoolfile.find_trouble(chosen.spool):
        mended = ": humed saves what can be read when it starts" if trouble.starting_mends else ""
        return found | {"spool_trouble": f"{trouble.text}{mended}"}
    try:
        with spoolfile.reading(chosen.spool) as spool:
            return found | _read(spool, now_ns)
    except sqlite3.Error:
        return found  # not there yet, or not ours to read


def _read(spool: sqlite3.Connection, now_ns: int) -> dict[str, typing.Any]:
    mark = "SELECT epoch, last_seq, committed_upto FROM mark"
    epoch, floor, committed_upto = spool.execute(mark).fetchone() or ("", 0, 0)
    waits = "SELECT count(*), min(seq), max(seq), min(taken) FROM event WHERE seq > ?"
    depth, first, last, taken = spool.execute(waits, (committed_upto,)).fetchone()
    return {
        "epoch": epoch,
        "depth": depth,
        "first_seq": first,
        "last_seq": max(floor, last or 0),
        "committed_upto": committed_upto,
        "oldest_age_seconds": None if taken is None else max(0.0, now_ns / spans.SECOND - taken),
        "dropped": dict(spool.execute("SELECT cause, count FROM dropped ORDER BY cause").fetchall()),
    }


def draw(terminal: Terminal, picture: Picture, now_ns: int) -> Iterator[str]:
    """Yield the picture as lines; members that are missing are left out, unknown ones ignored."""
    yield terminal.paint(_heading(terminal, picture), "bold")
    rows = [
        ("waiting", _waiting(picture), "yellow" if picture.get("last_error") else ""),
        ("room", terminal.text(_room(picture)), "red bold"),
        ("damage", terminal.text(str(picture.get("spool_trouble") or "")), "red bold"),
        ("put aside", _put_aside(picture), "yellow"),
        ("given up", terminal.text(_given_up(picture)), "yellow bold"),
        ("rules", terminal.text(_ruled(picture)), ""),
        ("rules kept", terminal.text(_rules_trouble(picture)), "red bold"),
        ("guards", _guarded(picture), "yellow"),
        ("central", _central(picture, now_ns), ""),
        *[(f"to {name}", terminal.text(text), style) for name, text, style in _outputs(picture, now_ns)],
        ("last error", terminal.text(str(picture.get("last_error") or "")), "yellow"),
        ("drop folder", _dropped(picture), "yellow" if any(map(picture.get, ("quarantined", "drop_foreign"))) else ""),
        ("not read", terminal.text(str(picture.get("drop_trouble") or "")), "red bold"),
        ("open runs", _runs(picture), "yellow" if picture.get("runs_given_up") else ""),
        ("since start", _counted(picture), ""),
        ("a second", _rates(picture), ""),
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
    since = f", up {spans.rough(int(up * spans.SECOND))}" if isinstance(up, (int, float)) else ""
    return f"{host}  humed {terminal.text(str(picture.get('version', '')))}, pid {picture['pid']}{since}"


def _waiting(picture: Picture) -> str:
    depth, age = picture.get("depth"), picture.get("oldest_age_seconds")
    if not isinstance(depth, int):
        return ""
    if depth == 0:
        return "nothing"
    oldest = f", the oldest for {spans.rough(int(age * spans.SECOND))}" if isinstance(age, (int, float)) else ""
    return f"{phrases.plural(depth, 'event')}{oldest}"


def _central(picture: Picture, now_ns: int) -> str:
    if picture.get("forwards") is False:
        return "nothing is forwarded"
    upto, last = picture.get("committed_upto"), picture.get("last_ack_at")
    parts = [f"has everything up to number {upto} of {picture.get('last_seq', '?')}"] if isinstance(upto, int) else []
    if isinstance(last, int):
        parts.append(f"last receipt {moments.ago(last, now_ns)}")
    elif "pid" in picture:
        parts.append("no receipt since humed started")
    return ", ".join(parts)


def _outputs(picture: Picture, now_ns: int) -> Iterator[tuple[str, str, str]]:
    """Yield each output's name, how it fares, and how that looks."""
    outputs = picture.get("outputs")
    for name, one in outputs.items() if isinstance(outputs, dict) else ():
        if not isinstance(one, dict):
            continue
        counts = {key: one[key] for key in ("sent", "behind", "missed") if isinstance(one.get(key), int)}
        told = [f"{count} {key}" for key, count in counts.items() if count or key == "sent"]
        if isinstance(last := one.get("last_sent_at"), int):
            told.append(f"last {moments.ago(last, now_ns)}")
        error = str(one.get("last_error") or "")
        where = str(one.get("to") or "")
        yield (
            name,
            f"{where}: {', '.join(told)}{f'; {error}' if error else ''}",
            "yellow" if error or one.get("missed") else "",
        )


def _room(picture: Picture) -> str:
    room = picture.get("room")
    if not isinstance(room, str) or room == "everything":
        return ""
    return "nothing is taken now" if room == "nothing" else f"only {room} are taken now"


def _given_up(picture: Picture) -> str:
    """Return what was dropped in the life of this spool, by cause, in the words of its causes."""
    dropped = picture.get("dropped")
    if not isinstance(dropped, dict):
        return ""
    counts = {
        cause: count
        for cause, count in dropped.items()
        if isinstance(count, int) and count and not cause.startswith(parsing.CHOSEN)
    }
    return "; ".join(f"{phrases.plural(count, 'event')}: {cause}" for cause, count in counts.items())


def _ruled(picture: Picture) -> str:
    """Return what rules and processors matched and dropped; without humed, what they have dropped."""
    told: list[str] = []
    for kind in ("rules", "processors"):
        counts = picture.get(kind)
        for name, one in counts.items() if isinstance(counts, dict) else ():
            parts = [f"{count} {what}" for what, count in one.items() if count] if isinstance(one, dict) else []
            told.append(f"{name}: {', '.join(parts) or 'none'}")
    dropped = picture.get("dropped")
    if not told and isinstance(dropped, dict):
        told = [f"{cause}: {count} dropped" for cause, count in dropped.items() if cause.startswith(parsing.CHOSEN)]
    return "; ".join(told)


def _rules_trouble(picture: Picture) -> str:
    trouble = picture.get("rules_trouble")
    return f"the earlier rules are in force: {trouble}" if trouble else ""


def _guarded(picture: Picture) -> str:
    """Return what the guards held back, in words."""
    counts = picture.get("guard")
    if not isinstance(counts, dict):
        return ""
    return ", ".join(f"{counts[name]} {words}" for name, words in _GUARDS.items() if counts.get(name))


def _put_aside(picture: Picture) -> str:
    count = picture.get("put_aside")
    return f"{phrases.plural(count, 'damaged spool')}, kept to be looked at" if isinstance(count, int) and count else ""


def _dropped(picture: Picture) -> str:
    waiting, bad, foreign = (picture.get(name) for name in ("drop_waiting", "quarantined", "drop_foreign"))
    if not (waiting or bad or foreign):
        return "empty" if waiting == 0 else ""
    parts = [f"{phrases.plural(waiting, 'file')} waiting"] if isinstance(waiting, int) else []
    parts += [f"{bad} in quarantine"] if bad else []
    parts += [f"{foreign} not of hume's making, left alone"] if foreign else []
    return ", ".join(parts)


def _counted(picture: Picture) -> str:
    names = ("received", "stored", "copies", "refused", "forbidden", "deferred", "commits", "forwarded")
    told = [f"{picture[name]} {name}" for name in names if isinstance(picture.get(name), int)]
    lost = picture.get("pushed_lost")
    return ", ".join([*told, f"{lost} pushed and lost"] if isinstance(lost, int) and lost else told)


def _rates(picture: Picture) -> str:
    """Return what comes and goes a second, over about the last minute."""
    rates = {name: picture.get(f"{name}_per_second") for name in ("received", "stored", "forwarded")}
    return ", ".join(f"{rate:.3g} {name}" for name, rate in rates.items() if isinstance(rate, (int, float)) and rate)


def _runs(picture: Picture) -> str:
    """Return how many runs are open, how their processes are watched, and how many ended without a stop."""
    if not isinstance(picture.get("open_runs"), int):
        return ""
    told = {name: count for name in _RUNS if isinstance(count := picture.get(name), int) and count}
    return ", ".join([str(picture["open_runs"]), *(f"{count} {_RUNS[name]}" for name, count in told.items())])


def _bytes(count: object) -> str:
    return amounts.size(count) if isinstance(count, int) else ""


def _count(folder: pathlib.Path, counts: Callable[[str], bool]) -> int | None:
    try:
        return sum(counts(path.name) for path in folder.iterdir())
    except FileNotFoundError:
        return 0
    except OSError:
        return None
