# SPDX-License-Identifier: MIT
"""A message as templates see it: plain texts, lists and numbers, everything that hides or steers already written out. Pure.

docs/reference/channels.md lists these names; they are public, for templates of people's own.
"""

from typing import Any

from humeops import spans
from humeops.central.notify.clocks import Clock
from humeops.central.notify.message import Item, Message
from humeops.visible import visible

# A reader sees the first of them, and how many more there are.
MOST_ITEMS = 100
_MOST_TEXT = 8_000
# Of the output of one among many: enough to tell what it is, and a page of twenty can be read.
_TAIL_LINES = 3
# Worst first: what a digest counts, and in this order.
STATES = (
    "failed",
    "lost",
    "overdue",
    "late",
    "silent",
    "copied",
    "warning",
    "unknown",
    "paused",
    "running",
    "new",
    "ok",
)
_VERBS = {"failed": "failed", "warning": "ended with a warning", "copied": "has a copied credential"}
_WELL = ("ok", "running", "new", "paused")


def of(message: Message, clock: Clock) -> dict[str, Any]:
    """Return the names a template may use."""
    shown = [_item(item, message, clock) for item in message.items[:MOST_ITEMS]]
    return {
        "key": line(message.key),
        "kind": message.kind,
        "note": block(message.note),
        "time": clock.in_full(message.time_ns),
        "zone": clock.named(message.time_ns),
        "items": shown,
        "one": shown[0] if len(message.items) == 1 else None,
        "count": len(message.items),
        "more": len(message.items) - len(shown),
        "counts": _counts(message),
        "hosts": list(dict.fromkeys(line(item.host) for item in message.items))[:MOST_ITEMS],
        "host_count": len({item.host for item in message.items}),
        "groups": _groups(shown),
    }


def line(text: str, most: int = 1_000) -> str:
    """Return a text that stays on its line and does nothing to a terminal, a mail's header or a page's direction."""
    words = visible(" ".join(text[: 4 * most].split()))
    return words if len(words) <= most else words[: most - 1] + "…"


def block(text: str, most: int = _MOST_TEXT) -> str:
    """Return a text of several lines, of which the end is kept; its tabs are spaces."""
    kept = text if len(text) <= most else "…" + text[-most:]
    lines = kept.replace("\r\n", "\n").split("\n")
    return "\n".join(visible(one.expandtabs(8)).rstrip() for one in lines).strip("\n")


def is_link(address: str) -> bool:
    """Tell whether a reader may be offered to go there with a click."""
    return address.startswith(("https://", "http://")) and not any(c.isspace() for c in address)


def _item(item: Item, message: Message, clock: Clock) -> dict[str, Any]:
    ago = message.time_ns - item.since_ns
    runbook, url = line(item.runbook), line(item.url)
    return {
        "host": line(item.host),
        "task": line(item.task),
        "name": f"{line(item.task)} on {line(item.host)}" if item.task else line(item.host),
        "before": line(item.before),
        "state": line(item.state),
        "well": item.state in _WELL,
        "verb": _VERBS.get(item.state, f"is {line(item.state)}"),
        "reason": line(item.reason),
        "since": clock.in_full(item.since_ns),
        "ago": f"{spans.rough(ago)} before this message" if ago >= spans.MINUTE else "",
        "run": line(item.run),
        "url": url if is_link(url) else "",
        "compared": line(item.compared),
        "last_flag": line(item.last_flag),
        "events": [
            {
                "time": clock.time(event.time_ns, message.time_ns),
                "level": line(event.level, 20),
                "message": line(event.message),
            }
            for event in item.events[-MOST_ITEMS:]
        ],
        "output": block(item.output),
        "tail": [line(one, 300) for one in block(item.output).split("\n")[-_TAIL_LINES:] if one],
        "tags": [line(tag, 100) for tag in item.tags[:MOST_ITEMS]],
        "owner": line(item.owner),
        "description": block(item.description, 2_000),
        "runbook": runbook,
        "runbook_url": runbook if is_link(runbook) else "",
        "next_expected": clock.in_full(item.next_expected_ns) if item.next_expected_ns is not None else "",
        "downtime": spans.in_words(item.downtime_ns) if item.downtime_ns is not None else "",
    }


def _counts(message: Message) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for item in message.items:
        counts[item.state] = counts.get(item.state, 0) + 1
    order = {state: place for place, state in enumerate(STATES)}
    ranked = sorted(counts, key=lambda state: (order.get(state, len(order)), state))
    return [{"state": line(state), "count": counts[state]} for state in ranked]


def _groups(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in shown:
        groups.setdefault(item["host"], []).append(item)
    return [{"host": host, "of": items} for host, items in groups.items()]
