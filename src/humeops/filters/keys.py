# SPDX-License-Identifier: MIT
"""The keys of the language: what may follow each, and of which things it says something. Pure."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, get_args

from humeops import moments
from humeops.event import KINDS, LEVELS
from humeops.filters.tree import FilterError, Match, Node, Text, Value, leaves

Resource = Literal["tasks", "runs", "events", "data", "transitions", "hosts", "audit", "scripts", "watches", "alerts"]
Form = Literal["name", "word", "moment"]

PROBLEMS = ("warning", "failed", "lost", "late", "overdue", "unknown")
STATES = ("new", "running", "ok", *PROBLEMS, "paused", "problem")  # `problem`: any of PROBLEMS
SIGNATURES = ("signed", "unsigned", "unverified", "changed", "expiring")
_SPOKEN = {"warn": "warning", "err": "error", "crit": "critical"}  # as scripts say levels


class Key(NamedTuple):
    """What may follow a key, and what it is about. `words` are all there are, where they are few."""

    form: Form
    of: frozenset[Resource]
    meaning: str
    words: Sequence[str] = ()


def _of(*resources: Resource) -> frozenset[Resource]:
    return frozenset(resources)


_ALL: frozenset[Resource] = frozenset(get_args(Resource))
_NAMED = _ALL - _of("audit")
UNKNOWN = "no such key"  # how it is said that there is none
KEYS: Mapping[str, Key] = {
    "host": Key("name", _NAMED, "the host"),
    "task": Key("name", _NAMED - _of("hosts"), "the task"),
    "tag": Key("name", _NAMED - _of("hosts", "data"), "one of its tags"),
    "state": Key(
        "word",
        _of("tasks", "runs", "transitions", "watches", "alerts"),
        "its state; of a transition, the new one; of a watch, its task's; of an alert, what is wrong",
        STATES,
    ),
    "level": Key("word", _of("events"), "the level", LEVELS),
    "kind": Key("word", _of("events"), "the kind of event", KINDS),
    "run": Key(
        "name", _of("runs", "events", "data", "transitions"), "the run: its id, or the short one of 8 characters"
    ),
    "user": Key("name", _of("runs", "events", "data"), "the user who said it, or who started the run: name or number"),
    "key": Key("name", _of("tasks", "runs", "events", "data"), "a name under which data were shared"),
    "script": Key("name", _of("scripts"), "its path"),
    "signer": Key("name", _of("scripts"), "who signed it"),
    "signature": Key("word", _of("scripts"), "how it was signed when it ran last", SIGNATURES),
    "actor": Key("name", _of("audit"), "who did it, or was refused"),
    "act": Key("name", _of("audit"), "what was done"),
    "object": Key("name", _of("audit"), "to what: HOST:TASK, a name, an address of the API"),
    "address": Key("name", _of("audit"), "where it was asked from"),
    "outcome": Key("word", _of("audit"), "done or refused", ("done", "refused")),
    "since": Key("moment", _ALL, "then or later"),
    "until": Key("moment", _ALL, "before then"),
}


def require_key(word: str, at: int) -> str:
    """Return the key of this name, or raise FilterError with the nearest right one."""
    key = word.lower()
    if key in KEYS:
        return key
    near = _nearest(key, list(KEYS))
    hint = f"did you mean `{near}`?" if near else f"the keys are {', '.join(KEYS)}"
    raise FilterError(f'{UNKNOWN}; {hint} (text to look for goes in quotes: "{word[:32]}:…")', at, word[:64])


def checked(found: Match) -> Match:
    """Return the condition with its words as they are spelt, or raise FilterError."""
    key = KEYS[found.key]
    if found.op != ":" and found.key != "level":
        raise FilterError(f"`{found.key}` is asked with `:`; only `level` has an order", found.at, found.key + found.op)
    if len(found.values) > 1 and (found.op != ":" or key.form == "moment"):
        raise FilterError(f"`{found.key}{found.op}` takes one value", found.at, found.key + found.op)
    if key.form == "word":
        return Match(found.key, found.op, tuple(_word(key, value, found) for value in found.values), found.at)
    if key.form == "moment":
        _check_moment(found)
    return found


def check_resource(node: Node, resource: Resource) -> Node:
    """Return the tree if all of it says something of such things, or raise FilterError."""
    for leaf in leaves(node):
        if isinstance(leaf, Text) or resource in KEYS[leaf.key].of:
            continue
        others = ", ".join(name for name, key in KEYS.items() if resource in key.of)
        raise FilterError(f"`{leaf.key}` says nothing of {resource}, which have {others}", leaf.at, leaf.key)
    return node


def _word(key: Key, value: Value, found: Match) -> Value:
    given = value.text.lower()
    word = _SPOKEN.get(given, given) if found.key == "level" else given
    if word in key.words:
        return Value(word)
    near = _nearest(word, key.words)
    hint = f"did you mean `{near}`?" if near else f"one of {', '.join(key.words)}"
    raise FilterError(f"no such {found.key}; {hint}", found.at, f"{found.key}{found.op}{value.text[:64]}")


def _nearest(word: str, words: Sequence[str]) -> str:
    import difflib  # a few milliseconds that only a mistake pays for

    return next(iter(difflib.get_close_matches(word[:64], words, 1, 0.5)), "")


def _check_moment(found: Match) -> None:
    try:
        # Whether it is a moment does not depend on the present; what it is does.
        moments.parse_moment(found.values[0].text, 0)
    except ValueError as error:
        raise FilterError(str(error), found.at, f"{found.key}:{found.values[0].text[:64]}") from error
