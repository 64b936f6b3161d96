# SPDX-License-Identifier: MIT
"""Lists for people and for programs: a table, a JSON array, one JSON object a line, or CSV.

Programs get central's items as they are: times in ns since 1970, durations in ns, everything beyond ASCII escaped in
JSON. CSV gets the same values with hidden characters written out and a quote before what a spreadsheet would take for a
formula. Columns are the items' fields; a dot goes deeper: `data.bytes`, `last_run.duration`.
"""

import csv
import sys
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import click
import msgspec

from humeops.cells import to_cell, to_json
from humeops.cli import tables, verbs
from humeops.cli.terminal import Terminal, terminal_of

Record = dict[str, typing.Any]
Derived = Mapping[str, Callable[[typing.Any], str]]  # columns that are made from an item, not taken from it


def parse_columns(
    text: str | None, item: type[msgspec.Struct], default: Sequence[str], derived: Derived | None = None
) -> list[str]:
    """Return the columns asked for, or the default ones; a wrong name is answered with the nearest right one."""
    if text is None:
        return list(default)
    fields = (*item.__struct_fields__, *(derived or ()))
    columns = [column.strip() for column in text.split(",") if column.strip()]
    for column in columns:
        if column.partition(".")[0] not in fields:
            meant = verbs.nearest(column, fields)
            hint = f"did you mean {meant}?" if meant else f"there are {', '.join(fields)}"
            raise click.UsageError(f"no such column: {column!a}; {hint}", click.get_current_context())
    return columns or list(default)


def print_items(
    items: Iterable[msgspec.Struct],
    output: str,
    columns: str | None,
    default: Sequence[str],
    item: type[msgspec.Struct],
    now_ns: int,
    empty: str,
    derived: Derived | None = None,
) -> None:
    """Print the items as asked, as they come; `empty`, if any, is said on standard error instead of an empty table."""
    wanted = parse_columns(columns, item, default, derived)
    records = (to_record(one, wanted, derived or {}) for one in items)
    if output == "table":
        terminal = terminal_of(sys.stdout)
        rows = list(records)
        if not rows:
            if empty:
                print(empty, file=sys.stderr)
            return
        for line in tables.render(terminal, rows, wanted, now_ns, may_drop=columns is None):
            print(line)
        return
    fields = wanted if columns is not None else None
    _WRITERS[output](records, fields, _flat_fields(item))


def print_record(record: Record, output: str) -> None:
    """Print a single record for programs: as JSON one object, as CSV a heading and a row."""
    if output == "csv":
        _write_csv([record], None, list(record))
    else:
        print(to_json(record))


def to_record(item: msgspec.Struct, wanted: Sequence[str] = (), derived: Derived | None = None) -> Record:
    """Return all fields of an item as plain values, absent ones as None, and what is derived where it is wanted."""
    record = {name: msgspec.to_builtins(getattr(item, name)) for name in item.__struct_fields__}
    extra = {name: make(item) for name, make in (derived or {}).items() if name in wanted}
    return record | extra


def _flat_fields(item: type[msgspec.Struct]) -> list[str]:
    # A row has no room for an object of its own (a task's last run): its parts can be named in --columns.
    return [field.name for field in msgspec.structs.fields(item) if not _holds_struct(field.type)]


def _holds_struct(kind: object) -> bool:
    kinds = (kind, *typing.get_args(kind))
    return any(isinstance(one, type) and issubclass(one, msgspec.Struct) for one in kinds)


def _chosen(records: Iterable[Record], columns: Sequence[str] | None) -> Iterator[Record]:
    for record in records:
        if columns is None:
            yield {name: value for name, value in record.items() if value is not None}
        else:
            yield {column: tables.pick(record, column) for column in columns}


def _write_json(records: Iterable[Record], columns: Sequence[str] | None, _: Sequence[str]) -> None:
    chosen = _chosen(records, columns)
    first = next(chosen, None)
    if first is None:
        print("[]")
        return
    print("[" + to_json(first), end="")
    for record in chosen:
        print(",\n " + to_json(record), end="")
    print("]")


def _write_ndjson(records: Iterable[Record], columns: Sequence[str] | None, _: Sequence[str]) -> None:
    for record in _chosen(records, columns):
        print(to_json(record))


def _write_csv(records: Iterable[Record], columns: Sequence[str] | None, fields: Sequence[str]) -> None:
    names = list(columns or fields)
    ascii_only = not _terminal().unicode
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([to_cell(name, ascii_only) for name in names])
    for record in records:
        writer.writerow([to_cell(tables.pick(record, name), ascii_only) for name in names])


def _terminal() -> Terminal:
    return terminal_of(sys.stdout)


_WRITERS: dict[str, Callable[[Iterable[Record], Sequence[str] | None, Sequence[str]], None]] = {
    "json": _write_json,
    "ndjson": _write_ndjson,
    "csv": _write_csv,
}
