# SPDX-License-Identifier: MIT
"""U+0000: replaced in free text and told in `cut`, refused in names, and not mistaken where it is only spelt."""

import pytest

from humeops.errors import MalformedEventError
from humeops.wire import codec

ID = "0199c2f1-8a40-7abc-8def-0123456789ab"
MENDED = "a\ufffdb"


def said(members: str) -> bytes:
    return f'{{"v":1,"id":"{ID}","kind":"log","time":1{members}}}'.encode()


@pytest.mark.parametrize("member", ["message", "host", "boot", "unit"])
def test_it_is_replaced_in_a_text_and_told(member):
    decoded = codec.decode(said(f',"{member}":"a\\u0000b"'))

    assert getattr(decoded, member) == MENDED
    assert decoded.cut == [member]


@pytest.mark.parametrize("member", ["script", "via"])
def test_it_is_replaced_in_the_origin_and_told(member):
    decoded = codec.decode(said(f',"origin":{{"{member}":"a\\u0000b"}}'))

    assert getattr(decoded.origin, member) == MENDED
    assert decoded.cut == [member]


def test_it_is_replaced_in_values_and_told_once():
    decoded = codec.decode(said(',"data":{"a":"\\u0000","b":"x\\u0000\\u0000","c":1}'))

    assert decoded.data == {"a": "\ufffd", "b": "x\ufffd\ufffd", "c": 1}
    assert decoded.cut == ["data"]


def test_it_is_replaced_in_cut_itself():
    assert codec.decode(said(',"cut":["a\\u0000b"]')).cut == [MENDED]


@pytest.mark.parametrize(
    "members", [',"task":"a\\u0000"', ',"tags":["\\u0000"]', ',"flag":"\\u0000"', ',"data":{"\\u0000":1}']
)
def test_it_is_refused_in_a_name(members):
    with pytest.raises(MalformedEventError, match="not a name"):
        codec.decode(said(members))


@pytest.mark.parametrize(
    ("spelt", "means"),
    [
        (r"\\u0000", r"\u0000"),  # an escaped backslash, then plain text
        (r"\\\u0000", "\\\ufffd"),  # an escaped backslash, then the character
        (r"\\\\u0000", r"\\u0000"),
        (r"\u00000", "\ufffd0"),
        (r"\u005cu0000", r"\u0000"),  # a backslash spelt as an escape, then plain text
        ("u0000", "u0000"),
    ],
)
def test_only_the_character_itself_is_replaced(spelt, means):
    decoded = codec.decode(said(f',"message":"{spelt}"'))

    assert decoded.message == means
    assert decoded.cut == (["message"] if "\ufffd" in means else [])


def test_what_is_mended_is_told_though_the_list_is_full():
    full = ",".join(f'"m{number}"' for number in range(16))

    decoded = codec.decode(said(f',"message":"\\u0000","cut":[{full}]'))

    assert decoded.cut[0] == "message"
    assert len(decoded.cut) == 16


def test_what_the_sayer_cut_already_is_told_once():
    assert codec.decode(said(',"message":"\\u0000","cut":["message"]')).cut == ["message"]


def test_a_mended_event_is_acceptable_as_it_is():
    decoded = codec.decode(said(',"message":"\\u0000","origin":{"script":"\\u0000"},"data":{"a":"\\u0000"}'))

    assert codec.decode(codec.encode(decoded)) == decoded
