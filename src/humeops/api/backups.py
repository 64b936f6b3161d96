# SPDX-License-Identifier: MIT
"""POST /api/v1/backups: the line in the audit log of a copy of the database that was made beside a central that works.

`hume-central backup` reads a SQLite file by itself, and nobody but the central that works on it can write there.
"""

from typing import Annotated

import msgspec
from litestar import post

from humeops.api import acting, barring
from humeops.api.service import Asked, Central
from humeops.security import roles
from humeops.security.roles import Thing


class Backup(msgspec.Struct, forbid_unknown_fields=True):
    """POST /api/v1/backups, and its answer: the file that was written."""

    file: Annotated[str, msgspec.Meta(min_length=1, max_length=1_024)]


@post("/api/v1/backups", sync_to_thread=True, guards=barring.to_write("backups"))
def note_backup(central: Central, asked: Asked, data: Backup) -> Backup:
    """Write down that the database was copied into this file."""
    roles.authorize(asked.actor, "write", Thing("backups"))
    acting.do(central, asked, "backup", data.file, lambda _connection: True)
    return data
