# SPDX-License-Identifier: MIT
"""Whose word counts of what is expected of a task: the latest one, of each part by itself. Pure.

1. Who declares something puts what he names in the place of what was said of it before, whoever said that, unless that was later.
2. A start of the script, a file and a pattern say all that they have to say: what the same one said before, and names no more, is taken back.
   By hand people say one thing after the other; what is to go they name and leave empty.
3. What others said stays.

When a task runs is one part, however it is said, with its zone: naming one of SCHEDULE is naming all of them.
"""

from collections.abc import Iterable, Mapping

import msgspec

from humeops.central.watches import expectation
from humeops.central.watches.expectation import Expectation

SCRIPT, FILE, PERSON = "script", "file", "person"
SCHEDULE = ("every", "cron", "calendar", "tz")
# What a start is missed by: what was before it was said is not held against a task.
_MISSED_BY = (*SCHEDULE, "at_least")


class Word(msgspec.Struct, frozen=True, array_like=True):
    """Who said a part last, also that nothing is expected there; `source` is SCRIPT, FILE, PERSON or that of a pattern."""

    source: str
    maker: str
    at: int


class Held(msgspec.Struct, frozen=True):
    """What holds: all of it, whose word each part is, and when each source declared last."""

    wanted: Expectation = Expectation()
    words: dict[str, Word] = {}
    said: dict[str, int] = {}

    @property
    def declared_at(self) -> int | None:
        """Return when it was said by what a start is missed; None when nothing of that was."""
        return max((self.words[name].at for name in _MISSED_BY if name in self.words), default=None)

    @property
    def latest(self) -> Word | None:
        """Return the latest word of all."""
        return max(self.words.values(), key=lambda word: word.at, default=None)


def of_pattern(number: int) -> str:
    """Return the source that a pattern is."""
    return f"pattern {number}"


def number_of(source: str) -> int | None:
    """Return the number of the pattern that a source is; None when it is none."""
    kind, _, number = source.partition(" ")
    return int(number) if kind == "pattern" else None


def merge(held: Held, made: Expectation, named: Iterable[str], word: Word) -> Held:
    """Return what holds after this declaration; raise DeclarationError when its parts do not go together with those of others."""
    if word.at < held.said.get(word.source, 0):
        return held
    names = _with_schedule(named)
    taken = {name for name in names if name not in held.words or held.words[name].at <= word.at}
    gone = {name for name, one in held.words.items() if one.source == word.source and name not in names}
    if word.source == PERSON:
        gone = set()
    changed = {name: getattr(made if name in taken else Expectation(), name) for name in taken | gone}
    wanted = msgspec.structs.replace(held.wanted, **changed)
    if wanted != held.wanted:
        _check(wanted, held, taken)
    words = {name: one for name, one in held.words.items() if name not in gone} | dict.fromkeys(taken, word)
    return Held(wanted, words, {**held.said, word.source: word.at})


def without(held: Held, source: str) -> Held:
    """Return what holds when this source is no more."""
    gone = {name for name, one in held.words.items() if one.source == source}
    wanted = msgspec.structs.replace(held.wanted, **{name: getattr(Expectation(), name) for name in gone})
    said = {name: at for name, at in held.said.items() if name != source}
    return Held(wanted, {name: one for name, one in held.words.items() if name not in gone}, said)


def whole(made: Expectation, word: Word) -> Held:
    """Return what holds where one word was said of all of it, which was checked when it was said."""
    return Held(made, dict.fromkeys(_with_schedule(named_in(made)), word), {word.source: word.at})


def named_in(made: Expectation) -> Mapping[str, str]:
    """Return what a declaration names that was given as what it means."""
    return expectation.pairs_of(made)


def _with_schedule(named: Iterable[str]) -> set[str]:
    names = set(named)
    return names | set(SCHEDULE) if names & set(SCHEDULE[:-1]) else names


def _check(wanted: Expectation, held: Held, taken: set[str]) -> None:
    try:
        expectation.check(wanted)
    except expectation.DeclarationError as error:
        # The fault names the parts that do not go together.
        others = {one.maker for name, one in held.words.items() if name not in taken and f"`{name}`" in str(error)}
        said = f"; the other part was said by {', '.join(sorted(others))}" if others else ""
        raise expectation.DeclarationError(f"{error}{said}") from None
