# SPDX-License-Identifier: MIT
"""How `hume-central` writes down in the audit log what is done with it on central's own machine: as `local:UID NAME`."""

import os
import pwd

import sqlalchemy as sa

from humeops.central.store import auditing
from humeops.clock import SystemClock


def author() -> str:
    """Return who types here, as the log names him: the kernel's word, not the environment's."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = "?"
    return f"local:{number} {name}"


def note(connection: sa.Connection, act: str, object: str, detail: str = "") -> None:
    """Write down an act of this command line."""
    entry = auditing.Entry(author(), "hume-central", "", act, object, "done", detail)
    auditing.write(connection, entry, SystemClock().wall_ns())
