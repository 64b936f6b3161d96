# SPDX-License-Identifier: MIT
"""Writes dead letters after they were buried: another reason, or gone. One transaction, the caller's."""

from collections.abc import Sequence

import sqlalchemy as sa

from humeops.central.store import driver
from humeops.central.store.questions.dead import Key

_EXPLAIN = "UPDATE dead_letter SET error = ? WHERE epoch = ? AND seq = ?"
_DROP = "DELETE FROM dead_letter WHERE epoch = ? AND seq = ?"


def explain(connection: sa.Connection, errors: Sequence[tuple[Key, str]]) -> None:
    """Keep the reason for which each of these cannot be stored now."""
    driver.many(connection, _EXPLAIN, [(error, *key) for key, error in errors])


def drop(connection: sa.Connection, keys: Sequence[Key]) -> None:
    """Let go of these; that their seqs arrived stays known, so a copy that is sent again does not bring them back."""
    driver.many(connection, _DROP, list(keys))
