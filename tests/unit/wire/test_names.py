# SPDX-License-Identifier: MIT
"""Names: no character a reader can't see or that reorders what he sees, none that separates, no space at an end."""

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from humeops.errors import MalformedEventError
from humeops.wire import codec

FORBIDDEN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    0xAD,
    0x61C,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0xE0000, 0xE0080),
    *map(ord, ":/,="),
]
# Where a name may stand in an event, and a kind that lets it.
PLACES: dict[str, Callable[[str], dict[str, Any]]] = {
    "task": lambda name: {"task": name},
    "tag": lambda name: {"tags": ["fine", name]},
    "flag": lambda name: {"kind": "flag", "flag": name},
    "key": lambda name: {"data": {"fine": 1, name: 2}},
}


def event(members: dict[str, Any]) -> bytes:
    base = {"v": 1, "id": "0199c2f1-8a40-7abc-8def-0123456789ab", "kind": "log", "time": 1}
    return json.dumps({**base, **members}).encode()


def test_exactly_the_listed_characters_are_forbidden():
    found = [code for code in range(sys.maxunicode + 1) if not codec.is_name(f"a{chr(code)}b")]

    assert found == sorted(FORBIDDEN)


@pytest.mark.parametrize("name", [" a", "a ", " "])
def test_a_space_at_an_end_is_forbidden(name):
    assert not codec.is_name(name)


@pytest.mark.parametrize("name", ["a b", "a  b", "backup.sh", "Ünïcødé", "日本", "a+b@c_d-e", "🧭", "\u3000", "a;b|c"])
def test_what_people_write_is_a_name(name):
    assert codec.is_name(name)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["a:b", "a/b", "a,b", "a=b", "a ", " a", "a\0", "a\u202eb", "a\u200bb", "\x7f", "a\n"])
def test_a_name_that_does_not_fit_is_refused_wherever_it_stands(place, name):
    with pytest.raises(MalformedEventError, match="not a name"):
        codec.decode(event(PLACES[place](name)))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["a", "a b", "日 本", "x" * 64])
def test_a_name_that_fits_is_accepted_wherever_it_stands(place, name):
    assert name in codec.encode(codec.decode(event(PLACES[place](name)))).decode()


def test_names_that_are_fine_alone_are_not_spoilt_by_their_neighbours():
    decoded = codec.decode(event({"task": "é", "tags": ["a b", "c d"], "data": {"e f": 1}}))

    assert decoded.tags == ["a b", "c d"]
