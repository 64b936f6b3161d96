# SPDX-License-Identifier: MIT
"""Attaches an event to its run and task by the rules of docs/protocol.md, section 5, and keeps users out of each other's runs.

Another user's event belongs to a run only if humed itself, going up from the process that the kernel names, meets one of
the run's registered processes: `sudo` inside a script does, a made-up chain does not. That is looked at only where the
users differ, so the usual event costs a few look-ups in memory.
"""

import re
from collections.abc import Mapping, Sequence

from humeops.daemon import finding
from humeops.daemon.hindsight import Hindsight
from humeops.daemon.processes import Link
from humeops.daemon.registering import Proof
from humeops.daemon.runrows import Run
from humeops.daemon.runs import OpenRuns
from humeops.daemon.sayer import ROOT, Sayer
from humeops.errors import NotAllowedError
from humeops.event import MAX_NAME, Event, Origin

_NOT_IN_NAME = re.compile(r"[^\w.@+ -]+")
# A run within a run within a run: further up nobody looks, so that nobody can make humed go up for ever.
_DEEPEST = 250


class Attachment:
    """Fills in `run`, `parent`, `link` and `task`, and takes out `within`."""

    def __init__(self, runs: OpenRuns) -> None:
        self._runs = runs
        self.hindsight = Hindsight()

    def attach(self, event: Event, sayer: Sayer) -> None:
        """Decide where the event belongs. Raises NotAllowedError when that is somebody else's."""
        event.parent = event.link = None  # humed's own to say
        within, event.within = event.within, None
        if event.kind == "start":
            self._nest(event, within, sayer)
        else:
            self._place(event, event.run or self._around(event, within, sayer), sayer)
        if not event.task and (event.run is None or event.kind == "start"):
            event.task = task_of_script(event.origin.script) or _task_of_nobody(sayer)

    def _nest(self, event: Event, within: str | None, sayer: Sayer) -> None:
        event.run = event.id
        surrounding = self._around(event, within, sayer)
        run = self._runs.find(surrounding) if surrounding else None
        if surrounding == event.id or (run is not None and self._is_within(run, event.id)):
            return  # nothing surrounds itself
        if run is not None and run.had_stopped(event.boot, event.mono):
            event.link = run.id
        elif run is None or self._may_report(sayer, run):
            event.parent = surrounding

    def _place(self, event: Event, run_id: str | None, sayer: Sayer) -> None:
        event.run = run_id
        run = self._runs.find(run_id) if run_id else None
        if run is None:
            return  # no run; or another host's, or one forgotten here: central knows its task
        event.task = event.task or run.task
        if run.had_stopped(event.boot, event.mono):
            event.run, event.link = None, run.id
        elif not self._may_report(sayer, run):
            if sayer.via != "drop":
                raise NotAllowedError(f"run {run.id} belongs to another user")
            event.run, event.link = None, run.id

    # -- which run surrounds the sayer -------------------------------------------------------------------------------

    def _around(self, event: Event, within: str | None, sayer: Sayer) -> str | None:
        runs_at = self._runs.at(event.boot)
        # Most often no run hangs anywhere above, and there is nothing to look for.
        found = None if runs_at.keys().isdisjoint(event.origin.chain) else self._find(event, runs_at, sayer)
        if within is None:
            return found.id if found else None
        if found and self._is_within(found, within):
            return found.id
        named = self._runs.find(within)
        # With another task the sayer says that it is not this run's matter.
        is_other = named is not None and event.kind != "start" and event.task not in ("", named.task)
        return None if is_other else within

    def _find(self, event: Event, runs_at: Mapping[Link, Sequence[Run]], sayer: Sayer) -> Run | None:
        def lived(link: Link) -> bool:
            return self.hindsight.lived(link, event, sayer) or self._runs.processes.is_alive(link)

        return finding.find(
            event.origin.chain,
            runs_at,
            lambda run: self._counts(run, event, sayer),
            sayer,
            lived,
            is_start=event.kind == "start",
            forked_from=_forked_from(event.origin),
        )

    def _counts(self, run: Run, event: Event, sayer: Sayer) -> bool:
        if event.kind == "start":
            if run.id == event.id:
                return False  # a copy of it
        elif event.task not in ("", run.task):
            return False
        # What took another way may come after things that were said later: it belongs to what was open when it was said.
        if event.mono and event.mono < run.mono:
            return False
        if run.stop_mono is not None and not 0 < event.mono < run.stop_mono:
            return False
        return self._is_near(run, sayer)

    def _is_near(self, run: Run, sayer: Sayer) -> bool:
        proof = run.place.proof
        if proof is Proof.CLAIMED:
            return run.uid == sayer.uid
        return proof is not Proof.TRANSLATED or sayer.pid is None or self._is_met(run, sayer.pid)

    def _is_within(self, run: Run, outer_id: str) -> bool:
        for _ in range(_DEEPEST):
            if run.id == outer_id or run.parent == outer_id:
                return True
            parent = self._runs.find(run.parent) if run.parent else None
            if parent is None:
                return False
            run = parent
        return False

    # -- who may report to it ----------------------------------------------------------------------------------------

    def _may_report(self, sayer: Sayer, run: Run) -> bool:
        if sayer.uid in (run.uid, ROOT):
            return True
        # The number may have gone to somebody else's process since its first owner connected.
        processes = self._runs.processes
        return sayer.pid is not None and self._is_met(run, sayer.pid) and processes.user_of(sayer.pid) == sayer.uid

    def _is_met(self, run: Run, pid: int) -> bool:
        registered = {run.place.inner_seen, run.place.outer_seen}
        return any(link in registered for link in self._runs.processes.above(pid))


def _task_of_nobody(sayer: Sayer) -> str:
    # Process 1 of a container, or where there is no /proc: nothing tells what speaks, and it is heard all the same. Each user
    # has a task of his own for it, for a task belongs to who reports it first.
    return "unknown" if sayer.uid is None else f"unknown-{sayer.uid}"


def _forked_from(origin: Origin) -> Link | None:
    inner, outer = origin.own or (0, 0)
    return origin.chain[outer] if inner != outer < len(origin.chain) else None


def task_of_script(script: str) -> str:
    """Return the name of the task that a script is when nobody named one: the last part of its path, mended to a name."""
    return _NOT_IN_NAME.sub("_", script.rsplit("/", 1)[-1]).strip()[:MAX_NAME].strip()
