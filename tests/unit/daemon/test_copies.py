# SPDX-License-Identifier: MIT
"""What is said again is known by more than its id, and only once the first of the two is durable."""

import msgspec
import pytest

from humeops.daemon import copies
from humeops.daemon.copies import Copies, key_of
from humeops.wire import codec
from tests.unit.daemon.sayings import say


def event(**members):
    return codec.decode(say(**members))


def test_only_what_became_durable_is_known():
    known = Copies()
    first, second = event(), event()

    known.note(key_of(first, 0))
    known.forget()
    known.note(key_of(second, 0))
    known.settle()

    assert [known.is_again(key_of(one, 0)) for one in (first, second)] == [False, True]


def test_what_is_said_twice_in_one_group_is_one():
    known = Copies()
    said = event()

    known.note(key_of(said, 0))

    assert known.is_again(key_of(said, 0))
    assert known.settle() == 1
    assert known.settle() == 0


@pytest.mark.parametrize(
    "other", [{"time": 5}, {"mono": 5}, {"kind": "flag"}, {"id": "01900000-0000-7000-8000-000000000001"}]
)
def test_an_event_that_differs_is_no_copy(other):
    known = Copies()
    said = event()
    known.note(key_of(said, 1000))
    known.settle()

    assert not known.is_again(key_of(msgspec.structs.replace(said, **other), 1000))


def test_another_user_cannot_silence_an_event_by_its_id():
    known = Copies()
    said = event()
    known.note(key_of(said, 666))
    known.settle()

    assert not known.is_again(key_of(said, 1000))


def test_it_remembers_the_latest_of_them(monkeypatch):
    monkeypatch.setattr(copies, "REMEMBERED", 3)
    known = Copies()
    said = [event() for _ in range(5)]

    for one in said:
        known.note(key_of(one, 0))
        known.settle()

    assert [known.is_again(key_of(one, 0)) for one in said] == [False, False, True, True, True]
