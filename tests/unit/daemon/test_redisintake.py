# SPDX-License-Identifier: MIT
"""humed's way straight into Redis, before anything is connected: which addresses it takes, and what it says without its credential."""

import pytest

from humeops.daemon import config, destination
from humeops.daemon.httpintake import HttpIntake
from humeops.daemon.redisintake import RedisIntake
from humeops.errors import ConfigError, UnavailableError
from humeops.wire import batch

EPOCH = "0b9cbb6e-92b2-4a53-9c8e-000000000001"


def load(folder, url):
    (folder / "humed.toml").write_text(f"[central]\nurl = '{url}'\n")
    return config.load(folder)


@pytest.mark.parametrize(
    "url",
    [
        "rediss://hume-agent-12@redis.example:6379/0",
        "redis://hume-agent-1@127.0.0.1:6379",
        "unix://hume-agent-3@/run/redis.sock",
    ],
)
def test_the_address_tells_the_way(tmp_path, url):
    assert isinstance(destination.find(load(tmp_path, url)), RedisIntake)


def test_without_one_it_is_http(tmp_path):
    assert isinstance(destination.find(load(tmp_path, "http://127.0.0.1:4863")), HttpIntake)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("rediss://redis.example", "hume-agent-NUMBER"),
        ("rediss://somebody@redis.example", "hume-agent-NUMBER"),
        ("rediss://hume-agent-1@", "hume-agent-NUMBER"),
        ("rediss://hume-agent-1@redis.example:port", "hume-agent-NUMBER"),
        ("redis://hume-agent-1@redis.example", "in the clear"),
        ("rediss://hume-agent-1:secret@redis.example", "does not belong here"),
    ],
)
def test_an_address_that_is_wrong_or_unsafe_is_refused_with_its_place(tmp_path, url, complaint):
    with pytest.raises(ConfigError, match=complaint) as refused:
        load(tmp_path, url)

    assert "humed.toml:2: `central.url`" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("password", [None, "pass word"])
def test_without_its_credential_it_waits(tmp_path, password):
    chosen = load(tmp_path, "unix://hume-agent-3@/nowhere/redis.sock")
    if password:
        chosen.credential_file.write_text(password)

    with pytest.raises(UnavailableError, match="credential") as waits:
        destination.find(chosen).send(batch.pack_batch(EPOCH, 1, 0, []))

    assert "pass word" not in str(waits.value)


def test_a_redis_that_is_away_is_told_as_that(tmp_path):
    chosen = load(tmp_path, "unix://hume-agent-3@/nowhere/redis.sock")
    chosen.credential_file.write_text("password\n")

    with pytest.raises(UnavailableError, match="central's Redis does not answer"):
        destination.find(chosen).send(batch.pack_batch(EPOCH, 1, 0, []))
