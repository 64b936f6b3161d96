# SPDX-License-Identifier: MIT
"""Channels that can never work are told before anything is told on them; what may be otherwise in a minute is not."""

import sys
import time

import pytest

from humeops.central.notify import reach, trying
from humeops.central.notify.channel import Allowed
from humeops.central.notify.trying import Trial

MAIL = {"type": "mail", "to": ["ops@example.org"], "from": "hume@example.org", "host": "192.0.2.7"}
HOOK = {"type": "webhook"}


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Let a busy machine have its time."""
    monkeypatch.setattr(trying, "PATIENCE_SECONDS", 60.0)


def look(settings, tells=True, **allowed):
    return [(one.setting, one.what) for one in Trial(Allowed(**allowed), tells).faults({"ops": settings})]


@pytest.mark.parametrize(
    ("settings", "setting", "said"),
    [
        ({"type": "command", "argv": ["/no/such"]}, "argv", "list it in `notify.commands`"),
        ({"type": "command", "argv": ["tell"]}, "argv", "full path"),
        ({**MAIL, "to": ["ops at example"]}, "to[0]", "a mail address is expected"),
        ({**MAIL, "username": "u", "password": "file:/no/such/file"}, "password", "there is no such file"),
        ({**MAIL, "username": "u", "password": "env:NO_SUCH_NAME"}, "password", "there is nothing in env:NO_SUCH_NAME"),
        ({**MAIL, "ca_file": "/no/such.pem"}, "ca_file", "can't be read"),
        ({**MAIL, "host": "169.254.169.254"}, "", "not on the internet"),
        ({**HOOK, "url": "https://10.1.2.3/x"}, "", "list it in `notify.internal`"),
        ({**HOOK, "url": "https://[::1]/x"}, "", "not on the internet"),
        ({**HOOK, "url": "http://9.9.9.9/x"}, "url", "use https"),
        ({**HOOK, "url": "nothing"}, "url", "an address is expected"),
        ({**HOOK, "url": "https://9.9.9.9/", "secret": "whsec_!"}, "secret", ""),
        ({"type": "apprise", "url": "nosuch://x"}, "url", "Apprise does not understand"),
        ({"type": "apprise", "url": "json://10.0.0.5/x"}, "", "not on the internet"),
        ({"type": "apprise", "url": "json://[fe80::1%25eth0]:80/x"}, "", "not on the internet"),
        *(
            ({"type": "apprise", "url": f"{scheme}://9.9.9.9/"}, "url", "in the clear")
            for scheme in ("json", "form", "xml", "rsyslog")
        ),
        ({"type": "pigeon"}, "type", "mail, webhook"),
    ],
)
def test_what_can_never_work_is_told_with_its_setting(settings, setting, said):
    ((place, what),) = look(settings)

    assert place == setting
    assert said in what


def test_a_program_that_is_listed_and_cannot_be_run_is_told(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("x")
    for program, said in ((tmp_path / "none", "no such program"), (plain, "no program that can be run")):
        ((_, what),) = look({"type": "command", "argv": [str(program)]}, commands=(str(program),))
        assert said in what


def test_what_works_or_may_work_in_a_minute_is_no_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("HOOK", "https://10.1.2.3/secret")
    there = tmp_path / "password"
    there.write_text("x")

    assert look({"type": "command", "argv": [sys.executable]}, commands=(sys.executable,)) == []
    assert look({**HOOK, "url": "https://no-such-host.invalid/x"}) == []
    assert look({**MAIL, "username": "u", "password": f"file:{there}"}) == []
    assert look({**HOOK, "url": "env:HOOK"}, internal=reach.networks(["10.0.0.0/8"])) == []
    assert look({"type": "apprise", "url": "json://10.0.0.5/x"}, internal=reach.networks(["10.0.0.0/8"])) == []
    for url in (
        "jsons://no-such-host.invalid/x",
        "ntfy://topic",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#ops",
    ):
        assert look({"type": "apprise", "url": url}) == []


def test_whoever_sends_elsewhere_may_have_secrets_that_are_missing_here():
    for secret in ("env:NO_SUCH_NAME", "credential:mail-password"):
        assert look({**MAIL, "username": "u", "password": secret}, tells=False) == []
    assert look({**HOOK, "url": "env:NO_SUCH_NAME"}, tells=False) == []


def test_a_name_server_that_does_not_answer_holds_nothing_up(monkeypatch):
    waited = []

    def resolve(host, port):
        waited.append(host)
        time.sleep(1)
        return []

    monkeypatch.setattr(reach, "resolve", resolve)
    monkeypatch.setattr(trying, "PATIENCE_SECONDS", 0.1)

    assert look({**HOOK, "url": "https://slow.example/x"}) == []
    assert waited == ["slow.example"]
