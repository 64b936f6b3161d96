# SPDX-License-Identifier: MIT
"""Every limit of docs/protocol.md, section 1 and 2: at it and one inside it accepted, one outside refused."""

import json
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from humeops.errors import MalformedEventError
from humeops.event import MAX_EVENT_BYTES
from humeops.wire import codec

ID = "0199c2f1-8a40-7abc-8def-0123456789ab"
Table = dict[str, tuple[list[Any], list[Any]]]
WIDE = "\U0001f9ed"  # one code point, four bytes: lengths count code points


def event(**members: object) -> bytes:
    base = {"v": 1, "id": ID, "kind": "log", "time": 1}
    return json.dumps({**base, **members}, ensure_ascii=False).encode()


def numbered(count: int) -> dict[str, int]:
    return {f"k{number}": number for number in range(count)}


# member, the accepted ones, the refused ones
LIMITS: Table = {
    "time": ([0, 1, 2**63 - 2, 2**63 - 1], [-1, 2**63]),
    "mono": ([0, 1, 2**63 - 1], [-1, 2**63]),
    "boot": (["", WIDE * 36], [WIDE * 37]),
    "host": ([WIDE * 254, WIDE * 255], [WIDE * 256]),
    "task": (["a", WIDE * 63, WIDE * 64], [WIDE * 65]),
    "message": (["", WIDE * 8_191, WIDE * 8_192], [WIDE * 8_193]),
    "tags": ([[], ["a"] * 15, ["a"] * 16, [WIDE * 64]], [["a"] * 17, [WIDE * 65], [""]]),
    "data": (
        [
            numbered(63),
            numbered(64),
            {WIDE * 64: 1},
            {"a": WIDE * 1_023},
            {"a": WIDE * 1_024},
            {"a": 2**63 - 1},
            {"a": -(2**63)},
            {"a": 1.7976931348623157e308},
            {"a": 5e-324},
            {"a": ""},
            {"a": True},
        ],
        [
            numbered(65),
            {WIDE * 65: 1},
            {"": 1},
            {"a": WIDE * 1_025},
            {"a": 2**63},
            {"a": -(2**63) - 1},
            {"a": 2**64},
            {"a": None},
        ],
    ),
    "unit": (["", WIDE * 16], [WIDE * 17]),
    "ttl": ([1, 2, 3_153_599_999, 3_153_600_000], [0, -1, 3_153_600_001]),
    "flag": ([WIDE * 64], [WIDE * 65]),
    "progress": ([[0, 0.5], [5, 3], [0.0, 5e-324]], [[-0.5, 1], [0, 0], [0, -1], [1], [1, 2, 3], ["1", 2]]),
    "status": ([0, 1, 254, 255], [-1, 256]),
    "outcome": (["ok", "warning", "failed"], ["", "lost"]),
    "level": (["debug", "info", "ok", "warning", "error", "critical"], ["", "warn", "INFO"]),
    "cut": ([["message"] * 15, ["message"] * 16], [["message"] * 17]),
    "run": ([ID], ["", ID.upper(), ID + "0", ID[:-1], ID[:-1] + "\n"]),
    "id": (
        [ID, ID.replace("-8def", "-bdef")],
        ["", ID.upper(), ID.replace("-7", "-4"), ID.replace("-8def", "-cdef"), ID + "\n", ID.replace("-", "")],
    ),
    "v": ([1], [0, 2, "1", True, 1.0]),
}
ORIGIN_LIMITS: Table = {
    "line": ([1, 2, 2**31 - 2, 2**31 - 1], [0, -1, 2**31]),
    "script": (["", WIDE * 512], [WIDE * 513]),
    "chain": (
        [[], [[1, 2]] * 63, [[1, 2]] * 64, [[2**31 - 1, 2**63 - 1]], [[0, 0]]],
        [[[1, 2]] * 65, [[2**31, 1]], [[1, 2**63]], [[-1, 1]], [[1, -1]], [[1]], [[1, 2, 3]]],
    ),
}
KIND_FOR = {"progress": "progress", "outcome": "stop", "flag": "flag"}


def cases(table: Table, which: int) -> list[ParameterSet]:
    return [
        pytest.param(member, value, id=f"{member}-{number}")
        for member, both in table.items()
        for number, value in enumerate(both[which])
    ]


@pytest.mark.parametrize(("member", "value"), cases(LIMITS, 0))
def test_a_value_within_its_limit_is_kept(member, value):
    decoded = codec.decode(event(kind=KIND_FOR.get(member, "log"), **{member: value}))

    kept = getattr(decoded, member)
    assert (list(kept) if isinstance(kept, tuple) else kept) == value


@pytest.mark.parametrize(("member", "value"), cases(LIMITS, 1))
def test_a_value_beyond_its_limit_is_refused(member, value):
    with pytest.raises(MalformedEventError):
        codec.decode(event(**{**_kind(member), member: value}))


def _kind(member: str) -> dict[str, object]:
    return {"kind": KIND_FOR[member]} if member in KIND_FOR else {}


@pytest.mark.parametrize(("member", "value"), cases(ORIGIN_LIMITS, 0))
def test_an_origin_within_its_limit_is_kept(member, value):
    decoded = codec.decode(event(origin={member: value}))

    kept = getattr(decoded.origin, member)
    assert ([list(link) for link in kept] if member == "chain" else kept) == value


@pytest.mark.parametrize(("member", "value"), cases(ORIGIN_LIMITS, 1))
def test_an_origin_beyond_its_limit_is_refused(member, value):
    with pytest.raises(MalformedEventError):
        codec.decode(event(origin={member: value}))


@pytest.mark.parametrize("missing", ["v", "id", "kind", "time"])
def test_what_is_required_must_be_there(missing):
    members = json.loads(event())
    del members[missing]

    with pytest.raises(MalformedEventError, match=missing):
        codec.decode(json.dumps(members).encode())


@pytest.mark.parametrize(("kind", "needs"), [("flag", "flag"), ("stop", "outcome"), ("progress", "progress")])
def test_a_kind_must_have_what_it_is_about(kind, needs):
    with pytest.raises(MalformedEventError, match=needs):
        codec.decode(event(kind=kind))


@pytest.mark.parametrize("size", [MAX_EVENT_BYTES - 1, MAX_EVENT_BYTES])
def test_an_event_of_the_largest_size_is_accepted(size):
    data = event()

    assert codec.decode(data + b" " * (size - len(data))).id == ID


def test_an_event_one_byte_too_large_is_refused_with_both_numbers():
    data = event()

    with pytest.raises(MalformedEventError, match=r"65537.*65536"):
        codec.decode(data + b" " * (MAX_EVENT_BYTES + 1 - len(data)))
