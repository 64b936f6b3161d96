# SPDX-License-Identifier: MIT
"""Who knows the tasks as they are now: the database, or where there is a Redis, the copy in it before the database."""

from humeops.central.config import Config
from humeops.central.current.picture import Picture, SqlPicture
from humeops.central.store.database import Database


def of(chosen: Config, database: Database) -> Picture:
    """Return it; Redis is asked nothing yet."""
    if not chosen.redis:
        return SqlPicture(database)
    import redis

    from humeops.central.current import asking

    quick = redis.Redis.from_url(
        chosen.redis, socket_timeout=asking.WAIT_SECONDS, socket_connect_timeout=asking.WAIT_SECONDS, retry=None
    )
    return asking.RedisPicture(quick, SqlPicture(database))
