# SPDX-License-Identifier: MIT
"""Lengths of time as people read them: in sentences that central makes, and on terminals. Pure."""

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def span(ns: int) -> str:
    """Return a length of time in at most six characters where that is enough: `350ms`, `4.2s`, `4m10s`, `2h05m`, `3d04h`."""
    if ns < SECOND:
        return f"{max(ns, 0) / 1_000_000:.0f}ms"
    if ns < 10 * SECOND:
        return f"{ns / SECOND:.1f}s"
    for unit, part, letters in ((MINUTE, SECOND, " s"), (HOUR, MINUTE, "ms"), (DAY, HOUR, "hm")):
        if ns < unit:
            whole, rest = divmod(ns, part)
            return f"{whole}s" if part == SECOND else f"{whole}{letters[0]}{rest * 60 // part:02d}{letters[1]}"
    return f"{ns // DAY}d{ns % DAY // HOUR:02d}h"


def rough(ns: int) -> str:
    """Return a length of time as it is said: `42 s`, `11 min`, `5 h`, `3 days`."""
    for unit, smaller, word in ((MINUTE, SECOND, "s"), (HOUR, MINUTE, "min"), (2 * DAY, HOUR, "h")):
        if ns < unit:
            return f"{max(ns, 0) // smaller} {word}"
    return f"{ns // DAY} days"


def difference(ns: int) -> str:
    """Return how far two clocks are apart, to the second and whatever the sign: `45 s`, `2 h`, `1 h 59 min`.

    Not `rough`, which lets go of all but the largest unit: two hours less the way of a packet would be one.
    """
    seconds = round(abs(ns) / SECOND)
    return f"{seconds} s" if seconds < 60 else in_words(seconds * SECOND)


def in_words(ns: int) -> str:
    """Return a length of time as a sentence has it: `350 ms`, `4.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`."""
    if ns < SECOND:
        return f"{max(ns, 0) / 1_000_000:.0f} ms"
    if ns < 10 * SECOND:
        return f"{ns / SECOND:.1f} s"
    if ns < MINUTE:
        return f"{ns // SECOND} s"
    for unit, part, words in ((HOUR, MINUTE, ("min", "s")), (DAY, HOUR, ("h", "min"))):
        if ns < unit:
            whole, rest = divmod(ns, part)
            smaller = rest * 60 // part
            return f"{whole} {words[0]} {smaller} {words[1]}" if smaller else f"{whole} {words[0]}"
    return f"{ns // DAY} d {ns % DAY // HOUR} h"
