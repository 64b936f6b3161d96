# SPDX-License-Identifier: MIT
"""Hides secrets in what an event tells, by ready patterns and by one's own. Pure.

Looked at are the texts a sayer gives: message, output, texts among data, the command and its arguments. Ready patterns find
what says of itself that it is a secret; better too much hidden than too little.
"""

import functools
from collections.abc import Callable, Sequence

from humeops.daemon.redaction import HIDDEN
from humeops.daemon.rules import patterns
from humeops.event import MAX_ARG, MAX_MESSAGE, MAX_OUTPUT, MAX_PATH, MAX_TEXT_VALUE, Event, Value

_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s,;&]+)"""
_IS = r"""(?:["']?\s*[:=]\s*|\s+is\s+)"""
# The next word, as an option's value, unless it is an option itself.
_NEXT = r"""(?:"[^"]*"|'[^']*'|[^\s-]\S*)"""
_IN_ADDRESS = r"([A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:)[^/\s@]+(@)"
_TWO_SIDED = (_IN_ADDRESS,)
# What comes before the secret is the first group, what comes behind it the second, if any; both stay.
READY: dict[str, tuple[str, ...]] = {
    "passwords": (
        rf"(?i)((?:pass(?:word|wd|phrase)?|pwd){_IS}){_VALUE}",
        rf"(?i)(\B--?(?:pass(?:word|wd|phrase)?|pwd)\s+){_NEXT}",
        _IN_ADDRESS,
    ),
    "tokens": (
        rf"(?i)((?:token|secret|credentials?|cookie|session_?id){_IS}){_VALUE}",
        rf"(?i)(\B--?[a-z-]*(?:token|secret|credentials?)\s+){_NEXT}",
        r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9+/._~=-]{8,}",
        r"()\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*",
        r"()\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-)[A-Za-z0-9_-]{16,}",
    ),
    "keys": (
        rf"(?i)((?:api|secret|access|private|encryption|auth)[_ -]?key(?:[_ -]?id)?{_IS}){_VALUE}",
        rf"(?i)(\B--?(?:api|secret|access|private|encryption|auth)[_-]?key\s+){_NEXT}",
        r"()\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)",
    ),
    "emails": (r"()[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",),
}
# The name of a datum says the same of its value.
_SECRET_NAMES = {
    "passwords": r"(?i)pass|pwd",
    "tokens": r"(?i)token|secret|credential|cookie|bearer",
    "keys": r"(?i)(api|secret|access|private|encryption|auth)[_ .-]?key",
}
# Of a number only when the whole name is that of a secret: `passed = 12` and `tokens = 4096` are figures to follow.
_WHOLE_NAMES = {
    "passwords": r"(?i)(?:^|[_. -])(?:password|passwd|passphrase|pwd)$",
    "tokens": r"(?i)(?:^|[_. -])(?:token|secret|cookie)$",
    "keys": r"(?i)(?:^|[_. -])(?:api|secret|access|private|encryption|auth)[_ .-]?key$",
}
NAMES_REMEMBERED = 1_024

Hide = Callable[[str], str]
Redact = Callable[[Event], bool]


def compile_redaction(wanted: list[str]) -> Redact:
    """Return what hides in an event, and tells whether it hid anything; raise PatternError for what is no pattern."""
    expressions = [expression for one in wanted for expression in _expressions(one)]
    hides = [_replacing(one) for one in expressions]
    may_hold = _any_of(expressions)
    ready = [one for one in wanted if one in _SECRET_NAMES]
    # The same few names come again and again.
    remembered = functools.lru_cache(NAMES_REMEMBERED)
    is_secret = remembered(patterns.searcher([f"/{_SECRET_NAMES[one]}/" for one in ready]))
    is_whole = remembered(patterns.searcher([f"/{_WHOLE_NAMES[one]}/" for one in ready]))

    def hide(text: str, most: int) -> str:
        if not text or not may_hold(text):
            return text
        for one in hides:
            text = one(text)
        return text[:most]  # what is hidden may be shorter than what hides it

    def hide_value(key: str, value: Value) -> Value:
        if isinstance(value, str):
            return HIDDEN if is_secret(key) else hide(value, MAX_TEXT_VALUE)
        return HIDDEN if not isinstance(value, bool) and is_whole(key) else value

    return lambda event: _redact(event, hide, hide_value)


def _any_of(expressions: list[str]) -> patterns.Search:
    """Return what tells in one pass over a text whether one of these may be in it: most texts hold nothing to hide."""
    try:
        found: patterns.Search = patterns.compile_expression("|".join(f"(?:{one})" for one in expressions)).search
    except patterns.PatternError:
        return bool  # each alone is small enough, all together are not: each is tried
    return found


def _expressions(wanted: str) -> Sequence[str]:
    if wanted in READY:
        return READY[wanted]
    if not wanted.startswith("/"):
        names = ", ".join(READY)
        raise patterns.PatternError(f"{wanted!r} is neither one of {names}, nor a regular expression as /…/")
    expression = patterns.to_expression(wanted)
    if patterns.compile_expression(expression).search(""):
        raise patterns.PatternError(
            f"{wanted} fits the empty text, which is everywhere: ask for one character at least"
        )
    return (expression,)


def _replacing(expression: str) -> Hide:
    compiled = patterns.compile_expression(expression)
    is_ready = any(expression in ready for ready in READY.values())
    by = (r"\1" if is_ready else "") + HIDDEN + (r"\2" if expression in _TWO_SIDED else "")
    # RE2 in Python copies the text to replace in it; most texts hold nothing to hide, which the search tells sooner.
    return lambda text: compiled.sub(by, text) if compiled.search(text) else text


def _redact(event: Event, hide: Callable[[str, int], str], hide_value: Callable[[str, Value], Value]) -> bool:
    before = (event.message, event.output, event.data, event.origin.command, event.origin.args)
    event.message = hide(event.message, MAX_MESSAGE)
    event.output = hide(event.output, MAX_OUTPUT)
    event.data = {key: hide_value(key, value) for key, value in event.data.items()}
    event.origin.command = hide(event.origin.command, MAX_PATH)
    event.origin.args = [hide(argument, MAX_ARG) for argument in event.origin.args]
    return before != (event.message, event.output, event.data, event.origin.command, event.origin.args)
