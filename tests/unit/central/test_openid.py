# SPDX-License-Identifier: MIT
"""The provider as central asks it: seldom, never for long, and only at addresses that nobody on the way reads."""

import json
import threading

import pytest
import urllib3

from humeops.central.openid import attempt, identity, provider
from humeops.central.openid.identity import OpenIdError
from humeops.central.openid.settings import OpenId, OpenIdSettings
from humeops.clock import FakeClock
from humeops.errors import UnavailableError

ISSUER = "https://login.example"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "end_session_endpoint": f"{ISSUER}/end?x=1",
    "jwks_uri": f"{ISSUER}/keys",
}
ATTEMPT = attempt.of("hume_o_x")


class Answer:
    def __init__(self, status, body):
        self.status, self._body = status, body

    def read(self, most):
        return self._body[:most]

    def close(self):
        pass


class Pool:
    """Answers what it is told to, and counts."""

    def __init__(self, metadata=METADATA, status=200):
        self.asked = []
        self.body, self.status, self.fails = json.dumps(metadata).encode(), status, None

    def request(self, method, url, **given):
        self.asked.append((method, url, given))
        if self.fails is not None:
            raise self.fails
        return Answer(self.status, self.body)


def made(pool):
    clock = FakeClock()
    one = provider.Provider(
        OpenId(OpenIdSettings(ISSUER, "hume"), "https://hume.example/signin/openid/callback"), clock
    )
    one._pool = pool
    return one, clock


def test_what_it_says_of_itself_is_asked_for_once_an_hour_and_nothing_is_followed():
    pool = Pool()
    one, clock = made(pool)
    for _ in range(3):
        assert one.way(ATTEMPT).startswith(f"{ISSUER}/authorize?response_type=code&client_id=hume&")
    clock.advance(3_601)
    one.way(ATTEMPT)

    assert [url for _, url, _ in pool.asked] == [f"{ISSUER}/.well-known/openid-configuration"] * 2
    assert all(given["redirect"] is False for *_, given in pool.asked)


def test_one_that_is_away_is_left_alone_for_some_seconds():
    pool = Pool()
    pool.fails = urllib3.exceptions.ConnectTimeoutError(None, "x", "timed out")
    one, clock = made(pool)
    for _ in range(50):
        with pytest.raises(UnavailableError):
            one.way(ATTEMPT)
        assert one.farewell() == ""
    assert len(pool.asked) == 1

    pool.fails = None
    clock.advance(6)
    assert one.way(ATTEMPT)


def test_no_more_than_a_few_wait_for_one_that_hangs(monkeypatch):
    monkeypatch.setattr(provider, "_TURN_SECONDS", 0.01)
    answered, going = threading.Event(), threading.Semaphore(0)

    class Hanging(Pool):
        def request(self, method, url, **given):
            going.release()
            answered.wait(10)
            return super().request(method, url, **given)

    one, _ = made(Hanging())
    threads = [threading.Thread(target=one.farewell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in threads:
        going.acquire()

    with pytest.raises(UnavailableError, match="slow"):
        one.way(ATTEMPT)
    answered.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {**METADATA, "issuer": "https://evil.example"},
        {**METADATA, "authorization_endpoint": "http://login.example/authorize"},
        {**METADATA, "authorization_endpoint": "javascript:alert(1)"},
        {**METADATA, "authorization_endpoint": 7},
        [],
    ],
)
def test_one_that_says_nonsense_of_itself_leads_nowhere(metadata):
    one, _ = made(Pool(metadata))

    with pytest.raises(UnavailableError):
        one.way(ATTEMPT)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"a": "' + b"x" * 300_000 + b'"}', b"\xff"])
def test_what_is_no_answer_is_none(body):
    pool = Pool()
    pool.body = body
    one, _ = made(pool)

    with pytest.raises(UnavailableError, match="does not answer as one"):
        one.way(ATTEMPT)


def test_the_way_out_leads_back_here_and_only_by_https():
    assert made(Pool())[0].farewell() == (
        f"{ISSUER}/end?x=1&client_id=hume&post_logout_redirect_uri=https%3A%2F%2Fhume.example%2F"
    )
    assert made(Pool({**METADATA, "end_session_endpoint": "http://login.example/end"}))[0].farewell() == ""


@pytest.mark.parametrize("verified", [None, False, "true"])
def test_an_address_names_somebody_only_if_the_provider_has_verified_it(verified):
    claims = {"sub": "1", "email": "ada@example.net"}
    with pytest.raises(OpenIdError, match="not verified"):
        identity.read(ISSUER, {**claims, "email_verified": verified}, "email", "groups")

    assert identity.read(ISSUER, {**claims, "email_verified": True}, "email", "groups").name == "ada@example.net"


def test_what_goes_with_an_attempt_is_of_its_secret_and_of_nothing_else():
    one, other = attempt.of("hume_o_a"), attempt.of("hume_o_b")

    assert one == attempt.of("hume_o_a")
    assert len({*one, *other}) == 6
