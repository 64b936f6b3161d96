# SPDX-License-Identifier: MIT
"""Discards what Redis says of a database that is about to be replaced by a backup: it tells of what then never happened.

That is the copy of the tasks (`current.keyspace`) and how far agents are committed: an agent that is told such a mark lets go of
events which the backup has not. Batches that wait stay, and are taken as new. No role of central may run meanwhile.
"""

from typing import Any

import redis

from humeops.central.current import keyspace as current
from humeops.central.stream import keyspace

# Of one command; what lies there may be large, and others use the server, too.
AT_ONCE = 500


def discard(client: redis.Redis) -> None:
    """Forget both; the copy first stops being whole, so that one which is cut short here is asked by nobody."""
    connection: Any = client
    connection.delete(current.WHOLE, current.REBUILDING)
    for pattern in (current.EVERY, keyspace.mark_pattern()):
        cursor = 0
        while True:
            cursor, names = connection.scan(cursor, match=pattern, count=AT_ONCE)
            if names:
                connection.unlink(*names)
            if not cursor:
                break
