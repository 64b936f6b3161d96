# SPDX-License-Identifier: MIT
"""One message of many: what belongs together, is of one kind and goes to one channel, is told at once. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from humeops.central.alerts.course import Alert
from humeops.central.notify.message import Item, Kind

# More messages than this to one channel at one moment are one: an outage of everything is one thing to read.
MOST_AT_ONCE = 20


class Saying(NamedTuple):
    """An alert that is to be told to a channel now."""

    channel: str
    kind: Kind
    grouping: str
    item: Item
    thread: str = ""


class Parcel(NamedTuple):
    """One message: to whom, of what kind, about what; `mark` tells it from others of the moment."""

    channel: str
    kind: Kind
    items: Sequence[Item]
    mark: str
    thread: str


def gather(sayings: Iterable[Saying]) -> list[Parcel]:
    """Return the messages, in the order in which their first parts come."""
    groups: dict[tuple[str, Kind, str], list[Saying]] = {}
    for number, one in enumerate(sayings):
        # Without a group it is told alone, however many there are: somebody wanted that.
        groups.setdefault((one.channel, one.kind, one.grouping or f"\0{number}"), []).append(one)
    counts: dict[tuple[str, Kind], int] = {}
    for channel, kind, grouping in groups:
        counts[channel, kind] = counts.get((channel, kind), 0) + (not grouping.startswith("\0"))
    parcels: dict[tuple[str, Kind, str], list[Saying]] = {}
    for (channel, kind, grouping), members in groups.items():
        is_storm = counts[channel, kind] > MOST_AT_ONCE and not grouping.startswith("\0")
        parcels.setdefault((channel, kind, "" if is_storm else grouping), []).extend(members)
    return [_parcel(channel, kind, mark, members) for (channel, kind, mark), members in parcels.items()]


def item_of(alert: Alert, kind: Kind) -> Item:
    """Return what is said of an alert; the sender adds what the database tells beside it."""
    is_over = kind == "recovery"
    return Item(
        host=alert.host,
        task=alert.task,
        before=alert.trouble if is_over else alert.before,
        state=alert.well_state if is_over else alert.trouble,
        reason=alert.reason,
        since_ns=(alert.closed_at or alert.since) if is_over else alert.since,
        run=alert.run,
        downtime_ns=max(0, (alert.well_since or alert.since) - alert.since) if is_over else None,
    )


def _parcel(channel: str, kind: Kind, mark: str, members: Sequence[Saying]) -> Parcel:
    thread = members[0].thread if len(members) == 1 else ""
    names = "\0".join(f"{one.item.host}\t{one.item.task}" for one in members[:1])
    return Parcel(channel, kind, [one.item for one in members], f"{mark}\0{names}", thread)
