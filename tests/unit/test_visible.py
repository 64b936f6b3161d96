# SPDX-License-Identifier: MIT
"""Untrusted text is shown, never obeyed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.visible import HIDDEN, cut, visible, width

ANY_TEXT = st.text(st.characters(codec=None, categories=None))


@given(ANY_TEXT)
def test_nothing_hidden_is_left_whatever_the_text(text):
    assert not {unicodedata.category(character) for character in visible(text)} & HIDDEN


@given(ANY_TEXT)
def test_plain_ascii_is_left_where_nothing_else_can_be_shown(text):
    shown = visible(text, ascii_only=True)

    assert shown.isascii()
    assert shown.isprintable()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_people_write_stays_as_it_is(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\u202eb", r"a\u202eb"),
        ("\U000e0001", r"\U000e0001"),
        ("\ud800", r"\ud800"),
        ("a\nb\u2028", r"a\x0ab\u2028"),
        ("\x9b5n", r"\x9b5n"),
    ],
    ids=ascii,
)
def test_hidden_characters_are_written_out(text, shown):
    assert visible(text) == shown


@given(ANY_TEXT.map(visible), st.integers(1, 30))
def test_a_cut_text_is_never_wider_than_its_room(text, columns):
    assert width(cut(text, columns, "…")) <= columns


def test_wide_letters_take_two_columns():
    assert width("日本") == 4
    assert cut("日本語", 5, "…") == "日本…"
