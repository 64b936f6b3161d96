# SPDX-License-Identifier: MIT
"""What a rule's match asks of an event at the least, as alternatives that each ask of every field one thing. Pure.

`task = "a*", any = [{tag = "x"}, {tag = "y"}]` gives two clauses: task a* and tag x, task a* and tag y. What a clause cannot
say (`not`, two demands on one field) is left out of it, and the rule is then looked at once more when a clause fits.
"""

import dataclasses
from collections.abc import Iterator

from humeops.daemon.rules import matching, parsing, patterns

# A match that multiplies into more alternatives is not taken apart further; it is then looked at more often.
MAX_CLAUSES = 32


@dataclasses.dataclass(frozen=True)
class Clause:
    """All of these must hold: kind and level among the named, and for each field one of its patterns. Nothing: always."""

    kinds: frozenset[str]
    levels: frozenset[str]
    fields: dict[str, tuple[str, ...]]
    is_exact: bool = True

    def and_also(self, other: "Clause") -> "Clause":
        """Return the clause that asks what both ask, as far as one clause can."""
        both = self.fields.keys() & other.fields.keys()
        return Clause(
            self.kinds & other.kinds,
            self.levels & other.levels,
            {**other.fields, **self.fields},
            self.is_exact and other.is_exact and not both,
        )


def clauses_of(match: parsing.Leaf) -> list[Clause]:
    """Return alternatives of which one holds whenever the match holds; when all are exact, also the other way round."""
    found = [_of_fields(match)]
    if not isinstance(match, (parsing.Match, parsing.Branch)):
        return found
    for alternatives in _demands(match):
        product = [one.and_also(other) for one in found for other in alternatives]
        found = product if len(product) <= MAX_CLAUSES else [_inexact(one) for one in found]
    return found if match.not_ is None else [_inexact(one) for one in found]


def _demands(match: "parsing.Match | parsing.Branch") -> Iterator[list[Clause]]:
    for one in match.all:
        yield clauses_of(one)
    if match.any:
        yield [clause for one in match.any for clause in clauses_of(one)]


def _of_fields(match: parsing.Leaf) -> Clause:
    asked = {name: tuple(patterns.as_list(wanted)) for name in matching.FIELDS if (wanted := getattr(match, name))}
    return Clause(matching.kinds_of(match), matching.levels_of(match), asked)


def _inexact(clause: Clause) -> Clause:
    return dataclasses.replace(clause, is_exact=False)
