# SPDX-License-Identifier: MIT
"""Which channels are told of something at this moment, and which of them only in the digest after their quiet hours. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from humeops.central.alerts import book, windows
from humeops.filters.facts import Facts


class Way(NamedTuple):
    """A channel, and until when it is to be left in peace (None: it is told now)."""

    channel: str
    quiet_until: int | None = None


def ways(written: book.Book, channels: Sequence[str], seen: Facts, now_ns: int) -> list[Way]:
    """Return the ways to people; `channels` are those that there are, for whoever wrote no routes."""
    if not written.route:
        return [Way(name) for name in channels]
    found: dict[str, Way] = {}
    for route in written.route:
        if not _fits(route, seen, now_ns):
            continue
        until = windows.until(book.read_windows(route.quiet), route.tz, now_ns)
        for name in route.to:
            known = found.get(name)
            # Of two routes to one channel the one that tells at once counts.
            if known is None or known.quiet_until is not None:
                found[name] = Way(name, until)
        if not route.go_on:
            break
    return [way for way in found.values() if way.channel in channels]


def may_reach(written: book.Book, channels: Sequence[str], seen: Facts) -> set[str]:
    """Return the channels that are told of something like this at some hour."""
    if not written.route:
        return set(channels)
    found: set[str] = set()
    for route in written.route:
        if book.holds(route.when, seen):
            found.update(route.to)
            if not (route.go_on or route.time):
                break
    return found & set(channels)


def quiet_until(written: book.Book, channel: str, seen: Facts, now_ns: int) -> int | None:
    """Return until when this channel, which was told before, is to be left in peace."""
    routes = [route for route in written.route if channel in route.to and book.holds(route.when, seen)]
    ends = [windows.until(book.read_windows(route.quiet), route.tz, now_ns) for route in routes]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def instead(written: book.Book, channels: Sequence[str], dead: Iterable[str]) -> list[str]:
    """Return the channels to tell in the place of dead ones: those of `fallback`, else all that live."""
    gone = set(dead)
    chosen = [name for name in written.fallback if name in channels and name not in gone]
    return chosen or [name for name in channels if name not in gone]


def _fits(route: book.Route, seen: Facts, now_ns: int) -> bool:
    if not book.holds(route.when, seen):
        return False
    hours = book.read_windows(route.time)
    return not hours or windows.until(hours, route.tz, now_ns) is not None
