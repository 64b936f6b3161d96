# SPDX-License-Identifier: MIT
import importlib.util

import pytest

from humeops.central import addresses, config
from humeops.errors import ConfigError


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://hume@db/hume",
        "postgresql://hume:p%40ss@db:5432/hume?sslmode=verify-full",
        "postgresql://hume@/hume?host=/run/postgresql",
        "postgresql://hume@[::1]:5432/hume",
        "postgresql://hume@one:5432,two:5432/hume",
    ],
)
def test_an_address_of_a_database_is_right(address):
    assert addresses.database_fault(address) == ""


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("postgresql://hume:secret@db", "names no database"),
        ("postgresql://hume:secret@db/", "names no database"),
        ("postgresql://hume:secret@db:port/hume", "port is none"),
        ("postgresql://hume:secret@db:70000/hume", "port is none"),
        ("postgresql://hume:secret@[db/hume", "names no database"),
    ],
)
def test_what_is_wrong_with_an_address_of_a_database_is_told_without_its_password(address, wrong):
    told = addresses.database_fault(address)

    assert wrong in told
    assert "secret" not in told


@pytest.mark.parametrize(
    "address", ["", "redis://db", "rediss://u:p@db:6379/0", "unix:///run/redis.sock", "redis://[::1]:1/"]
)
def test_an_address_of_redis_is_right(address):
    assert addresses.redis_fault(address) == ""


@pytest.mark.parametrize(
    "address",
    ["db:6379", "redis://", "redis://:secret@db:port", "redis://db/one", "unix://db", "redis://[db", "http://db"],
)
def test_an_address_of_redis_that_is_wrong_is_told_without_its_password(address):
    told = addresses.redis_fault(address)

    assert "expected" in told
    assert "secret" not in told


@pytest.mark.parametrize("named", ["127.0.0.1:4873", "[::1]:0", "localhost:80"])
def test_metrics_are_told_on_loopback(named):
    assert addresses.metrics_place(named)[1] in (4873, 0, 80)


@pytest.mark.parametrize("named", ["", "4873", "0.0.0.0:4873", "[::]:1", "db:1", "127.0.0.1:70000"])
def test_metrics_are_told_nowhere_else(named):
    with pytest.raises(ConfigError, match=r"metrics\.listen"):
        addresses.metrics_place(named)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("\ndatabase = 'postgresql://db'", r"central.toml:2: `database`: it names no database"),
        ("redis = 'redis://db:x'", r"central.toml:1: `redis`: it names no server"),
        ("redis = 'db'", r"central.toml:1: `redis`: an address is expected"),
        ("[metrics]\nlisten = '4873'", r"central.toml:2: `metrics.listen`: HOST:PORT is expected"),
    ],
)
def test_a_wrong_address_is_told_with_its_place(tmp_path, text, complaint):
    (tmp_path / "central.toml").write_text(text)

    with pytest.raises(ConfigError, match=complaint):
        config.load(tmp_path, environ={})


def test_packages_that_are_missing_are_told_with_the_mend(tmp_path, monkeypatch):
    (tmp_path / "central.toml").write_text("redis = 'redis://db'\n")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "redis" else find(name, *more))

    with pytest.raises(ConfigError, match=r"`redis`.*pip install 'humeops\[large\]'"):
        config.check(config.load(tmp_path, environ={}))
