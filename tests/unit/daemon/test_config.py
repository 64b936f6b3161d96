# SPDX-License-Identifier: MIT
"""humed's settings: where things are by default, what is refused, and that the paper says the same."""

import pathlib
import re
import socket

import msgspec
import pytest

from humeops.daemon import config
from humeops.errors import ConfigError

PAPER = pathlib.Path(__file__).resolve().parents[3] / "docs/reference/humed-config.md"


def test_without_a_file_everything_is_in_the_one_folder(tmp_path):
    chosen = config.load(tmp_path)

    assert chosen.host == socket.gethostname()
    assert [chosen.socket, chosen.pid_file, chosen.drop, chosen.spool, *chosen.locks] == [
        tmp_path / name for name in ("humed.sock", "humed.pid", "drop", "spool.db", "humed.lock")
    ]
    assert (chosen.central_url_file, chosen.credential_file) == (tmp_path / "central.url", tmp_path / "agent-token")


def test_each_folder_may_be_elsewhere(tmp_path):
    (tmp_path / "humed.toml").write_text(
        'host = "web1"\nruntime_dir = "/r"\nstate_dir = "/s"\ndrop_dir = "/d"\n[central]\ncredential_file = "/c"\n'
    )

    chosen = config.load(tmp_path)

    assert [str(path) for path in (chosen.socket, chosen.pid_file, chosen.spool, *chosen.locks, chosen.drop)] == [
        "/r/humed.sock",
        "/r/humed.pid",
        "/s/spool.db",
        "/s/humed.lock",
        "/r/humed.lock",
        "/d",
    ]
    assert (chosen.host, str(chosen.credential_file)) == ("web1", "/c")


def test_a_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"other\.toml: there is no such file"):
        config.load(tmp_path, tmp_path / "other.toml")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("hots = 'web1'", r":1: no setting `hots`; did you mean `host`\?"),
        ("[central]\n\nurls = ''", r":3: no setting `central.urls`; did you mean `url`\?"),
        ("[central]\nbatch_events = 0", r":2: `central.batch_events`: a whole number of at least 1 is expected"),
        ("[central]\nbatch_events = 5001", r":2: `central.batch_events`"),
        ("[central]\ntimeout_seconds = 0", r":2: `central.timeout_seconds`"),
        ("[central]\ntimeout_seconds = nan", r":2: `central.timeout_seconds`"),
        ("[central]\nretry_longest_seconds = inf", r":2: `central.retry_longest_seconds`"),
        ("[central]\nurl = 'central.example:4863'", r":2: `central.url`"),
        ("[central]\nurl = 'ftp://central.example'", r":2: `central.url`"),
        ("host = 7", r":1: `host`: text is expected, here is a whole number"),
        ("host = '" + "x" * 256 + "'", r":1: `host`"),
        ("host = ''", r":1: `host`: it may not be empty"),
        ("host = 'a/b:c'", r":1: `host`: a host's name is expected, without spaces"),
        ("host = 'a b'", r":1: `host`: a host's name"),
        ("drop_dir = '/dev/null'", r"`drop_dir`: /dev/null cannot be a folder"),
        ("drop_dir = '/dev/null/x'", r"`drop_dir`: /dev/null/x cannot be a folder: /dev/null is no folder"),
        ("state_dir = '/proc/x'", r"`state_dir`: no files can be made in /proc/x"),
        ("runtime_dir = '/sys'", r"`runtime_dir`: no files"),
        ("[central]\nurl = 'http://a:99999'", r"`central.url`: http://a:99999 is no address"),
        ("[central]\nurl = 'http://a:0'", r"`central.url`"),
        ("[central]\nurl = 'http://[a'", r"`central.url`"),
        ("[central]\nurl = 'http://:80'", r"`central.url`"),
        ("central = 7", r":1: `central`"),
        ("host = ?", r":1: not TOML: .*column 8"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, complaint):
    (tmp_path / "humed.toml").write_text(text)

    with pytest.raises(ConfigError, match=r"humed\.toml" + ".*" + complaint) as refused:
        config.load(tmp_path)

    assert "\n" not in str(refused.value)


def _settings(kind, prefix=""):
    found: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            found |= _settings(field.type, f"{field.encode_name}.")
        else:
            found[prefix + field.encode_name] = field.default
    return found


def _told():
    """The settings of the paper's tables, by table, with the default each states."""
    table, told = "", {}
    for line in PAPER.read_text("utf-8").splitlines():
        if header := re.match(r"`\[(\w+)\]`", line):
            table = f"{header[1]}."
        if row := re.match(r"\| `(\w+)` \| ([^|]*) \|", line):
            told[table + row[1]] = row[2].strip()
    return told


def test_the_paper_names_every_setting_and_no_other():
    assert _told().keys() == _settings(config.Settings).keys()


def test_the_paper_states_the_defaults():
    defaults = {
        name: default for name, default in _settings(config.Settings).items() if default not in ("", msgspec.NODEFAULT)
    }
    told = {name: _told()[name] for name in defaults}

    assert {name: _read(text, defaults[name]) for name, text in told.items()} == defaults


def _read(text, default):
    if isinstance(default, bool):
        return {"true": True, "false": False}[text]
    return float(text) if isinstance(default, int | float) else text.strip("`")
