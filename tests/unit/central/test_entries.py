# SPDX-License-Identifier: MIT
"""What an agent writes into its own stream, and is no batch, costs the log a line."""

import pytest

from humeops.central import intake
from humeops.central.stream import folding
from humeops.central.stream.inbox import Entry


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 500, b'{"v":1}', b'{"v":"' + b"x" * 5_000 + b'"}'])
def test_an_entry_that_is_no_batch_is_one_short_line_of_the_log(body, caplog):
    entry = Entry(0, b"1-0", intake.Agent(1, "db1"), 0, body, b"hume:agent:1", is_direct=True)

    assert folding.open_entry(entry, buried=False) is None

    (record,) = caplog.records
    assert record.exc_info is None
    assert record.getMessage().startswith("an entry of db1 is no batch: ")
    assert len(record.getMessage()) < 300
