# SPDX-License-Identifier: MIT
"""From a tree to the text that makes it: how options of the command line become a filter, and links of pages. Pure."""

import re

from humeops import moments
from humeops.filters.tree import All, Any, Match, Node, Not, Text, Value

_PLAIN = re.compile(r"[\w.@/+%#~:-]+")
_SPECIAL = re.compile(r'([\s()",\\])')


def text_of(node: Node) -> str:
    """Return a text that `parsing.parse` reads as this tree."""
    if isinstance(node, All):
        return " ".join(_inner(part) for part in node.nodes)
    if isinstance(node, Any):
        return " or ".join(text_of(part) for part in node.nodes)
    return _inner(node)


def settled(node: Node, now_ns: int) -> Node:
    """Return the tree with each moment said in full, so that it means the same wherever and whenever it is read."""
    if isinstance(node, Not):
        return Not(settled(node.node, now_ns))
    if isinstance(node, All | Any):
        return type(node)(tuple(settled(part, now_ns) for part in node.nodes))
    if isinstance(node, Match) and node.key in ("since", "until"):
        at = moments.parse_moment(node.values[0].text, now_ns)
        return Match(node.key, node.op, (moment(at),), node.at)
    return node


def moment(ns: int) -> Value:
    """Return a moment as a value, in UTC, to the microsecond."""
    return Value(moments.in_full(ns))


def _inner(node: Node) -> str:
    if isinstance(node, Not):
        return f"not {_inner(node.node)}"
    if isinstance(node, All | Any):
        return f"({text_of(node)})"
    if isinstance(node, Text):
        return _quoted(node.text)
    return f"{node.key}{node.op}{','.join(map(_value, node.values))}"


def _value(value: Value) -> str:
    if value.is_pattern:
        return _SPECIAL.sub(r"\\\1", value.text)
    return value.text if _PLAIN.fullmatch(value.text) else _quoted(value.text)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
