# SPDX-License-Identifier: MIT
"""Secrets in arguments stay on the host: by the name they go under, in each form people write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from humeops.daemon.redaction import HIDDEN, redact
from humeops.event import MAX_ARG


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["--password=s3cret"], ["--password=***"]),
        (["--password", "s3cret", "next"], ["--password", "***", "next"]),
        (["--api-token=a=b"], ["--api-token=***"]),
        (["-token", "x"], ["-token", "***"]),
        (["--pass", "-dash"], ["--pass", "***"]),
        (["DB_PASSWORD=x"], ["DB_PASSWORD=***"]),
        (["AWS_SECRET_ACCESS_KEY=x"], ["AWS_SECRET_ACCESS_KEY=***"]),
        (["--secret"], ["--secret"]),
        (["--key", "--verbose"], ["--key", "--verbose"]),
        (["-p", "s3cret"], ["-p", "***"]),
        (["-ps3cret"], ["-p***"]),
        (["-psecret"], ["-p***"]),
        (["-pmypassword", "shop"], ["-p***", "***"]),
        (["-passin", "pass:x"], ["-passin", "***"]),
        (["-H", "Authorization: Bearer abc"], ["-H", "Authorization: ***"]),
        (["X-Api-Key: abc"], ["X-Api-Key: ***"]),
        (["mysql://root:s3cret@db1/shop"], ["mysql://root:***@db1/shop"]),
        (["--url=https://me:s3:cret@h/?a=b"], ["--url=https://me:***@h/?a=b"]),
        (["--password=two\nlines"], ["--password=***"]),
    ],
)
def test_the_value_of_a_name_that_speaks_of_a_secret_is_hidden(said, told):
    assert redact(said) == told


@pytest.mark.parametrize(
    "said",
    [
        ["--verbose", "/srv/www", "a=b"],
        ["--author=me", "--keyboard=de"],
        ["https://example.com/a:b@c", "ssh://git@host/repo"],
        ["10:30", "host: web1"],
        [],
    ],
)
def test_what_is_no_secret_stays_readable(said):
    assert redact(said) == said


@given(st.lists(st.text(max_size=40), max_size=8))
def test_whatever_is_said_as_many_arguments_are_told(said):
    assert len(redact(said)) == len(said)


@pytest.mark.parametrize("said", ["KEY" * 85 + "=", f"{'a' * 250}://:@", "-p" + "x" * 254])
def test_no_argument_outgrows_the_events_limit(said):
    assert len(said) <= MAX_ARG
    assert len(redact([said])[0]) <= MAX_ARG


@given(st.text(min_size=1, max_size=60).filter(lambda text: text not in "--token=" and HIDDEN not in text))
def test_no_value_escapes_the_name_that_hides_it(secret):
    assert redact([f"--token={secret}"]) == ["--token=***"]
