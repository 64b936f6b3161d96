# SPDX-License-Identifier: MIT
import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.central.store import cursor
from humeops.central.store.cursor import CursorError


@given(st.text(), st.text(max_size=64))
def test_a_cursor_comes_back_as_it_was_given_out(host, task):
    assert cursor.unpack(cursor.pack(host, task), tuple[str, str]) == (host, task)


@given(st.text())
def test_no_text_at_all_makes_a_cursor_fail_otherwise(text):
    with contextlib.suppress(CursorError):
        cursor.unpack(text, tuple[str, str])


@given(st.binary())
def test_no_packed_bytes_make_a_cursor_fail_otherwise(packed):
    with contextlib.suppress(CursorError):
        cursor.unpack(base64.urlsafe_b64encode(packed).decode(), tuple[int, str])


@pytest.mark.parametrize("other", [cursor.pack(1, "x"), cursor.pack("x"), cursor.pack("x", "y", "z"), "", "=" * 3_000])
def test_the_cursor_of_another_list_is_refused(other):
    with pytest.raises(CursorError):
        cursor.unpack(other, tuple[str, str])
