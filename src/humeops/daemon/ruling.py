# SPDX-License-Identifier: MIT
"""The rules in use, and what they have dropped; a file that cannot be read leaves the earlier ones in force.

What a rule or a processor drops is counted by cause in the spool (`dropped`), in the transaction of the group it came with. It is
no loss: it has no number, and nobody is told that something is missing. Its sayer hears 0, as for any event that is taken.
"""

import secrets

import msgspec

from humeops import settings
from humeops.clock import NS_PER_SECOND, Clock
from humeops.daemon import processing
from humeops.daemon.config import Config
from humeops.daemon.processing import Processors
from humeops.daemon.rules import acting, engine, patterns
from humeops.daemon.rules.pacing import Repeated
from humeops.daemon.sayer import Sayer
from humeops.daemon.spool import Group
from humeops.daemon.users import Users
from humeops.daemon.worth import worth_of
from humeops.event import MAX_DATA, MAX_MESSAGE, Event
from humeops.wire import codec, eventid


def compile_rules(config: Config) -> engine.Engine:
    """Return the rules of this configuration, compiled; raise ConfigError with file and line for one that cannot work."""
    try:
        return engine.Engine(list(config.rules))
    except engine.RuleError as error:
        raise settings.fault(config.file, error.fault.setting, error.fault.what) from error


def check_patterns(config: Config) -> None:
    """Raise ConfigError with file and line for an entry of `[[guard.tasks]]` whose pattern is none."""
    for number, entry in enumerate(config.guard.tasks):
        try:
            patterns.PatternSet(dict.fromkeys(patterns.as_list(entry.task), 1))
        except patterns.PatternError as error:
            raise settings.fault(config.file, f"guard.tasks[{number}].task", str(error)) from error


class Ruling:
    """One instance lives in humed's loop."""

    def __init__(self, rules: engine.Engine, processors: Processors, users: Users, clock: Clock) -> None:
        self.trouble = ""  # why the file's rules are not the ones in use
        self.processors = processors
        self._engine = rules
        self._left_over: list[Repeated] = []
        self._users = users
        self._clock = clock
        self._dropped: dict[str, int] = {}
        # The file of users is looked at once in a group, not with every event.
        self._in_group: dict[int | None, tuple[str, ...]] = {}
        self.is_needed = bool(len(rules) or processors.counts)  # whether anything here could change an event

    @property
    def counts(self) -> dict[str, engine.RuleCount]:
        """Counters by rule, since the rules were read."""
        return self._engine.counts

    @property
    def processed(self) -> dict[str, processing.ProcessorCount]:
        """Counters by processor."""
        return self.processors.counts

    def adopt(self, rules: engine.Engine) -> None:
        """Use these rules from now on; what the earlier ones collapsed is told all the same."""
        self._left_over += self._engine.take_repeated(None)
        self._engine, self.trouble = rules, ""
        self.is_needed = bool(len(rules) or self.processors.counts)

    def decide(self, event: Event, sayer: Sayer) -> str:
        """Change the event; return the cause under which it is dropped, or nothing when it stays."""
        cause = self.processors.process(event) if self.processed else ""
        if not cause and len(self._engine):
            cause = self._engine.decide(event, self._user(sayer.uid), self._clock.boot_ns())
        if cause:
            self._dropped[cause] = self._dropped.get(cause, 0) + 1
        return cause

    def _user(self, uid: int | None) -> tuple[str, ...]:
        found = self._in_group.get(uid)
        if found is None:
            found = self._in_group[uid] = self._users.texts_of(uid)
        return found

    def conclude(self, group: Group) -> None:
        """Count in the group what was dropped since the last one."""
        self._in_group = {}
        for cause, count in self._dropped.items():
            group.note_lost([], cause, count)
        self._dropped = {}

    def forget(self) -> None:
        """Heed that the group came to nothing: its events will be said again."""
        self._dropped, self._in_group = {}, {}

    @property
    def is_repeating(self) -> bool:
        """Whether repetitions are counted that will be told when their time is over."""
        return bool(self._left_over) or self._engine.is_repeating

    def has_repeated(self, *, at_the_end: bool = False) -> bool:
        """Tell whether repetitions are over and to be told by `put_repeated`."""
        self._left_over += self._engine.take_repeated(None if at_the_end else self._clock.boot_ns())
        return bool(self._left_over)

    def put_repeated(self, group: Group) -> None:
        """Put what stands for the repetitions into the group; `forget_repeated` when it is durable."""
        now = self._clock.wall_ns()
        for one in self._left_over:
            event = _standing_for(one, eventid.make_event_id(now, secrets.randbits(62)))
            group.put(codec.encode(event), worth_of(event), now // NS_PER_SECOND)

    def forget_repeated(self) -> None:
        """Heed that they are told."""
        self._left_over = []


def _standing_for(repeated: Repeated, event_id: str) -> Event:
    said = f" (repeated {repeated.times} times)"
    last = repeated.last
    event = msgspec.structs.replace(
        last,
        id=event_id,
        message=last.message[: MAX_MESSAGE - len(said)] + said,
        data={**last.data, "repeated": repeated.times},
    )
    if len(event.data) > MAX_DATA:
        event.data = last.data
        acting.note_cut(event, "data")
    return event
