# SPDX-License-Identifier: MIT
"""Attacks on signing in at an OpenID provider: on the way there and back, and by a provider that lies. None opens anything."""

import base64
import json
import urllib.parse

import pytest
from joserfc import jwk, jwt

from tests.fixtures import openidprovider, processes
from tests.fixtures.browsing import OWN, Visitor
from tests.fixtures.openidscene import FROM_THERE, begin, both, browser, central, come_back, provider, sign_in

__all__ = ["both", "browser", "central", "provider"]


def refused(browser, path):
    seen = come_back(browser, path)
    assert seen.status in (403, 503), seen.status
    assert "set-cookie" not in seen.headers
    assert browser.get("/").status == 401
    return seen


def changed(path, **given):
    head, _, query = path.partition("?")
    return f"{head}?{urllib.parse.urlencode({**dict(urllib.parse.parse_qsl(query)), **given})}"


@pytest.mark.parametrize("state", ["", "x", "A" * 43, "a\0b", "é"])
def test_a_state_of_ones_own_opens_nothing_and_does_not_use_up_the_attempt(provider, browser, state):
    path = begin(browser)

    refused(browser, changed(path, state=state))
    assert come_back(browser, path).status == 303


def test_the_code_of_another_browser_opens_nothing(central, provider, browser):
    """Otherwise somebody would be signed in as whoever sent him here."""
    with Visitor(central) as attacker:
        path = begin(attacker)
    begin(browser)

    refused(browser, path)
    browser.cookie = ""
    refused(browser, path)


def test_an_attempt_counts_once_also_where_the_provider_takes_a_code_twice(provider, browser):
    provider.forgets_codes = False
    path = begin(browser)
    kept = browser.cookie
    assert come_back(browser, path).status == 303

    browser.cookie = kept
    refused(browser, path)


def test_a_code_that_was_used_opens_nothing_to_a_second_attempt(provider, browser):
    first = begin(browser)
    code = dict(urllib.parse.parse_qsl(first.partition("?")[2]))["code"]
    assert come_back(browser, first).status == 303
    browser.cookie = ""

    refused(browser, changed(begin(browser), code=code))


def test_a_code_of_somebody_else_is_of_no_use_without_his_verifier(central, provider, browser):
    with Visitor(central) as victim:
        stolen = dict(urllib.parse.parse_qsl(begin(victim).partition("?")[2]))["code"]

    seen = refused(browser, changed(begin(browser), code=stolen))
    assert "invalid_grant" in seen.text


def test_a_token_that_was_signed_for_another_attempt_is_refused(provider, browser):
    kept = []

    def sign(claims):
        kept.append(provider.signed(claims))
        return kept[0]

    provider.sign = sign
    begun = begin(browser)
    assert come_back(browser, begun).status == 303
    browser.cookie = ""

    refused(browser, begin(browser))


LIES = {
    "another audience": {"aud": "other"},
    "several audiences and no azp": {"aud": [openidprovider.CLIENT, "other"]},
    "of another party": {"aud": [openidprovider.CLIENT, "other"], "azp": "other"},
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "no issuer": {"iss": None},
    "expired": {"exp": 1_000, "iat": 900},
    "made tomorrow": {"iat": 2**40},
    "not yet good": {"nbf": 2**40},
    "no end": {"exp": None},
    "another nonce": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "a subject that is none": {"sub": 7},
    "another access token": {"at_hash": "AAAA"},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_claims_that_do_not_hold_open_nothing(provider, browser, lie):
    provider.lie = lambda claims: {key: value for key, value in {**claims, **lie}.items() if value is not None}

    refused(browser, begin(browser))


def unsigned(claims):
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    return ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts) + "."


def by(key, alg="RS256", kid="k1"):
    return lambda claims: jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])


def altered(provider):
    def make(claims):
        head, _, sign = provider.signed(claims).split(".")
        body = base64.urlsafe_b64encode(json.dumps({**claims, "preferred_username": "pass"}).encode()).rstrip(b"=")
        return f"{head}.{body.decode()}.{sign}"

    return make


@pytest.mark.parametrize(
    "how", ["none", "other key", "unknown key", "public key as secret", "altered", "nonsense", "empty"]
)
def test_what_the_provider_has_not_signed_opens_nothing(provider, browser, how):
    other = jwk.RSAKey.generate_key(2048)
    public = provider.key.as_pem(private=False)
    provider.sign = {
        "none": unsigned,
        "other key": by(other),
        "unknown key": by(other, kid="k9"),
        "public key as secret": by(jwk.OctKey.import_key(base64.b64encode(public)), "HS256"),
        "altered": altered(provider),
        "nonsense": lambda _: "a.b.c",
        "empty": lambda _: "",
    }[how]

    refused(browser, begin(browser))


def test_a_new_key_of_the_provider_is_found(provider, browser):
    with processes.installation() as other:
        (other.root / "central.toml").write_text(provider.settings("http://127.0.0.1:1"))
        other.start_central()
        with Visitor(other) as there:
            assert sign_in(there).status == 303
            new = jwk.RSAKey.generate_key(2048, {"kid": "k2", "use": "sig", "alg": "RS256"})
            provider.published, provider.sign = [provider.key, new], by(new, kid="k2")
            # At most once a minute they are asked for anew: that has not passed yet.
            assert sign_in(there).status == 403


@pytest.mark.parametrize("given", [{"iss": "https://evil.example"}, {"error": "access_denied"}, {"code": ""}])
def test_an_answer_that_is_none_opens_nothing(provider, browser, given):
    refused(browser, changed(begin(browser), **given))


@pytest.mark.parametrize("word", ["next", "redirect", "redirect_uri", "return_to", "RelayState"])
def test_nobody_is_led_elsewhere_afterwards(provider, browser, word):
    evil = "https://evil.example/"
    led = browser.get(f"/signin/openid?{word}={evil}", **OWN)
    assert led.headers["location"].startswith(f"{provider.issuer}/authorize?")
    assert "evil" not in led.headers["location"]

    assert come_back(browser, changed(begin(browser), **{word: evil})).headers["location"] == "/"


def test_another_site_does_not_begin_it(provider, browser):
    seen = browser.get("/signin/openid", **FROM_THERE)

    assert seen.status == 200
    assert "set-cookie" not in seen.headers
    assert "Sign in with The Castle" in seen.text


def test_a_session_is_made_anew_and_the_one_before_ends(central, provider, browser):
    sign_in(browser)
    before = browser.cookie
    path = begin(browser)
    browser.cookie = f"{browser.cookie}; {before}"
    seen = come_back(browser, path)
    assert seen.status == 303
    assert browser.cookie != before

    browser.cookie = before
    assert browser.get("/").status == 401


def test_an_attempt_is_no_session_and_opens_nothing_by_itself(central, browser, provider):
    begin(browser)
    secret = browser.cookie.partition("=")[2]
    browser.cookie = f"hume={secret}"
    assert browser.get("/").status == 401
    browser.cookie = ""
    assert browser.get("/api/v1/tasks", Authorization=f"Bearer {secret}").status == 401
