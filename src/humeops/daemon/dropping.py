# SPDX-License-Identifier: MIT
"""Which rows are given up next: by worth and age, oldest first, in steps of bounded size.

It remembers how far it has looked, so that the rows it may not drop are passed once and not at every step.
"""

import sqlite3
from typing import NamedTuple

from humeops.daemon.worth import NEVER_DROPPED, REST

# One step gives up this many rows: a transaction of some ten milliseconds, so that acks hardly wait for it.
STEP_ROWS = 2_000


class Aged(NamedTuple):
    """What waited too long, and whether to look again at once."""

    seqs: list[int]
    more: bool


class Droppable:
    """The search; its places hold for one spool as long as humed lives."""

    def __init__(self) -> None:
        self._central_upto = 0
        self._rest_after = 0
        self._aged_upto = 0

    def leave_out(self, upto: int) -> None:
        """Never look at these again: central has them."""
        self._central_upto = upto
        self._rest_after = max(self._rest_after, upto)
        self._aged_upto = max(self._aged_upto, upto)

    def cheapest(self, db: sqlite3.Connection, beyond: int, enough_bytes: int) -> list[int]:
        """Return seqs, ascending, of the least worth there is beyond this seq: about so many bytes together, at least one."""
        cheap = "SELECT seq, length(body) FROM event WHERE worth = ? AND seq > ? ORDER BY seq LIMIT ?"
        for worth in range(REST):
            if seqs := _enough(
                db.execute(cheap, (worth, max(beyond, self._central_upto), STEP_ROWS)).fetchall(), enough_bytes
            ):
                return seqs
        # The unary plus keeps SQLite on the table's own order, since most rows are of this class.
        rest = "SELECT seq, length(body) FROM event WHERE +worth = ? AND seq > ? ORDER BY seq LIMIT ?"
        after = max(beyond, self._rest_after)
        seqs = _enough(db.execute(rest, (REST, after, STEP_ROWS)).fetchall(), enough_bytes)
        if beyond <= self._rest_after:
            # Only rows that were looked at are passed, not those that were left alone because they are on their way.
            self._rest_after = (
                seqs[0] - 1 if seqs else db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
            )
        return seqs

    def aged(self, db: sqlite3.Connection, beyond: int, taken_before: int) -> Aged:
        """Return seqs, ascending, of events beyond this seq that were taken before a time."""
        after = max(beyond, self._aged_upto)
        window = "SELECT seq, taken, worth FROM event WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = db.execute(window, (after, STEP_ROWS)).fetchall()
        old = [row for row in rows if row[1] < taken_before]
        if old and len(old) == len(rows) and beyond <= self._aged_upto:
            self._aged_upto = old[-1][0]
        seqs = [seq for seq, _, worth in old if worth < NEVER_DROPPED]
        return Aged(seqs, len(old) == STEP_ROWS)


def _enough(rows: list[tuple[int, int]], enough_bytes: int) -> list[int]:
    seqs: list[int] = []
    for seq, size in rows:
        if seqs and enough_bytes <= 0:
            break
        seqs.append(seq)
        enough_bytes -= size
    return seqs
