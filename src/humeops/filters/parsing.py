# SPDX-License-Identifier: MIT
"""From a text to a tree. Whatever the text, the answer is a tree or a FilterError that points at the word that is wrong.

filter = [ any ]
any    = all { "or" all }
all    = item { [ "and" ] item }
item   = ( "not" | "-" ) item | "(" any ")" | key op values | word | quoted
values = value { "," value }
"""

import re

from humeops.filters import keys
from humeops.filters.tree import All, FilterError, Match, Node, Not, Op, Text, Value, all_of, any_of

# Beyond these nobody reads it any more, and a tree has to stay small for whoever walks through it.
MAX_LENGTH = 2_000
MAX_DEPTH = 24
MAX_LEAVES = 100

_KEY = re.compile(r"([A-Za-z][A-Za-z_.-]*)(>=|<=|!=|[:=<>])")
_BARE = re.compile(r'[^\s()"]+')
_VALUE = re.compile(r'(?:\\.|[^\s()",\\])+')
_QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")
_OPS: dict[str, Op] = {":": ":", "=": ":", "!=": ":", ">=": ">=", "<=": "<=", ">": ">", "<": "<"}


def parse(text: str, resource: keys.Resource | None = None) -> Node:
    """Return the tree of this text; with a resource, only if all of it says something of such things."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"it is longer than {MAX_LENGTH:,} characters", 0)
    if bad := _FORBIDDEN.search(text):
        raise FilterError(f"a character that no text has: {bad[0]!a}", bad.start() + 1)
    node = _Reader(text).whole()
    return node if resource is None else keys.check_resource(node, resource)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self._leaves = 0

    def whole(self) -> Node:
        if not self._peek():
            return All(())
        node = self._any()
        if self._peek():
            raise FilterError("there is no open bracket that this closes", self._at + 1, ")")
        return node

    def _peek(self) -> str:
        """Return the next character that is no space, empty at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _any(self) -> Node:
        parts = [self._all()]
        while self._takes("or"):
            parts.append(self._all())
        return any_of(parts)

    def _all(self) -> Node:
        parts = [self._item()]
        while self._takes("and") or (self._peek() not in ("", ")") and not self._is_next("or")):
            parts.append(self._item())
        return all_of(parts)

    def _item(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError(f"more than {MAX_DEPTH} brackets within brackets", self._at + 1)
        node = self._negated() or self._bracket() or self._leaf()
        self._depth -= 1
        return node

    def _negated(self) -> Node | None:
        if self._takes("not"):
            return Not(self._item())
        if self._peek() != "-":
            return None
        self._at += 1
        if self._text[self._at : self._at + 1].strip() == "":
            raise FilterError("nothing follows directly", self._at, "-")
        return Not(self._item())

    def _bracket(self) -> Node | None:
        if self._peek() != "(":
            return None
        opened = self._at + 1
        self._at += 1
        node = self._any()
        if self._peek() != ")":
            raise FilterError("this bracket is never closed", opened, "(")
        self._at += 1
        return node

    def _leaf(self) -> Node:
        if self._peek() in ("", ")") or self._is_next("or") or self._is_next("and"):
            raise FilterError("a condition is missing here", self._at + 1, self._bare_word())
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise FilterError(f"more than {MAX_LEAVES} conditions", self._at + 1)
        begin = self._at + 1
        if self._text[self._at] == '"':
            return Text(self._quoted(), begin)
        if found := _KEY.match(self._text, self._at):
            return self._condition(found, begin)
        word = self._bare_word()
        self._at += len(word)
        return Text(word, begin)

    def _condition(self, found: re.Match[str], begin: int) -> Node:
        key = keys.require_key(found[1], begin)
        self._at = found.end()
        values = [self._value(found[0], begin)]
        while self._text[self._at : self._at + 1] == ",":
            self._at += 1
            values.append(self._value(found[0], begin))
        match = keys.checked(Match(key, _OPS[found[2]], tuple(values), begin))
        return Not(match) if found[2] == "!=" else match

    def _value(self, before: str, begin: int) -> Value:
        if self._text[self._at : self._at + 1] == '"':
            return Value(self._quoted())
        found = _VALUE.match(self._text, self._at)
        if found is None:
            raise FilterError("a value has to follow directly", begin, before)
        self._at = found.end()
        return _read_value(found[0], begin)

    def _quoted(self) -> str:
        found = _QUOTED.match(self._text, self._at)
        if found is None:
            raise FilterError("this quote is never closed", self._at + 1, '"')
        self._at = found.end()
        text = re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL)
        if not text.strip():
            raise FilterError("there is nothing in these quotes", found.start() + 1, found[0][:64])
        return text

    def _bare_word(self) -> str:
        found = _BARE.match(self._text, self._at)
        return found[0] if found else ""

    def _is_next(self, word: str) -> bool:
        self._peek()
        return self._bare_word().lower() == word

    def _takes(self, word: str) -> bool:
        if not self._is_next(word):
            return False
        self._at += len(word)
        return True


def _read_value(word: str, begin: int) -> Value:
    plain = re.sub(r"\\.", "", word, flags=re.DOTALL)
    text = re.sub(r"\\(.)", r"\1", word, flags=re.DOTALL)
    is_pattern = "*" in plain or "?" in plain
    # One after the other: of two backslashes the second one is a sign, and what follows them is not escaped.
    escaped = re.findall(r"\\.", word, flags=re.DOTALL)
    if is_pattern and ("\\*" in escaped or "\\?" in escaped):
        raise FilterError("a pattern cannot hold a literal `*` or `?`", begin, word[:64])
    return Value(text, is_pattern)
