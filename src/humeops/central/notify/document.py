# SPDX-License-Identifier: MIT
"""A message as JSON, for webhooks and commands: facts as they are, beside the words. Pure.

Public: docs/reference/channels.md describes it. Members may be added, none changes its meaning.
"""

import hashlib
import re
from typing import Any

import msgspec

from humeops import moments
from humeops.central.notify.message import Item, Message

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_:-]{1,200}")


def key_of(message: Message) -> str:
    """Return the message's key in a form that every header and file name takes; the same for the same key."""
    if _PLAIN_KEY.fullmatch(message.key):
        return message.key
    return hashlib.sha256(message.key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def of(message: Message, subject: str, short: str, text: str) -> bytes:
    """Return the document, in UTF-8."""
    data = {
        "key": key_of(message),
        "kind": message.kind,
        "note": message.note,
        "items": [_item(item) for item in message.items],
        "subject": subject,
        "short": short,
        "text": text,
    }
    whole = {"type": f"hume.{message.kind}", "timestamp": moments.in_full(message.time_ns), "data": data}
    return msgspec.json.encode(_encodable(whole))


def _item(item: Item) -> dict[str, Any]:
    return {
        "host": item.host,
        "task": item.task,
        "before": item.before,
        "state": item.state,
        "reason": item.reason,
        "since": moments.in_full(item.since_ns),
        "run": item.run,
        "url": item.url,
        "compared": item.compared,
        "last_flag": item.last_flag,
        "events": [
            {"time": moments.in_full(event.time_ns), "level": event.level, "message": event.message}
            for event in item.events
        ],
        "output": item.output,
        "tags": list(item.tags),
        "owner": item.owner,
        "description": item.description,
        "runbook": item.runbook,
        "next_expected": None if item.next_expected_ns is None else moments.in_full(item.next_expected_ns),
        "downtime_seconds": None if item.downtime_ns is None else item.downtime_ns // 1_000_000_000,
    }


def _encodable(value: Any) -> Any:
    """Return the value with what is no character written out: half a surrogate pair has no UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _encodable(one) for key, one in value.items()}
    return [_encodable(one) for one in value] if isinstance(value, list) else value
