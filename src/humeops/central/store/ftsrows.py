# SPDX-License-Identifier: MIT
"""The row numbers that FTS5 wants in the place of ids, and the questions it is asked. Pure.

A number is the id without its version, its variant and the last 52 random bits, so numbers are in the order of the ids and an
event is found by its number in the event table itself. Two ids may have one number (the same 244 ns, and one chance in 1,024);
ids of times before 2004 or after 2074 have none. Neither has a place in the index.
"""

from collections.abc import Sequence

_BASE_MS = 1 << 40
_SPAN_MS = 1 << 41
_LEAST = 3  # characters of what FTS5's trigram tokenizer can find
_MOST_PARTS = 16  # each is one more list to go through, and after some nothing is left to tell apart


def number_of(key: bytes) -> int | None:
    """Return the number of an id; None for one without."""
    milliseconds = int.from_bytes(key[:6], "big") - _BASE_MS
    if not 0 <= milliseconds < _SPAN_MS:
        return None
    return (
        milliseconds << 22
        | (int.from_bytes(key[6:8], "big") & 0xFFF) << 10
        | int.from_bytes(key[8:10], "big") >> 4 & 0x3FF
    )


def first_key(number: int) -> bytes:
    """Return the least id with this number."""
    high = ((number >> 22) + _BASE_MS) << 16 | 0x7000 | number >> 10 & 0xFFF
    return high.to_bytes(8, "big") + (0x8000 | (number & 0x3FF) << 4).to_bytes(2, "big") + bytes(6)


def last_key(number: int) -> bytes:
    """Return the greatest id with this number."""
    first = first_key(number)
    return first[:9] + bytes((first[9] | 0x0F,)) + b"\xff" * 6


def highest_number(key: bytes) -> int:
    """Return the highest number that ids up to this one can have."""
    number = number_of(key)
    if number is not None:
        return number
    return -1 if int.from_bytes(key[:6], "big") < _BASE_MS else (1 << 63) - 1


def question(text: str) -> str:
    """Return the question for texts that hold all parts of this one; what it finds has to be looked at again."""
    folded = text.casefold()
    parts = [folded[at : at + _LEAST] for at in range(len(folded) - _LEAST + 1)]
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in _some(parts))


def can_ask(text: str) -> bool:
    """Tell whether the index can help to find this text."""
    return len(text) >= _LEAST and "\0" not in text


def _some(parts: Sequence[str]) -> Sequence[str]:
    return list(dict.fromkeys(parts[:: max(1, len(parts) // _MOST_PARTS)]))[:_MOST_PARTS]
