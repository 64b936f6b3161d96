# SPDX-License-Identifier: MIT
"""The codec's promise: what is valid comes back the same, and no bytes at all raise anything but MalformedEventError."""

import contextlib
import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from humeops.errors import MalformedEventError
from humeops.event import MAX_EVENT_BYTES, Event
from humeops.wire import codec
from tests.unit.wire.strategies import events

ID = "0199c2f1-8a40-7abc-8def-0123456789ab"


def said(members: str = "", kind: str = "log") -> bytes:
    """Return an event with these further members, as a sayer spells them."""
    return f'{{"v":1,"id":"{ID}","kind":"{kind}","time":1795406391123456789{members}}}'.encode()


@given(events())
@settings(max_examples=40)
def test_an_event_decodes_to_what_was_encoded(event):
    encoded = codec.encode(event)
    assume(len(encoded) <= MAX_EVENT_BYTES)

    assert codec.decode(encoded) == event


@given(events())
@settings(max_examples=20)
def test_encoding_again_gives_the_same_bytes(event):
    encoded = codec.encode(event)
    assume(len(encoded) <= MAX_EVENT_BYTES)

    assert codec.encode(codec.decode(encoded)) == encoded


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_malformed(data):
    with contextlib.suppress(MalformedEventError):
        codec.decode(data)


@pytest.mark.slow
@given(events(), st.lists(st.tuples(st.integers(0, 2**20), st.binary(max_size=8), st.integers(0, 4)), max_size=6))
@settings(max_examples=40)
def test_a_mutilated_event_is_refused_or_still_an_acceptable_one(event, wounds):
    data = bytearray(codec.encode(event))
    for at, put, removed in wounds:
        place = at % (len(data) + 1)
        data[place : place + removed] = put

    with contextlib.suppress(MalformedEventError):
        decoded = codec.decode(bytes(data))
        again = codec.encode(decoded)
        assert len(again) > MAX_EVENT_BYTES or codec.decode(again) == decoded


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(Event.__struct_fields__), JSON))
@settings(max_examples=40)
def test_any_json_in_any_member_is_refused_or_acceptable(members):
    base = json.loads(said())
    with contextlib.suppress(MalformedEventError):
        codec.decode(json.dumps({**base, **members}).encode("utf-8", "surrogatepass"))


NO_EVENTS = [
    b"",
    b"null",
    b"[]",
    b"\xef\xbb\xbf" + said(),
    said(',"message":"\\ud800"'),
    said(',"message":"\\udc00\\ud800"'),
    said(',"data":{"\\ud800":1}'),
    said(',"message":"').replace(b'"}', b'\xff"}'),
    said().replace(b"log", b"l\xc0\x80g"),
    said(',"message":"\x01"'),
    said(',"message":"\0"'),
    said(',"x":' + "[" * 30_000 + "]" * 30_000),
    said(',"data":{"a":' + "9" * 6_000 + "}"),
    said(',"data":{"a":' + "9" * 400 + ".5e400}"),
    said(',"data":{"a":1e400}'),
    said(',"data":{"a":-1e400}'),
    said(',"progress":[0,1e400]', "progress"),
    said(',"progress":[NaN,1]', "progress"),
    said(',"data":{"a":NaN}'),
    said(',"data":{"a":Infinity}'),
    said(',"data":{"a":null}'),
    said(',"data":{"a":[1]}'),
    said(',"time":1.0'),
    said(',"time":true'),
    said(',"v":2'),
    said(kind="shout"),
    said(',"level":"loud"'),
    said() + b"x",
    said()[:-1],
]


@pytest.mark.parametrize("number", range(len(NO_EVENTS)))
def test_what_is_no_event_is_refused_in_one_short_line(number):
    with pytest.raises(MalformedEventError) as refused:
        codec.decode(NO_EVENTS[number])

    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) <= 400


def test_a_member_nobody_knows_is_ignored():
    assert codec.decode(said(',"mood":{"good":[1,2]}')) == codec.decode(said())


def test_it_reads_a_memoryview_as_it_reads_bytes():
    data = said(',"message":"a\\u0000b"')

    assert codec.decode(memoryview(data)) == codec.decode(data)


@given(events())
def test_the_id_is_found_in_an_encoded_event_without_decoding_it(event):
    assert codec.id_in(codec.encode(event)) == event.id
