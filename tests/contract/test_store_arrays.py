# SPDX-License-Identifier: MIT
"""Arrays as they are sent to PostgreSQL: it reads what was meant."""

import psycopg
import pytest

from humeops.central.store import arrays

VALUES: dict[str, list[object]] = {
    "boolean": [True, False, None],
    "bytea": [b"", b"\0\xff" * 8, None],
    "bigint": [0, -1, 2**63 - 1, -(2**63), None],
    "smallint": [0, -1, 32_767, -32_768, None],
    "integer": [0, -1, 2**31 - 1, -(2**31), None],
    "text": ["", "naïve, ünïcode 🎉", '"quoted" {braces}, NULL', None],
    "double precision": [0.0, -1.5, 1e300, None],
}


@pytest.fixture(scope="module")
def connection(server):
    with server.database() as url, psycopg.connect(url, autocommit=True) as made:
        yield made


@pytest.mark.parametrize("type_name", VALUES)
@pytest.mark.parametrize("kept", ["some null", "no null", "one", "none"])
def test_an_array_arrives_as_it_was_sent(connection, type_name, kept):
    values = VALUES[type_name]
    column = {"some null": values, "no null": values[:-1], "one": values[:1], "none": []}[kept]

    ((found,),) = connection.execute(f"SELECT %b::{type_name}[]", (arrays.array(type_name, column),)).fetchall()

    assert found == column


@pytest.mark.parametrize(
    ("type_name", "value", "error"),
    [
        ("bigint", 2**63, OverflowError),
        ("smallint", 32_768, OverflowError),
        ("text", "\ud800", UnicodeError),
        ("text", 1, TypeError),
        ("bytea", "text", TypeError),
    ],
)
@pytest.mark.parametrize("others", [[], [None]])
def test_a_value_that_its_type_does_not_hold_is_refused(type_name, value, error, others):
    with pytest.raises(error):
        arrays.array(type_name, [value, *others])
