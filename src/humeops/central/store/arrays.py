# SPDX-License-Identifier: MIT
"""Columns of rows as PostgreSQL's arrays, in its binary form: what rows that go in together, and lists of keys, travel as.

psycopg makes arrays element by element, in Python, which was a tenth of what an event cost. Here a whole column is made at once
by what Python runs in C. The form: dimensions, whether there are NULLs, the element's type; length and lower bound; and of
each element its length (-1: NULL) and its bytes.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat
from typing import Any

import psycopg.adapt
import psycopg.pq

_HEAD = struct.Struct(">iiIii").pack
_EMPTY = struct.Struct(">iiI").pack
_LENGTH = struct.Struct(">i").pack
_NULL = _LENGTH(-1)

_Columns = Iterable[Any]


class Array:
    """An array as it is sent; the statement says of which type it is."""

    __slots__ = ("sent",)

    def __init__(self, sent: bytes) -> None:
        self.sent = sent


class _Dumper(psycopg.adapt.Dumper):
    format = psycopg.pq.Format.BINARY

    def dump(self, obj: Array) -> bytes:
        return obj.sent


psycopg.adapters.register_dumper(Array, _Dumper)


def array(type_name: str, column: Sequence[Any]) -> Array:
    """Return these values, of which some may be None, as an array of this type.

    Raises OverflowError, TypeError or UnicodeError for a value that its type does not hold.
    """
    oid, elements = _TYPES[type_name]
    if not column:
        return Array(_EMPTY(0, 0, oid))
    has_null = None in column
    try:
        parts = map(_or_null(elements), column) if has_null else elements(column)
        return Array(_HEAD(1, has_null, oid, len(column), 1) + b"".join(parts))
    except struct.error as error:
        raise OverflowError(f"{type_name}: {error}") from error


def _or_null(elements: Callable[[_Columns], Iterable[bytes]]) -> Callable[[Any], bytes]:
    return lambda value: _NULL if value is None else b"".join(elements((value,)))


def _of_bytes(column: _Columns) -> Iterable[bytes]:
    values = list(column)
    return chain.from_iterable(zip(map(_LENGTH, map(len, values)), values, strict=True))


def _of_texts(column: _Columns) -> Iterable[bytes]:
    return _of_bytes(map(str.encode, column))


def _of_size(size: int, code: str) -> Callable[[_Columns], Iterable[bytes]]:
    pack = struct.Struct(f">i{code}").pack
    return lambda column: map(pack, repeat(size), column)


# The types' numbers are fixed by PostgreSQL (pg_type.dat).
_TYPES: dict[str, tuple[int, Callable[[_Columns], Iterable[bytes]]]] = {
    "boolean": (16, _of_size(1, "?")),
    "bytea": (17, _of_bytes),
    "bigint": (20, _of_size(8, "q")),
    "smallint": (21, _of_size(2, "h")),
    "integer": (23, _of_size(4, "i")),
    "text": (25, _of_texts),
    "double precision": (701, _of_size(8, "d")),
}
