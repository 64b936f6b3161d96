# SPDX-License-Identifier: MIT
"""How the first user comes in where nobody has a name yet: by a link that `hume-central init` prints, good for a day."""

from humeops.api import links
from humeops.central import door
from humeops.central.config import Config
from humeops.central.store import sessions, users
from humeops.central.store.database import Database, plain_errors
from humeops.cli import centralaudit
from humeops.clock import NS_PER_SECOND, SystemClock
from humeops.security import credentials
from humeops.security.roles import Actor

LASTS_NS = 24 * 3_600 * NS_PER_SECOND


def link(database: Database, chosen: Config) -> str:
    """Return a line with a link for whoever becomes the first user, nothing when there is one already."""
    token, now_ns = credentials.make_token("link"), SystemClock().wall_ns()
    with plain_errors(database.name), database.writing() as connection:
        if users.is_anybody(connection):
            return ""
        centralaudit.note(connection, "make link", door.OWNER)
        sessions.add_link(connection, token, Actor(door.OWNER, "admin"), now_ns, LASTS_NS)
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    where = f"http://{host}:{chosen.port}{links.SIGN_IN}{token}"
    return f"to become the first user, once central answers, within a day: {where}\n"
