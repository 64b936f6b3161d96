# SPDX-License-Identifier: MIT
"""A guard and rules for tests of a pipeline: as an empty humed.toml gives them, or with what a test says."""

from humeops.clock import FakeClock
from humeops.daemon.config import GuardSettings
from humeops.daemon.guard.guarding import Guard
from humeops.daemon.processing import Processors
from humeops.daemon.rules.engine import Engine
from humeops.daemon.ruling import Ruling
from humeops.daemon.spool import Spool
from humeops.daemon.users import Users

SPOOL_BYTES = 1_073_741_824
HUMED = 990


def open_guard(spool: Spool, **settings: object) -> Guard:
    return Guard(spool.db, GuardSettings(**settings), SPOOL_BYTES, HUMED)  # type: ignore[arg-type]


def no_rules(rules: Engine | None = None) -> Ruling:
    clock = FakeClock()
    return Ruling(rules or Engine([]), Processors([], clock, lambda subject, text: None), Users(), clock)
