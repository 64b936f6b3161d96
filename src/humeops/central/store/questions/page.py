# SPDX-License-Identifier: MIT
"""A page of a list: one row more than wanted is asked for, to know whether there is another page."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

Row = TypeVar("Row")


class Page(NamedTuple, Generic[Row]):
    """Some rows, and the cursor to those that follow, if any."""

    rows: Sequence[Row]
    next: str | None


def cut(found: Sequence[Row], limit: int, cursor_of: Callable[[Row], str]) -> Page[Row]:
    """Return the page of these rows, of which one more than `limit` was asked for."""
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], cursor_of(found[limit - 1]))
