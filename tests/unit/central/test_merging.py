# SPDX-License-Identifier: MIT
"""Whose word counts: the latest one on each part, in whatever order they come to be known."""

import itertools

import pytest

from humeops.central.watches import expectation, merging
from humeops.central.watches.merging import FILE, PERSON, SCRIPT, Held, Word


def say(held, source, at, maker="", **pairs):
    return merging.merge(held, expectation.read(pairs), pairs, Word(source, maker or source, at))


def told(held):
    return expectation.pairs_of(held.wanted)


def test_a_script_that_names_its_schedule_alone_leaves_what_people_limited():
    held = say(Held(), PERSON, 1, limits="rows > 0", grace="1h")

    held = say(held, SCRIPT, 2, cron="15 3 * * *")

    assert told(held) == {"cron": "15 3 * * *", "grace": "1h", "limits": "rows > 0"}
    assert (held.words["limits"].maker, held.words["cron"].maker) == (PERSON, SCRIPT)


def test_the_latest_word_on_a_part_counts_whoever_says_it():
    held = say(say(Held(), PERSON, 1, max="1h"), SCRIPT, 2, every="1d", max="2h")
    assert told(held)["max"] == "2h"

    assert told(say(held, PERSON, 3, max="3h")) == {"every": "1d", "max": "3h"}


def test_another_schedule_takes_the_place_of_the_whole_one():
    held = say(Held(), PERSON, 1, cron="15 3 * * *", tz="Europe/Madrid")

    assert told(say(held, SCRIPT, 2, every="1d")) == {"every": "1d"}


@pytest.mark.parametrize("source", [SCRIPT, FILE, merging.of_pattern(3)])
def test_what_one_says_no_more_is_taken_back_and_what_others_said_is_not(source):
    held = say(say(Held(), source, 1, max="2h", limits="rows > 0"), PERSON, 2, owner="ana")

    held = say(held, source, 3, max="2h")

    assert told(held) == {"max": "2h", "owner": "ana"}


def test_by_hand_one_thing_is_said_after_the_other_and_what_is_empty_goes():
    held = say(say(Held(), PERSON, 1, max="2h"), PERSON, 2, limits="rows > 0")
    assert told(held) == {"max": "2h", "limits": "rows > 0"}

    held = say(held, PERSON, 3, limits="")

    assert told(held) == {"max": "2h"}
    assert told(say(held, SCRIPT, 2, limits="rows > 0")) == {"max": "2h"}


def test_in_whatever_order_they_come_the_same_holds():
    words = [
        (SCRIPT, 1, {"every": "1d", "max": "1h"}),
        (SCRIPT, 4, {"cron": "15 3 * * *"}),
        (PERSON, 2, {"max": "2h", "limits": "rows > 0"}),
        (merging.of_pattern(3), 3, {"limits": "rows > 1", "grace": "5m"}),
    ]
    results = []
    for order in itertools.permutations(words):
        held = Held()
        for source, at, pairs in order:
            held = say(held, source, at, **pairs)
        results.append(told(held))

    assert results[0] == {"cron": "15 3 * * *", "grace": "5m", "max": "2h", "limits": "rows > 1"}
    assert all(one == results[0] for one in results)


def test_a_pattern_that_is_no_more_leaves_what_others_said():
    held = say(say(Held(), merging.of_pattern(3), 1, max="2h", grace="5m"), SCRIPT, 2, grace="1h")

    assert told(merging.without(held, merging.of_pattern(3))) == {"grace": "1h"}


def test_parts_that_do_not_go_together_are_told_with_who_said_the_others():
    held = say(say(Held(), PERSON, 1, maker="ana", at_most="3"), FILE, 1, maker="bob", max="1h")

    with pytest.raises(expectation.DeclarationError, match=r"at_least.*; the other part was said by ana$"):
        say(held, SCRIPT, 2, at_least="5")


def test_what_was_declared_for_a_limit_is_no_new_beginning_for_lateness():
    held = say(say(Held(), SCRIPT, 1, every="1d"), PERSON, 5, limits="rows > 0")

    assert (held.declared_at, held.latest.at) == (1, 5)
