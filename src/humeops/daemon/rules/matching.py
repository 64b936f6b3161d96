# SPDX-License-Identifier: MIT
"""Whether a rule's `match` holds for an event: compiled once to a closure. Pure.

This is what a rule means; humeops.daemon.rules.index finds the same rules sooner, and tests hold the two together.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from humeops.daemon.rules import parsing, patterns
from humeops.event import KINDS, LEVELS, SEVERITY, Event

FIELDS = ("task", "host", "user", "tag", "key", "message")


class Said(NamedTuple):
    """An event and its user, by name and by number, as far as known."""

    event: Event
    user: tuple[str, ...]

    def texts(self, field: str) -> Sequence[str]:
        """Return the texts that patterns for this field are tried on."""
        event = self.event
        match field:
            case "task":
                return (event.task,)
            case "host":
                return (event.host,)
            case "user":
                return self.user
            case "tag":
                return event.tags
            case "key":
                return tuple(event.data)
            case _:
                return (event.message,)


Condition = Callable[[Said], bool]


def compile_match(match: parsing.Leaf) -> Condition:
    """Return the function that tells whether the match holds; raise PatternError for a pattern that is none."""
    return _all([*_of_fields(match), *_of_words(match), *_nested(match)])


def kinds_of(match: parsing.Leaf) -> frozenset[str]:
    """Return the kinds this match holds for."""
    return frozenset(patterns.as_list(match.kind)) or frozenset(KINDS)


def levels_of(match: parsing.Leaf) -> frozenset[str]:
    """Return the levels this match holds for."""
    wanted = patterns.as_list(match.level)
    if not wanted:
        return frozenset(LEVELS)
    return frozenset(level for level in LEVELS for one in wanted if _is_level(level, one))


def _is_level(level: str, wanted: str) -> bool:
    named = wanted.lstrip("<>=")
    ranks = {str(name): rank for name, rank in SEVERITY.items()}
    if wanted.startswith(">="):
        return ranks[level] >= ranks[named]
    if wanted.startswith("<="):
        return ranks[level] <= ranks[named]
    return level == named


def _of_fields(match: parsing.Leaf) -> list[Condition]:
    return [_of_field(field, wanted) for field in FIELDS if (wanted := getattr(match, field))]


def _of_field(field: str, wanted: parsing.Patterns) -> Condition:
    if field == "message":
        search = patterns.searcher(wanted)
        return lambda said: search(said.event.message)
    bits_in = patterns.PatternSet(dict.fromkeys(patterns.as_list(wanted), 1)).known_bits_in
    return lambda said: any(map(bits_in, said.texts(field)))


def _of_words(match: parsing.Leaf) -> list[Condition]:
    kinds, levels = kinds_of(match), levels_of(match)
    return [lambda said: said.event.kind in kinds and said.event.level in levels]


def _nested(match: parsing.Leaf) -> list[Condition]:
    if not isinstance(match, (parsing.Match, parsing.Branch)):
        return []
    found = [compile_match(one) for one in match.all]
    if match.any:
        found.append(_any([compile_match(one) for one in match.any]))
    if match.not_ is not None:
        found.append(_not(compile_match(match.not_)))
    return found


def _all(conditions: list[Condition]) -> Condition:
    return lambda said: all(condition(said) for condition in conditions)


def _any(conditions: list[Condition]) -> Condition:
    return lambda said: any(condition(said) for condition in conditions)


def _not(condition: Condition) -> Condition:
    return lambda said: not condition(said)
