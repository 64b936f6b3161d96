# SPDX-License-Identifier: MIT
"""`[outputs]`: what is refused, and in which words."""

import pytest

from humeops.daemon import config
from humeops.errors import ConfigError

WRONG = {
    '[[outputs.syslog]]\nto = "udp://x"': r":2: `outputs.syslog\[0\].to`: udp://x: unix:/PATH, udp://HOST:PORT",
    '[[outputs.syslog]]\nto = "tcp://x:70000"': "HOST:PORT is expected",
    '[[outputs.syslog]]\nto = "tcp://[x]:1"': "HOST:PORT is expected",
    '[[outputs.file]]\npath = "events"': "the path of a file is expected, from the root on",
    "[[outputs.file]]": "path",
    '[[outputs.file]]\npath = "/x"\nrotate = 1': "no setting `outputs.file",
    "[[outputs.syslog]]\n[[outputs.syslog]]": "two outputs are called syslog",
    '[[outputs.syslog]]\n[[outputs.file]]\npath = "/x"\nname = "syslog"': "two outputs are called syslog",
    '[[outputs.syslog]]\nname = "../x"': "it has not the form it must have",
    '[[outputs.syslog]]\nstructured_id = "a]b"': "it has not the form it must have",
    '[[outputs.file]]\npath = "/x"\nsync = "batch"': "no such value",
    "[central]\nforward = false": "with nothing forwarded somebody else has to have the events",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_work_is_told_with_its_place(tmp_path, text):
    (tmp_path / "humed.toml").write_text(text)

    with pytest.raises(ConfigError, match=WRONG[text]) as refused:
        config.load(tmp_path)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("to", ["unix:/dev/log", "udp://127.0.0.1:514", "tcp://[::1]:601", "tcp://logs.example:601"])
def test_addresses_that_work(tmp_path, to):
    (tmp_path / "humed.toml").write_text(f'[central]\nforward = false\n[[outputs.syslog]]\nto = "{to}"\n')

    assert config.load(tmp_path).outputs.syslog[0].to == to
