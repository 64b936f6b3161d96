# SPDX-License-Identifier: MIT
"""Keeps which scripts run where: one row for each host, task and path, brought up to date with the runs that show them.

Called within the transaction of the batch, after its tasks: their rows are locked by then, and with them the scripts'. Of a task only the
paths seen last are kept, so that one which calls itself by a new name every night fills nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from humeops.central import sighting
from humeops.central.sighting import Script, Sighting
from humeops.central.store import driver, rows
from humeops.event import Event

MOST_PATHS = 16  # of one task
_FORGOTTEN_AT_ONCE = 2_000
_Place = tuple[str, str, bytes]
_read = msgspec.json.Decoder(Script).decode

_KNOWN = """
SELECT script.host, script.task, script.place, script.seen FROM script
WHERE (script.host, script.task) IN (VALUES {pairs}) ORDER BY script.host, script.task, script.place {lock}
"""
_PUT = """
INSERT INTO script (host, task, place, path, sha256, former, since, at, signature, signer, version, until, run, seen)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (host, task, place) DO UPDATE SET sha256 = excluded.sha256, former = excluded.former, since = excluded.since,
  at = excluded.at, signature = excluded.signature, signer = excluded.signer, version = excluded.version,
  until = excluded.until, run = excluded.run, seen = excluded.seen
"""
_DROP = "DELETE FROM script WHERE host = ? AND task = ? AND place = ?"
# The last one of a task stays as long as the task does, as its last run does.
_OLD = """
SELECT host, task, place FROM script WHERE at < ? AND EXISTS (
  SELECT 1 FROM script AS later WHERE later.host = script.host AND later.task = script.task AND later.at > script.at
) ORDER BY host, task, place LIMIT ?
"""
_DROP_OLD = "DELETE FROM script WHERE host = ? AND task = ? AND place = ? AND at < ?"


def see(connection: sa.Connection, new: Iterable[Event], ahead: Mapping[str, int]) -> None:
    """Take over which scripts these events, each new, show; `ahead` tells when those were received whose time was yet to come."""
    # No other event shows one: asked here, since nearly all are none of these.
    may = (event for event in new if event.kind == "start" or event.data)
    found = [one for event in may if (one := sighting.of_event(event, ahead.get(event.id, event.time)))]
    if not found:
        return
    names = sorted({(one.host, one.task) for one in found})
    known = {
        (host, task, bytes(place)): _read(text)
        for host, task, place, text in driver.all_for_pairs(connection, _KNOWN, names)
    }
    now = dict(known)
    paths: dict[_Place, str] = {}
    for one in found:
        place = _place(one)
        paths[place] = one.path
        now[place] = sighting.add(now.get(place), one.seen)
    gone = _too_many(now)
    changed = [place for place in paths if place not in gone and now[place] != known.get(place)]
    driver.many(connection, _PUT, [_row(place, paths[place], now[place]) for place in changed])
    driver.many(connection, _DROP, [place for place in gone if place in known])


def forget(connection: sa.Connection, before: int) -> bool:
    """Let go of scripts that nobody has seen since; tell whether there may be more."""
    old = driver.all_rows(connection, _OLD, (before, _FORGOTTEN_AT_ONCE))
    driver.many(connection, _DROP_OLD, [(host, task, bytes(place), before) for host, task, place in old])
    return len(old) == _FORGOTTEN_AT_ONCE


def _place(one: Sighting) -> _Place:
    return one.host, one.task, hashlib.sha256(one.path.encode("utf-8", "surrogatepass")).digest()


def _too_many(scripts: Mapping[_Place, Script]) -> set[_Place]:
    of_task: dict[tuple[str, str], list[_Place]] = {}
    for place in scripts:
        of_task.setdefault(place[:2], []).append(place)
    return {place for places in of_task.values() for place in _oldest(scripts, places)}


def _oldest(scripts: Mapping[_Place, Script], places: Sequence[_Place]) -> Sequence[_Place]:
    if len(places) <= MOST_PATHS:
        return ()
    return sorted(places, key=lambda place: scripts[place].last.key)[:-MOST_PATHS]


def _row(place: _Place, path: str, script: Script) -> tuple[object, ...]:
    last = script.last
    return (
        *place,
        path,
        last.sha256,
        script.former[2] if script.former else "",
        script.since[0],
        last.at,
        last.signature,
        last.signer,
        last.version,
        last.until,
        rows.key_of(last.run) if last.run else None,
        rows.json_text(script),
    )
