# SPDX-License-Identifier: MIT
"""Webhooks, by a real receiver."""

import base64
import hashlib
import hmac
import json
import socket

import pytest

from humeops.central.notify import channel as channel_module
from humeops.central.notify import channels, reach
from humeops.central.notify.channels import RefusedError, UnreachableError
from humeops.central.notify.wording import Wording
from tests.fixtures import telling

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
LOOPBACK = channel_module.Allowed(internal=reach.networks(["127.0.0.0/8", "::1"]))
WORDING = Wording(zone="UTC")


def _tell(url, message=None, allowed=LOOPBACK, **given):
    channel = channels.read({"type": "webhook", "url": url, "timeout": 5} | given, "chat")
    channels.deliver(channel, message or telling.message(), WORDING, telling.AT, allowed)


def test_the_message_arrives_as_json_with_its_key():
    with telling.receiver() as other:
        _tell(f"http://127.0.0.1:{other.port}/hook?a=1", headers={"Authorization": "Bearer x"})

    (post,) = other.posts
    told = json.loads(post.body)
    assert (post.path, post.headers["authorization"]) == ("/hook?a=1", "Bearer x")
    assert post.headers["idempotency-key"] == post.headers["webhook-id"] == told["data"]["key"] == "t-17:ops"
    assert (told["type"], told["timestamp"]) == ("hume.problem", "2026-11-28T02:15:02Z")
    assert told["data"]["items"][0]["reason"] == "exit 3 at line 41, after db-dumped"
    assert "webhook-signature" not in post.headers


def test_the_signature_is_that_of_standard_webhooks():
    old = "whsec_" + base64.b64encode(b"o" * 32).decode()
    with telling.receiver() as other:
        _tell(f"http://127.0.0.1:{other.port}/", secret=SECRET, old_secret=old)

    (post,) = other.posts
    signed = f"{post.headers['webhook-id']}.{post.headers['webhook-timestamp']}.".encode() + post.body
    expected = ["v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in (KEY, b"o" * 32)]
    assert post.headers["webhook-signature"].split() == expected
    assert post.headers["webhook-timestamp"] == str(telling.AT // 10**9)


def test_tls_by_a_certificate_of_ones_own_and_not_without(tmp_path):
    certificate = telling.certificate(tmp_path)
    with telling.receiver(certificate) as other:
        _tell(f"https://localhost:{other.port}/", ca_file=str(certificate))
        with pytest.raises(UnreachableError, match="the certificate of localhost is not accepted"):
            _tell(f"https://localhost:{other.port}/")

    assert len(other.posts) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, RefusedError), (410, RefusedError), (301, RefusedError), (429, UnreachableError), (503, UnreachableError)],
)
def test_the_status_decides_whether_to_try_again(status, error):
    with telling.receiver() as other:
        other.status = status
        with pytest.raises(error, match=str(status)):
            _tell(f"http://127.0.0.1:{other.port}/")


def test_a_redirect_is_not_followed():
    with telling.receiver() as secret, telling.receiver() as other:
        other.status, other.headers = 307, {"Location": f"http://127.0.0.1:{secret.port}/"}
        with pytest.raises(RefusedError, match="which is not followed"):
            _tell(f"http://127.0.0.1:{other.port}/")

    assert secret.posts == []


def test_how_long_the_other_side_wants_peace_is_handed_on():
    with telling.receiver() as other:
        other.status, other.headers = 429, {"Retry-After": "120"}
        with pytest.raises(UnreachableError) as raised:
            _tell(f"http://127.0.0.1:{other.port}/")

    assert raised.value.wait_seconds == 120


def test_an_answer_without_an_end_has_its_time_and_no_more():
    with telling.receiver() as other:
        other.dribble = True
        with pytest.raises(UnreachableError):
            _tell(f"http://127.0.0.1:{other.port}/", timeout=1)


@pytest.mark.parametrize("raw", [b"", b"\x00" * 100, b"HTTP/1.1 2OO\r\n\r\n", b"HTTP/1.1 200 " + b"x" * 100_000])
def test_an_answer_that_is_none_is_tried_again(raw):
    with telling.receiver() as other:
        other.raw = raw or b"\r\n"
        with pytest.raises(UnreachableError):
            _tell(f"http://127.0.0.1:{other.port}/")


def test_a_huge_body_of_the_answer_is_not_read():
    with telling.receiver() as other:
        other.raw = b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n" + b"x" * 3_000_000
        _tell(f"http://127.0.0.1:{other.port}/")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0"])
def test_an_address_inside_is_refused_in_every_way_to_write_it(host):
    with telling.receiver() as other:
        url = f"http://{host}:{other.port}/"
        with pytest.raises(RefusedError, match=r"not on the internet; if that is meant, list it in `notify.internal`"):
            _tell(url, allowed=channel_module.NOTHING)

    assert other.posts == []


def test_a_name_that_leads_elsewhere_the_second_time_is_not_asked_a_second_time(monkeypatch):
    answers = iter(["93.184.215.14", "127.0.0.1"])
    asked = []
    with telling.receiver() as other:

        def resolve(host, port, *_, **__):
            asked.append(host)
            address = host if host[0].isdigit() else next(answers)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        def connect(place, seconds):
            asked.append(place[0])
            raise ConnectionRefusedError(111, "refused")

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(socket, "create_connection", connect)
        with pytest.raises(UnreachableError):
            _tell(f"https://rebinding.example:{other.port}/", allowed=channel_module.NOTHING)

    assert asked == ["rebinding.example", "93.184.215.14"]


def test_no_error_shows_the_address_or_a_secret():
    with telling.receiver() as other:
        other.status = 500
        with pytest.raises(UnreachableError) as raised:
            _tell(f"http://127.0.0.1:{other.port}/hooks/T0KEN", secret=SECRET, headers={"X-Key": "T0KEN"})

    assert "T0KEN" not in str(raised.value)
