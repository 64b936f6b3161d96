# SPDX-License-Identifier: MIT
"""All rules, compiled: what becomes of an event. Pure but for what it keeps in mind of rates, repetitions and counts.

Rules are tried in their order, each on what the ones before made of the event. The first that drops it ends it; after one
that keeps it, none drops it any more, and the later ones still change it.
"""

import bisect
import dataclasses
from typing import NamedTuple

import msgspec

from humeops.daemon.rules import acting, matching, pacing, parsing
from humeops.daemon.rules.clauses import clauses_of
from humeops.daemon.rules.index import Index
from humeops.daemon.rules.matching import Said
from humeops.daemon.rules.pacing import Repeated, Repeats
from humeops.daemon.rules.patterns import PatternError
from humeops.event import Event


class RuleCount(msgspec.Struct):
    """How often a rule matched, and how many events it dropped, since it was read."""

    matched: int = 0
    dropped: int = 0


class Step(NamedTuple):
    """What one rule made of an event, for people."""

    rule: str
    matched: bool
    did: list[str]


class RuleError(PatternError):
    """A rule cannot be compiled. `setting` is its name in humed.toml."""

    def __init__(self, fault: parsing.Fault) -> None:
        super().__init__(f"`{fault.setting}`: {fault.what}")
        self.fault = fault


@dataclasses.dataclass
class _Compiled:
    rule: parsing.Rule
    holds: matching.Condition
    is_exact: bool  # when one of its clauses holds, so does it
    changes: list[acting.Change]
    drops: pacing.Drops | None
    repeats: Repeats | None
    count: RuleCount = dataclasses.field(default_factory=RuleCount)


class Engine:
    """Made of the rules in the file; raises RuleError when one of them cannot work."""

    def __init__(self, rules: list[parsing.Rule]) -> None:
        if fault := parsing.find_fault(rules):
            raise RuleError(fault)
        self._rules = [_compile(number, rule) for number, rule in enumerate(rules)]
        clauses = [(number, clause) for number, rule in enumerate(rules) for clause in clauses_of(rule.match)]
        self._index = Index([clause for _, clause in clauses])
        self._rule_of = [self._rules[number] for number, _ in clauses]
        numbers = [number for number, _ in clauses]
        # The clauses up to a rule's last one, as bits: with one of them tried, the others need not be.
        self._upto = [(1 << bisect.bisect_right(numbers, number)) - 1 for number in numbers]

    def __len__(self) -> int:
        return len(self._rules)

    @property
    def counts(self) -> dict[str, RuleCount]:
        """Counters by the rules' names."""
        return {one.rule.name: one.count for one in self._rules}

    def decide(self, event: Event, user: tuple[str, ...], now_ns: int) -> str:
        """Change the event as the rules say; return the cause under which it is dropped, or nothing when it stays."""
        said = Said(event, user)
        left, is_kept = self._index.candidates(said), False
        while left:
            number = (left & -left).bit_length() - 1
            one = self._rule_of[number]
            if not one.is_exact and not one.holds(said):
                left &= left - 1
                continue
            left &= ~self._upto[number]
            one.count.matched += 1
            if _change(event, one.changes):
                # What it says now may match other rules; those that were passed by stay so.
                left = self._index.candidates(said) & ~self._upto[number]
            is_kept = is_kept or one.rule.keep
            if not is_kept and one.drops is not None and one.drops(event, now_ns):
                one.count.dropped += 1
                return one.rule.cause
        return ""

    def explain(self, event: Event, user: tuple[str, ...], now_ns: int) -> list[Step]:
        """Do the same by the letter, rule by rule and without the index; return what each made of it, up to the one that drops it."""
        said, is_kept, steps = Said(event, user), False, []
        for one in self._rules:
            if not one.holds(said):
                steps.append(Step(one.rule.name, False, []))
                continue
            did = [done for change in one.changes if (done := change(event))]
            is_kept = is_kept or one.rule.keep
            is_dropped = not is_kept and one.drops is not None and one.drops(event, now_ns)
            did += ["kept"] if one.rule.keep else []
            steps.append(Step(one.rule.name, True, [*did, "dropped"] if is_dropped else did))
            if is_dropped:
                break
        return steps

    @property
    def is_repeating(self) -> bool:
        """Whether repetitions are counted that will be told when their time is over."""
        return any(one.repeats is not None and one.repeats.is_counting for one in self._rules)

    def take_repeated(self, now_ns: int | None) -> list[Repeated]:
        """Return the repetitions that are over and are to be told; all of them for None."""
        return [found for one in self._rules if one.repeats for found in one.repeats.take_done(now_ns)]


def _change(event: Event, changes: list[acting.Change]) -> bool:
    done = False
    for change in changes:
        done = bool(change(event)) or done
    return done


def _compile(number: int, rule: parsing.Rule) -> _Compiled:
    repeats = Repeats(rule.collapse) if rule.collapse else None
    member = "match"
    try:
        holds = matching.compile_match(rule.match)
        member = "redact" if rule.redact else "remove_tags"
        changes = acting.compile_changes(rule)
    except PatternError as error:
        raise RuleError(parsing.Fault(f"rules[{number}].{member}", str(error))) from error
    is_exact = all(clause.is_exact for clause in clauses_of(rule.match))
    return _Compiled(rule, holds, is_exact, changes, pacing.compile_drops(rule, repeats), repeats)
