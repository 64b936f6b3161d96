# SPDX-License-Identifier: MIT
"""What every handler of the API works with."""

from typing import NamedTuple

from humeops.central.store.database import Database
from humeops.clock import Clock
from humeops.security.roles import Actor


class Central(NamedTuple):
    """The database behind the API, and the time."""

    database: Database
    clock: Clock


class Asked(NamedTuple):
    """One request, as handlers see it: who asks, with which parameters."""

    actor: Actor
    parameters: list[tuple[str, str]]
