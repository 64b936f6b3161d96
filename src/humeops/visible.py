# SPDX-License-Identifier: MIT
"""Make every character a reader can't see, or that a terminal would obey, visible.

What scripts say is untrusted: an escape sequence in a message must not move the cursor, rename the window or reverse the
text of a line. Everything that comes from central goes through here before it reaches a terminal or a CSV file. Pure.
"""

import unicodedata

# Controls, formats (bidirectional overrides, zero-width joiners), surrogates, private use, unassigned, line separators.
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, ascii_only: bool = False) -> str:
    """Return the text with hidden characters written out (`\\x1b`, `\\u202e`); with `ascii_only` all beyond ASCII too."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_show(character, ascii_only) for character in text)


def width(text: str) -> int:
    """Return how many terminal columns this (visible) text takes: two for wide letters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def cut(text: str, columns: int, ellipsis: str) -> str:
    """Return the text in at most so many columns, its end replaced by the ellipsis when it is longer."""
    if width(text) <= columns:
        return text
    room = columns - width(ellipsis)
    if room <= 0:
        return ellipsis[:columns]
    kept = 0
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + ellipsis


def _show(character: str, ascii_only: bool) -> str:
    if unicodedata.category(character) not in HIDDEN and (character.isascii() or not ascii_only):
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
