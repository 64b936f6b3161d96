# SPDX-License-Identifier: MIT
"""Puts what waits at the sockets into the order in which it was said. Pure.

libzmq takes turns among connections, so of two that wait the later may come out first: the word of a command, before the start that
`hume run` said without waiting for its ack; it would belong to no run. An id tells the millisecond in which it was made (UUID version
7, RFC 9562), and its place in the bytes is known, so nothing is decoded for this. What one connection said keeps its order
whatever the ids are: a sender's clock may step, and a sender of its own may write ids as it likes.
"""

import re
from collections.abc import Sequence

from humeops.daemon.door import Peer, Request
from humeops.wire import codec

_MILLISECONDS = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4})-7")


def as_said(requests: Sequence[Request]) -> list[Request]:
    """Return the same requests: by the millisecond of their ids across connections, as they came within one and in a tie."""
    newest = ""
    told: dict[Peer, str] = {}
    keyed = []
    for request in requests:
        found = _MILLISECONDS.match(codec.id_in(request.body)) if isinstance(request.body, bytes) else None
        # What names no moment stays behind what had come before it.
        moment = max(found[1] if found else newest, told.get(request.peer, ""))
        told[request.peer], newest = moment, max(newest, moment)
        keyed.append((moment, request))
    return [request for _, request in sorted(keyed, key=lambda pair: pair[0])]
