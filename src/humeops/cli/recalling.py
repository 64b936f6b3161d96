# SPDX-License-Identifier: MIT
"""The last events that central has of a host, as events again: what their sayers told of themselves is there only in part.

For `hume rules test` on a host whose queue is empty, as it is while central answers.
"""

import os

from humeops.api import schemas
from humeops.cli import client
from humeops.errors import MalformedEventError
from humeops.event import Event, Origin
from humeops.wire import codec

# What humed says itself; rules never see it.
_OWN_KINDS = ("gone", "loss")
_OWN_TASK = "humed"


def last_said(host: str, count: int, folder: str | None) -> list[Event]:
    """Return them, oldest first; raise a HumeError where this person cannot ask central."""
    asked = client.find_central(None, folder, os.environ)
    found = asked.items("events", schemas.EventPage, {"host": host}, count)
    made = [event for one in found if (event := _made_of(one)) is not None]
    return made[::-1]


def _made_of(said: schemas.EventView) -> Event | None:
    if said.kind in _OWN_KINDS or said.task == _OWN_TASK:
        return None
    members = {name: getattr(said, name) for name in Event.__struct_fields__ if hasattr(said, name)}
    origin = {name: getattr(said, name) for name in Origin.__struct_fields__ if name in _OF_ORIGIN}
    try:
        return codec.decode(codec.encode(Event(**{**members, "v": 1, "origin": Origin(**origin)})))
    except MalformedEventError:
        return None  # of another version, or made before a limit was narrowed


_OF_ORIGIN = ("uid", "line", "script", "file", "function", "command")
