# SPDX-License-Identifier: MIT
"""UUID version 7 as hume uses it: sortable by the time it was made (docs/protocol.md, `id`). Pure: time and chance come in.

Source: RFC 9562, section 5.7; `rand_a` carries the fraction of the millisecond (section 6.2, method 3).
"""

_NS_PER_MS = 1_000_000


def make_event_id(wall_ns: int, chance: int) -> str:
    """Return the id for something said at `wall_ns`; `chance` is 62 random bits."""
    milliseconds, rest_ns = divmod(max(wall_ns, 0), _NS_PER_MS)
    fraction = rest_ns * 4096 // _NS_PER_MS
    high = (milliseconds & (2**48 - 1)) << 16 | 0x7000 | fraction
    low = 0b10 << 62 | chance & (2**62 - 1)
    digits = f"{high:016x}{low:016x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
