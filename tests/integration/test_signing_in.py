# SPDX-License-Identifier: MIT
"""Into the pages and out: one link opens one session; without one nothing answers; other sites can do nothing with it."""

import concurrent.futures
import json
import re
import time

import pytest

from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.browsing import OWN, Visitor, make_link, signed_in


@pytest.fixture
def central(installed):
    installed.start_central()
    return installed


@pytest.mark.parametrize("path", ["/", "/events", "/run/12345678", "/static/hume.css", "/no-such-page", "/signout"])
def test_a_stranger_sees_how_to_sign_in_and_nothing_else(central, path):
    with Visitor(central) as stranger:
        seen = stranger.get(path)

    assert seen.status == 401
    assert "hume link" in seen.text
    assert "<script" not in seen.text


def test_a_link_opens_a_session_that_lasts(central):
    with Visitor(central) as visitor:
        entered = visitor.follow(make_link(central))
        seen = visitor.get("/")

    assert (entered.status, entered.headers["location"]) == (303, "/")
    assert all(word in entered.headers["set-cookie"] for word in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="))
    assert seen.status == 200
    assert "No task yet" in seen.text


def test_a_link_works_once_for_whoever_is_first(central):
    link = make_link(central)

    def follow(_):
        with Visitor(central) as visitor:
            return visitor.follow(link).status

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(follow, range(8)))

    assert statuses == [303] + [404] * 7


@pytest.mark.parametrize("link", ["/signin/x", "/signin/hume_l_" + "A" * 43, "/signin/../"])
def test_what_is_no_link_opens_nothing(central, link):
    with Visitor(central) as visitor:
        seen = visitor.follow(link)

    assert seen.status in (401, 404)
    assert not visitor.cookie


def test_signing_out_ends_the_session_and_not_only_the_cookie(central):
    with signed_in(central) as visitor:
        left = visitor.post("/signout", {}, **OWN)
        seen = visitor.get("/")

    assert left.status == 303
    assert seen.status == 401


def test_a_session_is_no_token_and_a_token_no_session(central):
    with signed_in(central) as visitor:
        session = visitor.cookie.partition("=")[2]
        visitor.cookie = f"hume={central.layout.person_token.read_text().strip()}"
        with_token = visitor.get("/")
    with Caller(central, session) as bearer:
        as_bearer = bearer.get("/api/v1/tasks")

    assert as_bearer.status == 401
    assert with_token.status == 401


def test_a_link_is_no_token(central):
    with Caller(central, make_link(central).removeprefix("/signin/")) as bearer:
        assert bearer.get("/api/v1/tasks").status == 401


def test_an_agent_gets_no_link(central):
    with agent_of(central) as agent:
        assert agent.call("POST", "/api/v1/links").status == 403


def test_the_pages_forbid_a_browser_what_they_do_not_need(central):
    with signed_in(central) as visitor:
        policy = visitor.get("/").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {},
    ],
)
def test_another_site_changes_nothing_with_the_session(central, headers):
    with signed_in(central) as visitor:
        refused = visitor.post("/signout", {}, **headers)
        still = visitor.get("/")

    assert refused.status == 401
    assert still.status == 200


def test_a_browser_that_tells_only_its_origin_is_believed_when_it_is_ours(central):
    url = central.layout.central_url.read_text().strip()
    with signed_in(central) as visitor:
        assert visitor.post("/signout", {}, Origin=url).status == 303


def test_the_session_also_opens_the_questions_of_the_api(central):
    with signed_in(central) as visitor:
        assert visitor.get("/api/v1/tasks").status == 200


def test_a_cookie_is_secure_behind_a_proxy_that_is_named(installed):
    installed.layout.central_config.write_text('[listen]\nproxies = ["127.0.0.0/8"]\n')
    installed.start_central()
    with Visitor(installed) as visitor:
        entered = visitor.get(make_link(installed), **{"X-Forwarded-Proto": "https"})
        visitor.cookie = entered.headers["set-cookie"].partition(";")[0]
        over_tls = visitor.get("/", **{"X-Forwarded-Proto": "https"})
        in_the_clear = visitor.get("/", **{"X-Forwarded-Proto": "https, http"})
        unsaid = visitor.get("/")

    assert entered.headers["set-cookie"].startswith("__Host-hume=")
    assert "; Secure" in entered.headers["set-cookie"]
    assert (over_tls.status, in_the_clear.status, unsaid.status) == (200, 401, 401)


def test_nobody_else_is_believed_to_be_a_proxy(central):
    with Visitor(central) as visitor:
        entered = visitor.get(make_link(central), **{"X-Forwarded-Proto": "https"})

    assert "Secure" not in entered.headers["set-cookie"]


def test_a_session_ends_with_the_token_it_came_from(central):
    ends_at = time.time_ns() + 60_000_000_000
    with owner_of(central) as owner:
        body = json.dumps({"name": "short", "role": "viewer", "expires_at": ends_at}).encode()
        token = owner.call("POST", "/api/v1/tokens", body, **{"Content-Type": "application/json"}).body["token"]
    with Caller(central, token) as short, Visitor(central) as visitor:
        entered = visitor.follow(short.call("POST", "/api/v1/links").body["path"])

    (age,) = re.findall(r"Max-Age=(\d+)", entered.headers["set-cookie"])
    assert 0 < int(age) <= 60
    (row,) = central.central_rows("SELECT expires_at FROM credential WHERE kind = 'session' AND name = 'short'")
    assert row[0] == ends_at
