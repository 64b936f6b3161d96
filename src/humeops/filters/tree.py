# SPDX-License-Identifier: MIT
"""A filter as a tree, whose leaves keep the place they were read at, for errors; the place is no part of what they mean.

Trees are made by `all_of` and `any_of`, which keep them flat: what is printed and read again is then the same tree.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from humeops.errors import Exit, HumeError

Op = Literal[":", ">=", "<=", ">", "<"]


class FilterError(HumeError):
    """This text is no filter. `at` is the place of the word that is wrong, counted from 1; 0 means the whole of it."""

    exit_code = Exit.USAGE

    def __init__(self, text: str, at: int, word: str = "") -> None:
        place = f"at {at}, `{word}`: " if at and word else f"at {at}: " if at else ""
        super().__init__(f"filter, {place}{text}" if place else f"filter: {text}")
        self.at = at
        self.word = word


@dataclasses.dataclass(frozen=True)
class Value:
    """One word after a key. In a pattern, `*` is any text and `?` any character; else all stands for itself."""

    text: str
    is_pattern: bool = False


@dataclasses.dataclass(frozen=True)
class Match:
    """`key:value,value`: any of the values; or `key>=value`, with one."""

    key: str
    op: Op
    values: tuple[Value, ...]
    at: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True)
class Text:
    """This is part of what was said, whatever the case of its letters."""

    text: str
    at: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True)
class Not:
    """What does not match."""

    node: "Node"


@dataclasses.dataclass(frozen=True)
class All:
    """All of these; with none, everything."""

    nodes: "tuple[Node, ...]"


@dataclasses.dataclass(frozen=True)
class Any:
    """Any of these: two at least."""

    nodes: "tuple[Node, ...]"


Node: TypeAlias = Match | Text | Not | All | Any
EVERYTHING: Node = All(())


def all_of(nodes: Iterable[Node]) -> Node:
    """Return what matches all of these."""
    flat = tuple(part for node in nodes for part in (node.nodes if isinstance(node, All) else (node,)))
    return flat[0] if len(flat) == 1 else All(flat)


def any_of(nodes: Iterable[Node]) -> Node:
    """Return what matches any of these; with none given it is everything, and so it is if one of them is."""
    flat = tuple(part for node in nodes for part in (node.nodes if isinstance(node, Any) else (node,)))
    if not flat or EVERYTHING in flat:
        return EVERYTHING
    return flat[0] if len(flat) == 1 else Any(flat)


def leaves(node: Node) -> Iterator[Match | Text]:
    """Yield the conditions of a tree, in their order."""
    if isinstance(node, Not):
        yield from leaves(node.node)
    elif isinstance(node, All | Any):
        for part in node.nodes:
            yield from leaves(part)
    else:
        yield node


def match(key: str, *texts: str, op: Op = ":") -> Match:
    """Return the condition that a key has one of these values; `*` and `?` in them make patterns."""
    return Match(key, op, tuple(pattern(text) for text in texts))


def pattern(text: str) -> Value:
    """Return a value in which `*` and `?` mean what they do in patterns."""
    return Value(text, "*" in text or "?" in text)
