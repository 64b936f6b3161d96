# SPDX-License-Identifier: MIT
"""Patterns people write, `glob*` or `/regular expression/`, tried by RE2: in time that grows with the text alone.

Whatever somebody writes as a pattern and somebody else as a message, no pair of them can hold humed up. A glob is the whole
text, a regular expression any part of it; `/…/i` does not mind capitals.
"""

from collections.abc import Callable, Iterable, Sequence

import re2

from humeops.errors import ConfigError

# A set's patterns share one automaton. With this much memory a thousand long ones still fit.
MAX_SET_BYTES = 64 * 1024 * 1024
# Texts that come again and again (tasks, tags, users): so many answers are remembered.
_REMEMBERED = 4_096

Search = Callable[[str], bool]


class PatternError(ConfigError):
    """This is no pattern RE2 knows."""


def to_expression(pattern: str) -> str:
    """Return the pattern as RE2 reads it; raise PatternError when it cannot."""
    expression = _expression(pattern)
    compile_expression(expression)
    return expression


def _expression(pattern: str) -> str:
    if len(pattern) > 1 and pattern.startswith("/"):
        body, slash, flags = pattern[1:].rpartition("/")
        if not slash or flags not in ("", "i"):
            raise PatternError(f"{pattern}: a regular expression is written /…/ or /…/i")
        return f"(?i:{body})" if flags else f"(?:{body})"
    return f"(?s:^{''.join(_glob(pattern))}$)"


def _glob(pattern: str) -> Iterable[str]:
    for char in pattern:
        yield {"*": ".*", "?": "."}.get(char) or re2.escape(char)


def compile_expression(expression: str) -> "re2._Regexp":
    """Return the compiled expression; RE2's own complaints become a PatternError instead of lines in humed's log."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(expression, options)
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0] if error.args else error
        told = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise PatternError(f"no regular expression: {told}; RE2's are known, without look-ahead and \\1") from error


def as_list(patterns: str | Sequence[str]) -> list[str]:
    """Return one pattern or several as a list."""
    return [patterns] if isinstance(patterns, str) else list(patterns)


def searcher(patterns: str | Sequence[str]) -> Search:
    """Return a function that tells whether one of these patterns matches."""
    found = [compile_expression(to_expression(pattern)).search for pattern in as_list(patterns)]
    return lambda text: any(search(text) for search in found)


class PatternSet:
    """Many patterns tried in one pass over a text. `meaning` maps each to the bits that are set when it matches."""

    def __init__(self, meaning: dict[str, int]) -> None:
        self._bits = [0, *meaning.values()]
        options = re2.Options()
        options.log_errors = False
        options.max_mem = MAX_SET_BYTES
        self._set = re2.Set.SearchSet(options)
        # The empty pattern matches always. Where it does not, RE2 ran out of memory and says so in no other way.
        self._set.Add("")
        self._singly = []
        for pattern in meaning:
            expression = to_expression(pattern)
            self._set.Add(expression)
            self._singly.append(compile_expression(expression).search)
        self._set.Compile()
        self._known: dict[str, int] = {}

    def bits_in(self, text: str) -> int:
        """Return the bits of all patterns that match."""
        bits = 0
        found = self._set.Match(text)
        if found is None or len(found) == 0:
            found = [number for number, search in enumerate(self._singly, 1) if search(text)]
        for number in found:
            bits |= self._bits[number]
        return bits

    def known_bits_in(self, text: str) -> int:
        """Return the same, remembering the answer: for texts that come again and again."""
        bits = self._known.get(text)
        if bits is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            bits = self._known[text] = self.bits_in(text)
        return bits
