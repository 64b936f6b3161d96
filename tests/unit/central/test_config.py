# SPDX-License-Identifier: MIT
import socket

import pytest

from humeops.central import config
from humeops.errors import ConfigError

CERTIFICATES = "[listen]\ncert_header = 'X-Subject'\nverify_header = 'X-Verify'\n"
HERE = "[alert]\nurl = 'https://hume.example'\n"
OPENID = "[openid]\nissuer = 'https://login.example'\nclient_id = 'hume'\n"


def load(folder, text):
    (folder / "central.toml").write_text(text)
    chosen = config.load(folder)
    config.check(chosen)
    return chosen


def test_without_a_file_the_database_is_in_the_folder_and_the_machine_names_the_host(tmp_path):
    chosen = load(tmp_path, "")

    assert (chosen.database, chosen.agent_host) == (tmp_path / "central.db", socket.gethostname())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("database = ''", r":1: `database`: it may not be empty"),
        ("database = '/'", r"`database`: / is a folder"),
        ("database = '/proc/x'", r"`database`: no files can be made"),
        ("database = 'nowhere/central.db'", r"`database`: there is no folder"),
        ("[agent]\nhost = ''", r":2: `agent.host`: it may not be empty"),
        ("[agent]\nhost = 'a b:c'", r":2: `agent.host`: a host's name is expected"),
        ("[listen]\nhost = 'a b:c'\nbehind_proxy = true", r"`listen.host`: 'a b:c' is neither"),
        ("[notify]\ninternal = ['intranet']", r"`notify.internal`: 'intranet' is neither an address nor a network"),
        ("[notify]\ncommands = ['tell']", r":2: `notify.commands\[0\]`: a full path is expected"),
        ("[notify]\nzone = 'Mars'", r"`notify.zone`: 'Mars' is no time zone"),
        ("[listen]\ncert_header = 'X-Subject'", r"`listen.verify_header`: one says which"),
        ("[listen]\nverify_header = 'X-Verify'", r"`listen.cert_header`: one says which"),
        ("[listen]\ncert_required = true", r"`listen.cert_required`: nobody says which came"),
        (CERTIFICATES, r"`listen.cert_header`: anybody could say so"),
        (f"{CERTIFICATES}proxies = ['0.0.0.0/0']", r"`listen.cert_header`: anybody could say so"),
        ("[openid]\nclient_id = 'hume'", r"`openid.issuer`: is missing"),
        ("[openid]\nissuer = 'http://login.example'", r"`openid.issuer`: https://"),
        ("[openid]\nissuer = 'https://login.example'", r"`openid.client_id`: is missing"),
        (OPENID, r"`openid.issuer`: `alert.url` has to say"),
        (f"[alert]\nurl = 'http://hume.example'\n{OPENID}", r"`openid.issuer`: `alert.url` has to say"),
        (f"{HERE}{OPENID}client_secret = 'file:x'", r":6: `openid.client_secret`: `file:` is followed by a path"),
        (f"{HERE}{OPENID}[[openid.grant]]\ngroup = 'a'\nrole = 'admin'", r"`openid.grant\[0\].role`"),
        (f"{HERE}{OPENID}[[openid.grant]]\ngroup = 'a'\nrole = 'viewer'\non = 'not tag:x'", r"`openid.grant\[0\].on`"),
        (f"{HERE}{OPENID}[[openid.grant]]\ngroup = 'a'\nrole = 'viewer'\non = ''", "it is empty; leave it out"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path, text, complaint):
    with pytest.raises(ConfigError, match=complaint):
        load(tmp_path, text)

    assert [path.name for path in tmp_path.iterdir()] == ["central.toml"]


def test_a_machines_name_that_is_no_hosts_name_is_mended_and_said(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(socket, "gethostname", lambda: "my host:1")

    assert load(tmp_path, "").agent_host == "my_host_1"
    assert "'my host:1' cannot be a host's name" in caplog.text


def test_an_address_may_lie_in_a_file_that_a_variable_names(tmp_path):
    (tmp_path / "secret").write_text("redis://:p@redis:6379/0\n")

    named = config.load(tmp_path, environ={"HUME_CENTRAL_REDIS_FILE": str(tmp_path / "secret")})
    said = config.load(tmp_path, environ={"HUME_CENTRAL_REDIS_FILE": "/nowhere", "HUME_CENTRAL_REDIS": "redis://redis"})

    assert (named.redis, said.redis) == ("redis://:p@redis:6379/0", "redis://redis")


def test_a_file_of_an_address_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="HUME_CENTRAL_DATABASE_FILE: /nowhere cannot be read"):
        config.load(tmp_path, environ={"HUME_CENTRAL_DATABASE_FILE": "/nowhere"})
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(ConfigError, match="secret is empty"):
        config.load(tmp_path, environ={"HUME_CENTRAL_DATABASE_FILE": str(tmp_path / "secret")})


def test_groups_of_a_provider_grant_what_the_table_says_and_no_more(tmp_path):
    table = "[[openid.grant]]\ngroup = 'ops'\nrole = 'operator'\non = 'tag:web'\n"
    table += "[[openid.grant]]\ngroup = 'all'\nrole = 'viewer'\n"
    chosen = load(tmp_path, f"{HERE}{OPENID}{table}").openid

    assert (chosen.name, chosen.callback) == ("login.example", "https://hume.example/signin/openid/callback")
    assert chosen.rights(["ops", "admins"]) == [("operator", "tag:web")]
    assert chosen.rights(["all", "ops", "ops"]) == [("operator", "tag:web"), ("viewer", "")]
    assert chosen.rights([]) == chosen.rights(["OPS"]) == []


def test_an_entry_that_keeps_nothing_is_refused_since_what_it_names_would_go(tmp_path):
    (tmp_path / "central.toml").write_text(
        '[[retention.keep]]\ntag = "a"\ngood = "7y"\n\n[[retention.keep]]\ntag = "b"\n'
    )

    with pytest.raises(ConfigError, match=r"retention\.keep.*entry 2 names no age"):
        config.load(tmp_path)
