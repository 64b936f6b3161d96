# SPDX-License-Identifier: MIT
"""The command line waits longer than central: it hears that a question takes too long, and does not say that nobody is there."""

from humeops.central.store import postgres, postgresserver, sqlite, sqlitefile
from humeops.cli import client


def test_a_person_hears_what_central_says_of_a_question_that_takes_too_long():
    waits = (
        postgres.READ_SECONDS,
        postgresserver.WAIT_SECONDS,
        sqlite.READ_SECONDS,
        sqlitefile.WAIT_FOR_READER_SECONDS,
    )

    assert max(waits) + 2 < client.TIMEOUT_SECONDS
