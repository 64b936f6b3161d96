# SPDX-License-Identifier: MIT
"""A database that cannot hold whatever hosts say is refused at the start, not event by event."""

import pytest

from humeops.central import config
from humeops.cli import central
from tests.fixtures import postgres


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
@pytest.mark.parametrize("verb", ["init", "watcher"])
def test_a_database_of_another_encoding_is_refused_in_one_line(server, encoding, verb, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(config.DATABASE_VARIABLE, postgres.make_database(server._url, encoding))

    status = central.main([verb, "--dir", str(tmp_path)])

    said = capsys.readouterr().err
    assert status == 78
    assert f"has the encoding {encoding}" in said
    assert "createdb -E UTF8" in said
    assert len(said.splitlines()) == 1
