# SPDX-License-Identifier: MIT
"""Finds the few rules that may match an event without trying each: a hundred cost about what one does.

*Design.* A clause of a rule (humeops.daemon.rules.clauses) is a bit of a number. For each field, one number holds the clauses that ask
nothing of it, and one pass of RE2 over the event's text yields those whose patterns it matches; both together, and over
all fields, leave the clauses that hold.
"""

from humeops.daemon.rules import matching, patterns
from humeops.daemon.rules.clauses import Clause
from humeops.event import KINDS, LEVELS

# Messages hardly ever come twice; to remember what matched would only cost.
_NEVER_THE_SAME = "message"


class _Field:
    def __init__(self, name: str, clauses: list[Clause]) -> None:
        self.name = name
        self.free = 0
        wanted: dict[str, int] = {}
        for number, clause in enumerate(clauses):
            asked = clause.fields.get(name, ())
            self.free |= 0 if asked else 1 << number
            for pattern in asked:
                wanted[pattern] = wanted.get(pattern, 0) | 1 << number
        self.is_asked = bool(wanted)
        found = patterns.PatternSet(wanted)
        self._bits_in = found.bits_in if name == _NEVER_THE_SAME else found.known_bits_in

    def clauses_for(self, said: matching.Said) -> int:
        clauses = self.free
        for text in said.texts(self.name):
            clauses |= self._bits_in(text)
        return clauses


class Index:
    """Over all clauses, in the order of their rules: bit 0 is the first."""

    def __init__(self, clauses: list[Clause]) -> None:
        self._by_word: dict[tuple[str, str], int] = {}
        for kind in KINDS:
            for level in LEVELS:
                fits = (1 << n for n, one in enumerate(clauses) if kind in one.kinds and level in one.levels)
                self._by_word[kind, level] = sum(fits)
        self._fields = [field for name in matching.FIELDS if (field := _Field(name, clauses)).is_asked]

    def candidates(self, said: matching.Said) -> int:
        """Return the clauses that hold, as bits."""
        clauses = self._by_word[said.event.kind, said.event.level]
        for field in self._fields:
            # No clause is left that asks anything of it: the text need not be looked at.
            if clauses & ~field.free:
                clauses &= field.clauses_for(said)
        return clauses
