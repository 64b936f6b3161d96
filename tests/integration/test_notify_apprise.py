# SPDX-License-Identifier: MIT
"""Apprise's services, by a real receiver of its plainest one."""

import json

import pytest

from humeops.central.notify import channel as channel_module
from humeops.central.notify import channels, reach
from humeops.central.notify.channels import RefusedError, UnreachableError
from humeops.central.notify.wording import Wording
from tests.fixtures import telling

LOOPBACK = channel_module.Allowed(internal=reach.networks(["127.0.0.0/8"]))
WORDING = Wording(zone="UTC")


def _tell(url, allowed=LOOPBACK, **given):
    channel = channels.read({"type": "apprise", "url": url, "timeout": 20} | given, "chat")
    channels.deliver(channel, telling.message(), WORDING, telling.AT, allowed)


def test_a_service_is_told_subject_and_text():
    with telling.receiver() as other:
        _tell(f"json://127.0.0.1:{other.port}/T0KEN")

    (post,) = other.posts
    told = json.loads(post.body)
    assert told["title"] == "[hume] backup on db1 failed: exit 3 at line 41, after db-dumped"
    assert "What it said last" in told["message"]


def test_no_service_leads_inside():
    with telling.receiver() as other:
        with pytest.raises(RefusedError, match=r"not on the internet; if that is meant, list it in `notify.internal`"):
            _tell(f"json://127.0.0.1:{other.port}/", allowed=channel_module.NOTHING)

        assert other.posts == []


def test_no_service_is_led_inside_by_another():
    with telling.receiver() as secret, telling.receiver() as other:
        other.status, other.headers = 307, {"Location": f"http://127.0.0.2:{secret.port}/"}
        with pytest.raises(RefusedError, match=r"127.0.0.2 is not on the internet"):
            _tell(
                f"json://127.0.0.1:{other.port}/",
                allowed=channel_module.Allowed(internal=reach.networks(["127.0.0.1/32"])),
            )

        assert secret.posts == []


def test_what_a_service_answers_is_told_without_its_address():
    with telling.receiver() as other:
        other.status = 503
        with pytest.raises(UnreachableError, match="the service answered 503") as raised:
            _tell(f"json://127.0.0.1:{other.port}/T0KEN")

    assert "T0KEN" not in str(raised.value)


def test_certificates_are_not_left_unlooked_at():
    with pytest.raises(RefusedError, match="verify=no"):
        _tell("jsons://127.0.0.1/?verify=no")


def test_an_address_that_apprise_does_not_know_is_refused():
    with pytest.raises(RefusedError, match="Apprise does not understand this address"):
        _tell("nosuchservice://T0KEN")
