# SPDX-License-Identifier: MIT
"""Whose a task is on this host: of whoever reported to it first, or as `[[guard.tasks]]` says.

The owners are rows of the spool (`owner`), written in the transaction that stores the event that made them so, and kept in
memory. A transaction that comes to nothing takes them back: `reload`.
"""

import sqlite3

from humeops.daemon.config import GuardSettings
from humeops.daemon.guard.members import Members
from humeops.daemon.rules.patterns import PatternSet, as_list
from humeops.daemon.sayer import named
from humeops.daemon.spool import Group
from humeops.errors import MalformedEventError, NotAllowedError

# Sayers whom the kernel does not name, such as those on other machines: one user of their own.
NOBODY = -1


class Owners:
    """Decides who may report to a task. `own_uid`: humed's, which has the spool anyway."""

    def __init__(self, db: sqlite3.Connection, settings: GuardSettings, own_uid: int, members: Members) -> None:
        self._db = db
        self._members = members
        self._own_uid = own_uid
        self.adopt(settings)
        self.reload()

    def adopt(self, settings: GuardSettings) -> None:
        """Go by these settings from now on; raise PatternError for a pattern that is none."""
        wanted: dict[str, int] = {}
        for number, entry in enumerate(settings.tasks):
            for pattern in as_list(entry.task):
                wanted[pattern] = wanted.get(pattern, 0) | 1 << number
        self._patterns = PatternSet(wanted)
        self._settings = settings

    def reload(self) -> None:
        """Read the owners anew: what was learnt in a transaction that came to nothing is forgotten."""
        self._owner = dict[str, int](self._db.execute("SELECT task, uid FROM owner"))
        self._count = dict[int, int](self._db.execute("SELECT uid, count(*) FROM owner GROUP BY uid"))

    def is_admin(self, uid: int | None) -> bool:
        """Tell whether the user may report to every task and is not limited in what he takes."""
        settings = self._settings
        return uid in (0, self._own_uid) or self._members.is_among(uid, settings.admin_users, settings.admin_groups)

    def check(self, task: str, uid: int | None, group: Group, now: int) -> None:
        """Let the user report to this task, and own it if nobody does; `now` in s.

        Raises NotAllowedError when it is somebody else's, MalformedEventError when he has too many.
        """
        who = NOBODY if uid is None else uid
        allowed = self._patterns.known_bits_in(task)
        owner = self._owner.get(task)
        if not allowed and (owner == who or (owner is not None and self._settings.owners == "anybody")):
            return
        is_admin = self.is_admin(uid)
        if allowed and not is_admin:
            self._check_entry(task, uid, allowed)
        elif owner is not None and not is_admin:
            raise NotAllowedError(_belongs(task, owner, uid))
        if owner is None:
            self._own(task, uid, group, now, is_limited=not is_admin)

    def _check_entry(self, task: str, uid: int | None, allowed: int) -> None:
        entry = self._settings.tasks[(allowed & -allowed).bit_length() - 1]
        if not self._members.is_among(uid, entry.users, entry.groups):
            raise NotAllowedError(
                f"{named(uid)} may not report to task {task}: `[[guard.tasks]]` in humed.toml says who may"
            )

    def _own(self, task: str, uid: int | None, group: Group, now: int, *, is_limited: bool) -> None:
        who = NOBODY if uid is None else uid
        most = self._settings.max_tasks
        if is_limited and most and self._count.get(who, 0) >= most:
            raise MalformedEventError(
                f"{named(uid)} has {most} tasks on this host: name tasks by what they do, or raise `guard.max_tasks` in humed.toml"
            )
        group.db.execute("INSERT OR IGNORE INTO owner VALUES (?, ?, ?)", (task, who, now))
        self._owner[task] = who
        self._count[who] = self._count.get(who, 0) + 1


def _belongs(task: str, owner: int, uid: int | None) -> str:
    whose = f"task {task} belongs to {'senders' if owner == NOBODY else f'user {owner}'}"
    if uid is None:
        # No entry can name him.
        return f'{whose} on this host: over tcp say another task, or set `guard.owners` to "anybody" in humed.toml'
    return f"{whose}{' over tcp' if owner == NOBODY else ''} on this host: `[[guard.tasks]]` in humed.toml lets others report to it"
