# SPDX-License-Identifier: MIT
"""A verb of hume-central that is not told where the database is makes none: it would speak of an empty one."""

import pytest

from humeops.central import config
from humeops.cli import central

VERBS = [
    ["api"],
    ["worker"],
    ["watcher"],
    ["notifier"],
    ["token", "grafana", "--role", "viewer"],
    ["enroll-token", "db1"],
    ["agents"],
    ["user", "list"],
    ["retention"],
    ["retention", "--dry-run"],
    ["dead"],
    ["dead", "retry", "--all"],
    ["backup", "/tmp"],
    ["rebuild"],
    ["agent-redis", "db1"],
]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_a_verb_without_its_database_makes_none_and_says_what_names_it(verb, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv(config.DATABASE_VARIABLE, raising=False)
    monkeypatch.setenv(config.REDIS_VARIABLE, "redis://127.0.0.1:1")

    status = central.main([*verb, "--dir", str(tmp_path)])

    assert status == 78
    said = capsys.readouterr().err
    assert "there is no database" in said
    assert config.DATABASE_VARIABLE in said
    assert "--dir" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["init", "migrate", "watcher"])
def test_a_server_that_is_away_is_one_line_and_a_status_that_says_try_again(verb, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(config.DATABASE_VARIABLE, f"postgresql://hume@/hume?host={tmp_path}")

    status = central.main([verb, "--dir", str(tmp_path)])

    (said,) = capsys.readouterr().err.splitlines()
    assert status == 75
    assert "the database does not answer" in said
