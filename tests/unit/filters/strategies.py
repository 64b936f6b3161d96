# SPDX-License-Identifier: MIT
"""Trees of filters at random, as `parsing` makes them: flat, their words checked."""

from hypothesis import strategies as st

from humeops.filters import keys
from humeops.filters.tree import All, Match, Not, Text, Value, all_of, any_of

_letters = st.characters(exclude_categories=("Cc", "Cs"))
_text = st.text(_letters, min_size=1, max_size=12).filter(lambda text: text.strip())
_plain = _text.map(Value)
_pattern = st.text(_letters, max_size=6).map(lambda text: Value(f"*{text}?", True))


def _matches(name):
    key = keys.KEYS[name]
    if key.form == "moment":
        values = st.sampled_from(["2d", "today", "03:15", "2026-11-23T03:15:02Z"]).map(Value)
        return st.builds(lambda value: Match(name, ":", (value,)), values)
    values = st.sampled_from(key.words).map(Value) if key.words else st.one_of(_plain, _pattern)
    some = st.lists(values, min_size=1, max_size=3).map(lambda found: Match(name, ":", tuple(found)))
    if name != "level":
        return some
    return st.one_of(
        some, st.builds(lambda op, value: Match(name, op, (value,)), st.sampled_from([">=", "<="]), values)
    )


leaves = st.one_of(_text.map(Text), st.sampled_from(sorted(keys.KEYS)).flatmap(_matches))


def _grown(smaller):
    several = st.lists(smaller, min_size=2, max_size=3)
    return st.one_of(smaller.map(Not), several.map(all_of), several.map(any_of))


trees = st.one_of(st.just(All(())), st.recursive(leaves, _grown, max_leaves=8))
