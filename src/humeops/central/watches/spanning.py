# SPDX-License-Identifier: MIT
"""A span of time as people write it in a declaration, the way the native client reads it. Pure."""

import re

from humeops import spans

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000, "": 1}
_SPAN = re.compile(r"(?:\d{1,12}[smhdwy])+|\d{1,12}", re.ASCII)
MOST_SECONDS = 3_153_600_000


def read(text: str) -> int:
    """Return `90`, `15m`, `1h30m` in seconds; raise ValueError for what is none, or longer than 100 years."""
    if not _SPAN.fullmatch(text):
        raise ValueError(f"{text[:60]!a} is no span of time, such as 90, 15m, 26h, 7d")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdwy]?)", text))
    if not 1 <= seconds <= MOST_SECONDS:
        raise ValueError(f"{text[:60]!a} is not a span of time between 1 s and 100 years")
    return seconds


def write(seconds: int) -> str:
    """Return the shortest text that `read` takes for so many seconds."""
    parts = []
    for unit, factor in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        if unit == "w" and seconds % factor:
            continue
        count, seconds = divmod(seconds, factor)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def ns(seconds: int) -> int:
    """Return seconds in ns."""
    return seconds * spans.SECOND
