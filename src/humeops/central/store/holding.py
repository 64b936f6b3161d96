# SPDX-License-Identifier: MIT
"""What holds of a watch, part by part, as it is stored: read, merged with what somebody declares, written. The caller has the tasks' rows locked.

A watch that was made before parts were kept has one word for all of it, told by what it says of its maker.
"""

from collections.abc import Iterable, Mapping

import msgspec
import sqlalchemy as sa

from humeops.central.store import rows, watchrows
from humeops.central.store.driver import Pair
from humeops.central.watches import merging
from humeops.central.watches.expectation import Expectation
from humeops.central.watches.merging import Held, Word

read_wanted = msgspec.json.Decoder(Expectation).decode


class Parts(msgspec.Struct, omit_defaults=True):
    """What is kept beside the expectation itself."""

    words: dict[str, Word] = {}
    said: dict[str, int] = {}


_read_parts = msgspec.json.Decoder(Parts).decode
_NOTHING = "{}"


def read(host: str, wanted: str, parts: str, maker: str, made_at: int, pattern: int | None) -> Held:
    """Return what a row says that holds."""
    expected = read_wanted(wanted)
    if parts == _NOTHING:
        return merging.whole(expected, Word(_source(host, maker, pattern), maker, made_at))
    kept = _read_parts(parts)
    return Held(expected, kept.words, kept.said)


def load(connection: sa.Connection, names: Iterable[Pair]) -> dict[Pair, Held]:
    """Return what holds of these tasks; of one without a watch nothing is there."""
    return {(host, task): read(host, *others) for host, task, *others in watchrows.held(connection, sorted(set(names)))}


def store(connection: sa.Connection, changed: Mapping[Pair, Held], due: int) -> None:
    """Write what holds of these tasks from now on."""
    watchrows.declare(connection, [_row(name, held, due) for name, held in sorted(changed.items())])


def _row(name: Pair, held: Held, due: int) -> tuple[object, ...]:
    latest = held.latest or Word(merging.PERSON, "", 0)
    given = [
        (word.at, number) for word in held.words.values() if (number := merging.number_of(word.source)) is not None
    ]
    pattern = max(given)[1] if given else None
    parts = rows.json_text(Parts(held.words, held.said))
    return (*name, rows.json_text(held.wanted), latest.maker, latest.at, pattern, due, parts)


def _source(host: str, maker: str, pattern: int | None) -> str:
    if pattern is not None:
        return merging.of_pattern(pattern)
    if f" on {host}" in maker:
        return merging.SCRIPT
    return merging.FILE if ", " in maker else merging.PERSON
