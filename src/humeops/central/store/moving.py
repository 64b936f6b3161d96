# SPDX-License-Identifier: MIT
"""Walks through a batch event by event, and notes each change of a task's state on the way.

So a run that fails at once after one that failed is seen to run and to fail, and where batches begin and end makes no
difference: each event moves its task as if it had come alone. What depends on the order in which events arrive is only
this way there; the state at its end does not.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from humeops.central import reason, verdict
from humeops.central.fold import Summary
from humeops.central.store.running import Change, Folded, task_of
from humeops.central.verdict import Verdict
from humeops.event import Event

Name = tuple[str, str]  # host, task


class Standing(msgspec.Struct):
    """What decides the state of a task: its run that started last, and what was said of it outside of runs."""

    state: str = "new"
    last: Summary | None = None
    verdict: Verdict | None = None

    @property
    def deciding(self) -> Verdict | None:
        """The verdict if the state is its, and not the last run's."""
        return verdict.deciding(self.verdict, self.last)


class Move(NamedTuple):
    """A change of state: by which run (None: by what was said outside of runs), told by which event, why.

    `aside`: a run ended so, and its task, which another run decides, stayed as it was.
    """

    name: Name
    before: str
    after: str
    run: str | None
    event: str
    reason: str
    aside: bool = False


class Walk:
    """The walk through one batch; `standings` are the tasks before it, and afterwards those after it."""

    def __init__(self, standings: Mapping[Name, Standing], folded: Folded, elsewhere: Callable[[Name], Summary | None]):
        """`elsewhere` tells the last run of a task among those that the batch does not speak of."""
        self._standings = standings
        self._steps = folded.steps
        self._ahead = folded.ahead
        self._runs = {run: change.before for run, change in folded.changes.items() if change.before}
        self._elsewhere = elsewhere

    def through(self, new: Iterable[Event]) -> list[Move]:
        """Return the changes of state that these events made, in their order."""
        # What belongs to a run and is no step of it moves nothing.
        return [move for event in new if event.run is None or event.id in self._steps for move in self._moves(event)]

    def _moves(self, event: Event) -> Iterable[Move]:
        if change := self._steps.get(event.id):
            return self._step(event, change)
        if found := verdict.of_event(event, self._ahead.get(event.id)):
            return self._hear((event.host, event.task), event, found)
        return ()

    def _hear(self, name: Name, event: Event, said: Verdict) -> Iterable[Move]:
        standing = self._standings[name]
        standing.verdict = verdict.later(standing.verdict, said)
        move = self._settle(name, event)
        return [move] if move else []

    def _step(self, event: Event, change: Change) -> Iterable[Move]:
        before, after = change
        self._runs[after.run] = after
        names = [task_of(after)] if before is None else list(dict.fromkeys((task_of(before), task_of(after))))
        for name in names:
            self._note_run(name, self._standings[name], after)
        moves = [move for name in names if (move := self._settle(name, event))]
        return [*moves, *self._aside(change, moves)]

    def _aside(self, change: Change, moves: Iterable[Move]) -> Iterable[Move]:
        """Return that a run ended, when its task does not show it."""
        before, after = change
        name = task_of(after)
        is_known = before is not None and (task_of(before), before.state) == (name, after.state)
        is_shown = any(move.run == after.run and move.name == name for move in moves)
        if after.end is not None and not is_known and not is_shown:
            state = self._standings[name].state
            yield Move(name, state, after.state, after.run, after.end.id, reason.of_run(after), aside=True)

    def _note_run(self, name: Name, standing: Standing, run: Summary) -> None:
        last = standing.last
        if last is not None and last.run == run.run and (task_of(run) != name or run.begun < last.begun):
            # It began earlier than was thought, or is another task's: which is the last one now?
            standing.last = max(self._runs_of(name), key=lambda one: one.begun, default=None)
        elif task_of(run) == name and (last is None or run.begun >= last.begun):
            standing.last = run

    def _runs_of(self, name: Name) -> list[Summary]:
        other = self._elsewhere(name)
        return [*(run for run in self._runs.values() if task_of(run) == name), *([other] if other else [])]

    def _settle(self, name: Name, event: Event) -> Move | None:
        standing = self._standings[name]
        word, run = standing.deciding, standing.last
        state = word.state if word else run.state if run else "new"
        if state == standing.state:
            return None
        before, standing.state = standing.state, state
        if word is not None:
            return Move(name, before, state, None, word.id, word.reason)
        if run is None:
            return Move(name, before, state, None, event.id, "")
        return Move(name, before, state, run.run, (run.end or run.begin).id, reason.of_run(run))
