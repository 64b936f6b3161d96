# SPDX-License-Identifier: MIT
"""What a command line asks for as one filter: its options are spelt as conditions, beside those that were written as such. Pure."""

import re
from collections.abc import Sequence

from humeops.cli import options
from humeops.filters import keys, parsing, printing
from humeops.filters.tree import EVERYTHING, Match, Node, Text, all_of, match

# What a plain name cannot hold: then the word is a condition. Before a colon it is one where that is a key.
_CONDITION = re.compile(rf"""-|not\s|.*[\s()"<>=]|(?:{"|".join(keys.KEYS)}):""", re.IGNORECASE | re.DOTALL)


def split(words: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Return the name that the first word is, if it is one, and the words of the filter."""
    if words and not _CONDITION.match(words[0]):
        return words[0], words[1:]
    return None, words


def place(words: Sequence[str], host: str | None, task: str | None) -> tuple[str, str, Sequence[str]]:
    """Return the host and the task that options or the first word (`HOST` or `HOST:TASK`) name, and the words of the filter."""
    name, words = split(words)
    named_host, _, named_task = (name or "").partition(":")
    return host or named_host, task or named_task, words


def of_task(words: Sequence[str], resource: keys.Resource, now_ns: int) -> dict[str, str | None]:
    """Return the parameters that ask for what the words name: `[HOST:]TASK`, and a filter behind it."""
    name, words = split(words)
    host, task = options.split_name(name)
    return {"host": host, "task": task, **asked(words, resource, now_ns)}


def asked(words: Sequence[str], resource: keys.Resource, now_ns: int) -> dict[str, str]:
    """Return the parameter that asks for what fits the filter that these words are; none where there are no words."""
    return question(read(words, resource), now_ns=now_ns) if words else {}


def read(words: Sequence[str], resource: keys.Resource) -> Node:
    """Return the filter that these words are, as one text; raise FilterError."""
    return parsing.parse(" ".join(words), resource)


def named(key: str, *texts: str | None) -> Node:
    """Return the condition that a key has one of these values; everything when there are none."""
    given = [text for text in texts if text]
    return match(key, *given) if given else EVERYTHING


def at_least(level: str | None) -> Node:
    """Return the condition of this level and those above."""
    return match("level", level, op=">=") if level else EVERYTHING


def saying(text: str | None) -> Node:
    """Return the condition that this is part of what was said."""
    return Text(text) if text else EVERYTHING


def between(since: int | None, until: int | None) -> Node:
    """Return the condition of a time from the one on, and before the other."""
    moments = (("since", since), ("until", until))
    return all_of(Match(key, ":", (printing.moment(at),)) for key, at in moments if at is not None)


def question(*nodes: Node, now_ns: int) -> dict[str, str]:
    """Return the parameter that asks central for what is all of these; moments are local, so they are said in full."""
    return {"q": printing.text_of(printing.settled(all_of(nodes), now_ns))}
