# SPDX-License-Identifier: MIT
"""What a handler that changes something says for the audit log, in the transaction of the change."""

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from humeops.api.service import Asked, Central
from humeops.central.store import auditing

Result = TypeVar("Result")

# In the scope's state, between whoever stands in front of the handlers (doorkeeper, witness) and them.
ACTOR = "hume_actor"  # who asks
REASON = "hume_reason"  # why it was refused
ACT = "hume_act"  # what it was, in words
FORMER = "hume_former"  # whose the credential is, or was, that does not open it
WHO = "hume_who"  # whom a failed login named
NOTED = "hume_noted"  # the act is in the log already


def note(connection: sa.Connection, central: Central, asked: Asked, act: str, object: str, detail: str = "") -> None:
    """Write down what the asker does with this; it stands if the transaction does."""
    actor = asked.actor
    entry = auditing.Entry(*actor.signature, asked.address, act, object, "done", detail)
    auditing.write(connection, entry, central.clock.wall_ns())
    asked.state[NOTED] = True


def do(
    central: Central, asked: Asked, act: str, object: str, change: Callable[[sa.Connection], Result], detail: str = ""
) -> Result:
    """Make this change in a transaction of its own, with its line; none when `change` finds nothing to do (None or False)."""

    def whole(connection: sa.Connection) -> Result:
        result = change(connection)
        if result is not None and result is not False:
            note(connection, central, asked, act, object, detail)
        return result

    return central.database.write(whole)
