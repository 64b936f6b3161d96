# SPDX-License-Identifier: MIT
"""Where batches go, by the form of central's address: over HTTP, or straight into its Redis."""

from humeops.daemon import config
from humeops.daemon.config import Config
from humeops.daemon.forwarder import Intake
from humeops.daemon.httpintake import HttpIntake


def find(chosen: Config) -> Intake:
    """Return the way to central. Redis' library is imported only where it is used."""
    if not config.is_redis(chosen.central.first_url):
        return HttpIntake(chosen)
    from humeops.daemon.redisintake import RedisIntake

    return RedisIntake(chosen)
