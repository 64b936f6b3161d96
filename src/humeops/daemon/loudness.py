# SPDX-License-Identifier: MIT
"""Which of many like things is logged: the first few, then one of so many, so that nobody fills the log. Pure."""

EVERY = 1_000


def is_loud(number: int, first: int) -> bool:
    """Tell whether the one of this number, counted from 1, is logged; `first`: so many are in any case."""
    return number <= first or number % EVERY == 0
