# SPDX-License-Identifier: MIT
"""Expressions that each engine spells in its own way: patterns of names, parts of texts, members of lists.

A pattern has `*` and `?`; everything else stands for itself. Each is a construct that SQLAlchemy compiles per dialect, so
the questions themselves do not know which engine will answer them.
"""

import fnmatch
from collections.abc import Callable
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

Test: TypeAlias = Callable[[sa.ColumnElement[str]], sa.ColumnElement[bool]]


class _Glob(FunctionElement[bool]):
    """Arguments: column, the pattern for GLOB, the same for LIKE."""

    type = sa.Boolean()
    inherit_cache = True


class _Contains(FunctionElement[bool]):
    """Arguments: column, the part as a pattern for LIKE. Only for ASCII: SQLite's LIKE folds nothing else, and is fast."""

    type = sa.Boolean()
    inherit_cache = True


class _ContainsFolded(FunctionElement[bool]):
    """Arguments: column, the part with its case folded, the same as a pattern for LIKE."""

    type = sa.Boolean()
    inherit_cache = True


class _JsonText(FunctionElement[str]):
    """Arguments: a column with a JSON object, the path in SQLite's spelling, and in PostgreSQL's."""

    type = sa.Text()
    inherit_cache = True


class _JsonKeys(FunctionElement[str]):
    """Arguments: a column with a JSON object, the path in SQLite's spelling, and in PostgreSQL's; a table, column `key`."""

    inherit_cache = True
    name = "json_keys"


class _JsonTexts(FunctionElement[str]):
    """Argument: a column with a JSON list of texts; a table of one column, `value`."""

    inherit_cache = True
    name = "json_texts"


class _JsonRows(FunctionElement[str]):
    """Arguments: columns; an aggregate over rows, a text with a JSON list of lists."""

    type = sa.Text()
    inherit_cache = True


def json_rows(*columns: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Gather rows as a JSON list of lists, in the order in which they come."""
    return _JsonRows(*columns)


def like_glob(column: sa.ColumnElement[str], pattern: str) -> sa.ColumnElement[bool]:
    """Match a pattern of `*` and `?`; everything else stands for itself."""
    if "*" not in pattern and "?" not in pattern:
        return column == pattern
    like = _escaped(pattern).replace("*", "%").replace("?", "_")
    return _Glob(column, pattern.replace("[", "[[]"), like)


def like_globs(*asked: tuple[sa.ColumnElement[str], str]) -> list[sa.ColumnElement[bool]]:
    """Return that each column is like its pattern; an empty one asks for nothing."""
    return [like_glob(column, pattern) for column, pattern in asked if pattern]


def globs(text: str, pattern: str) -> bool:
    """Tell of a text at hand what `like_glob` asks of a column."""
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def contains(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Match a part of the text, whatever the case of its letters."""
    if text.isascii():
        return _Contains(column, part(text))
    folded = text.casefold()
    return _ContainsFolded(column, folded, part(folded))


def rechecked(column: sa.ColumnElement[str], text: str) -> sa.ColumnElement[bool]:
    """Match as `contains` does, without the planner counting on it: what an index found already is only looked at again."""
    return sa.case((contains(column, text), sa.true()), else_=sa.false())


def part(text: str) -> str:
    """Return the pattern for LIKE of whatever holds this text."""
    return f"%{_escaped(text)}%"


def any_in_json_list(column: sa.ColumnElement[str], matches: Test) -> sa.ColumnElement[bool]:
    """Match rows whose JSON list holds a text that passes the test."""
    element = _JsonTexts(column).table_valued("value")
    return sa.select(sa.literal(1)).select_from(element).where(matches(element.c.value)).exists()


def any_json_key(column: sa.ColumnElement[str], member: str, matches: Test) -> sa.ColumnElement[bool]:
    """Match rows whose JSON object has, in the object that this member is, a key that passes the test."""
    element = _JsonKeys(column, f"$.{member}", f"{{{member}}}").table_valued("key")
    return sa.select(sa.literal(1)).select_from(element).where(matches(element.c.key)).exists()


def json_text(column: sa.ColumnElement[str], *path: str) -> sa.ColumnElement[str]:
    """Return the text of what lies at this path of a JSON object, also of a number; NULL when nothing does."""
    return _JsonText(column, "$." + ".".join(path), "{" + ",".join(path) + "}")


@compiles(_Glob)
def _glob(element: Any, compiler: Any, **options: Any) -> str:
    column, glob, _ = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} GLOB {glob}"


@compiles(_Glob, "postgresql")
def _glob_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, _, like = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} LIKE {like}"


@compiles(_Contains)
def _contains(element: Any, compiler: Any, **options: Any) -> str:
    column, like = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} LIKE {like} ESCAPE '\\'"


@compiles(_ContainsFolded)
def _contains_folded(element: Any, compiler: Any, **options: Any) -> str:
    column, folded, _ = (compiler.process(part, **options) for part in element.clauses)
    return f"instr(hume_casefold({column}), {folded}) > 0"


@compiles(_Contains, "postgresql")
def _contains_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, like = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} ILIKE {like}"


@compiles(_ContainsFolded, "postgresql")
def _contains_folded_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    # Folding case is more than small letters for ß alone, as far as people write it; ILIKE does not know that.
    column, _, like = (compiler.process(part, **options) for part in element.clauses)
    return f"replace(lower({column}), 'ß', 'ss') LIKE {like}"


@compiles(_JsonRows)
def _json_rows(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


@compiles(_JsonRows, "postgresql")
def _json_rows_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **options)}))::text"


@compiles(_JsonText)
def _json_text(element: Any, compiler: Any, **options: Any) -> str:
    column, path, _ = (compiler.process(part, **options) for part in element.clauses)
    return f"CAST(json_extract({column}, {path}) AS TEXT)"


@compiles(_JsonText, "postgresql")
def _json_text_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, _, path = (compiler.process(part, **options) for part in element.clauses)
    return f"(({column})::json #>> ({path})::text[])"


@compiles(_JsonKeys)
def _json_keys(element: Any, compiler: Any, **options: Any) -> str:
    column, path, _ = (compiler.process(part, **options) for part in element.clauses)
    return f"json_each({column}, {path})"


@compiles(_JsonKeys, "postgresql")
def _json_keys_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    column, _, path = (compiler.process(part, **options) for part in element.clauses)
    return f"json_each(coalesce(({column})::json #> ({path})::text[], '{{}}'))"


@compiles(_JsonTexts)
def _json_texts(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_JsonTexts, "postgresql")
def _json_texts_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text(({compiler.process(element.clauses, **options)})::json)"


def _escaped(text: str) -> str:
    # With a backslash, which is what LIKE of PostgreSQL takes unasked.
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
