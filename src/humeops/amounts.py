# SPDX-License-Identifier: MIT
"""Amounts as people read them: a number with its unit, in sentences that central makes and on terminals. Pure."""

from humeops import spans

# What a name says of its number, where no unit was said.
_ENDINGS = {"_bytes": "bytes", "_s": "s", "_seconds": "s"}


def size(count: int) -> str:
    """Return a number of bytes in the unit people read: `512 bytes`, `16.4 kB`, `70.9 GB`."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if abs(count) >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"


def unit_of(key: str, unit: str) -> str:
    """Return the unit of a number: the one that was said, else what its name ends with (`peak_rss_bytes`, `wall_s`)."""
    return unit or next((known for ending, known in _ENDINGS.items() if key.endswith(ending)), "")


def amount(number: float, unit: str) -> str:
    """Return the number with its unit; bytes and seconds as people say them, whole numbers in full."""
    if unit == "bytes":
        return size(round(number))
    if unit == "s" and number >= 0:
        return spans.span(round(number * spans.SECOND))
    text = f"{number:.0f}" if float(number).is_integer() and abs(number) < 1e15 else f"{number:.6g}"
    return f"{text} {unit}".rstrip()
