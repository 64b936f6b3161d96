# SPDX-License-Identifier: MIT
"""Runs whose end was noticed and is to be said: a `gone` event each, when what the script said last has been taken in.

Promise: said once. The event and the mark on the run's row are one transaction: killed before its commit, the next start
finds the process dead again; after it, the run is no longer open, and nobody looks for it. A stop that comes meanwhile takes
the run out of here; one that comes later still counts (humeops.daemon.runs).
"""

import pathlib
from typing import NamedTuple

from humeops import crash
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import gone, oom, runrows
from humeops.daemon.gone import Death
from humeops.daemon.keeper import Keeper, NoRoomError
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Group, Spool, SpoolFullError
from humeops.daemon.worth import NEVER_DROPPED
from humeops.wire import codec

# From noticing a death to saying it: what its script said last is through libzmq's thread by then.
GRACE_NS = NS_PER_SECOND // 10
# While dropped files wait that could not be taken in, a stop may be among them: the saying waits with them, not for ever.
PATIENCE_NS = 5 * NS_PER_SECOND
# When it could not be said, it is tried again after this long.
AGAIN_NS = NS_PER_SECOND // 5
# So many in one transaction: some milliseconds for which acks wait, should a whole container end at once.
AT_ONCE = 200

_HUMED = Sayer(None, None, "humed")


class _Noted(NamedTuple):
    death: Death
    noticed_ns: int
    due_ns: int


class Deaths:
    """What was noticed and not said yet. `groups`: where the control groups are."""

    def __init__(
        self, runs: OpenRuns, spool: Spool, keeper: Keeper, host: str, clock: Clock, groups: pathlib.Path = oom.ROOT
    ) -> None:
        self._runs = runs
        self._spool = spool
        self._keeper = keeper
        self._host = host
        self._clock = clock
        self._groups = groups
        self._noted: dict[str, _Noted] = {}

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._noted

    def ids(self) -> set[str]:
        """Return the runs that are noted."""
        return set(self._noted)

    def note(self, run_id: str, cause: str) -> None:
        """This run has ended, now or, when the host was restarted, before this boot began."""
        if run_id in self._noted:
            return
        wall, boot = self._clock.wall_ns(), self._clock.boot_ns()
        death = Death(cause, max(0, wall - boot), 0) if cause == gone.REBOOT else Death(cause, wall, boot)
        self._noted[run_id] = _Noted(death, boot, boot + GRACE_NS)

    def forget(self, run_id: str) -> None:
        """It was ended by a stop, or is said."""
        self._noted.pop(run_id, None)

    def next_due_ns(self) -> int | None:
        """Return when `say` has something to do."""
        return min((noted.due_ns for noted in self._noted.values()), default=None)

    def say(self, *, is_behind: bool) -> dict[str, str]:
        """Say those whose moment has come, some at a time; return runs and causes. `is_behind`: dropped files wait."""
        now = self._clock.boot_ns()
        due = {run_id: noted for run_id, noted in self._noted.items() if noted.due_ns <= now}
        ready = [one for one in due if not is_behind or now - due[one].noticed_ns > PATIENCE_NS][:AT_ONCE]
        said = self._commit(ready) if ready else []
        told = {run_id: due[run_id].death.cause for run_id in said}
        for run_id in due.keys() - told.keys() if len(said) < AT_ONCE else ():
            self._noted[run_id] = due[run_id]._replace(due_ns=now + AGAIN_NS)
        for run_id in told:
            self.forget(run_id)
        return told

    def _commit(self, run_ids: list[str]) -> list[str]:
        try:
            with self._spool.group() as group:
                said = [run_id for run_id in run_ids if self._put(run_id, group)]
                crash.point("humed-before-gone-commit")
        except SpoolFullError as error:
            # The transaction is gone, and with it what the registry learnt in it. What is noted here stays.
            self._runs.reload()
            self._keeper.on_full_disk(error)
            return []
        crash.point("humed-after-gone-commit")
        return said

    def _put(self, run_id: str, group: Group) -> bool:
        run = self._runs.open_one(run_id)
        if run is None:
            return False
        death, wall = self._noted[run_id].death, self._clock.wall_ns()
        is_ended = death.cause == gone.ENDED
        kills = oom.kills_since(runrows.toll_of(group.db, run_id), self._groups) if is_ended else 0
        event = gone.make_event(run, death, kills, self._host, self._runs.processes.boot, wall)
        body = codec.encode(event)
        try:
            self._keeper.admit(NEVER_DROPPED, len(body))
        except NoRoomError:
            return False
        group.put(body, NEVER_DROPPED, wall // NS_PER_SECOND)
        self._runs.apply(event, _HUMED, group, wall)
        return True
