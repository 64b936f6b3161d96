# SPDX-License-Identifier: MIT
"""Signing in at an OpenID provider, on a real hume-central beside a provider that does as it should."""

import concurrent.futures
import json
import urllib.parse

import pytest

from tests.fixtures import openidprovider, processes
from tests.fixtures.asking import owner_of
from tests.fixtures.browsing import OWN, Visitor
from tests.fixtures.openidscene import JSON, as_user, both, browser, central, granted, log, provider, sign_in

__all__ = ["both", "browser", "central", "provider"]


def test_whoever_the_provider_knows_comes_in_with_what_his_groups_grant(central, provider, browser):
    provider.user["groups"].append("choir")

    entered = sign_in(browser)

    assert (entered.status, entered.headers["location"]) == (303, "/")
    assert all(word in entered.headers["set-cookie"] for word in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert browser.get("/").status == 200
    assert browser.get("/audit").status == 403
    assert granted(central, "ines") == {("operator", "tag:web")}
    assert ("openid", "done") in {(one["via"], one["outcome"]) for one in log(central, "actor:ines+act:%22sign+in%22")}


def test_the_way_there_carries_state_nonce_and_pkce_and_no_secret(central, provider, browser):
    led = browser.get("/signin/openid", **OWN)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(led.headers["location"]).query))

    assert query["response_type"] == "code"
    assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
    assert len(query["state"]) == len(query["nonce"]) == 43
    assert query["state"] != query["nonce"]
    secret = led.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert secret.startswith("hume_o_")
    assert secret not in led.headers["location"]
    assert openidprovider.PASSWORD not in led.headers["location"]


def test_the_page_offers_it_and_a_form_beside(central, provider, browser):
    seen = browser.get("/")

    assert seen.status == 401
    assert 'href="/signin/openid"' in seen.text
    assert "Sign in with The Castle" in seen.text
    assert 'name="password"' in seen.text


def test_what_groups_grant_follows_them_at_the_next_sign_in_and_what_was_granted_by_hand_stays(
    central, provider, browser
):
    as_user(provider, "jo", "ops")
    sign_in(browser)
    body = json.dumps({"name": "jo", "role": "viewer", "filter": "host:db*"}).encode()
    with owner_of(central) as owner:
        assert owner.call("POST", "/api/v1/grants", body, **JSON).status == 200
    assert granted(central, "jo") == {("operator", "tag:web"), ("viewer", "host:db*")}

    as_user(provider, "jo", "all")
    sign_in(browser)

    assert granted(central, "jo") == {("viewer", ""), ("viewer", "host:db*")}


def test_nobody_becomes_an_admin_and_a_stranger_nothing(central, provider, browser):
    as_user(provider, "kim", "admins", "root")

    refused = sign_in(browser)

    assert refused.status == 403
    assert "nothing is granted to you" in refused.text
    assert granted(central, "kim") is None


def test_somebody_an_admin_added_comes_in_without_a_group(central, provider, browser):
    as_user(provider, "waits")

    assert sign_in(browser).status == 303
    assert granted(central, "waits") == {("viewer", "host:db1")}


@pytest.mark.parametrize("name", ["pass", "gone"])
def test_a_name_that_is_taken_or_disabled_opens_nothing(central, provider, browser, name):
    as_user(provider, name, "all", "ops")

    assert sign_in(browser).status == 403
    assert browser.get("/").status == 401


def test_a_name_is_not_inherited_by_another_identity(central, provider, browser):
    as_user(provider, "liv", "all", sub="first")
    assert sign_in(browser).status == 303

    as_user(provider, "liv", "all", sub="second")
    browser.cookie = ""
    assert sign_in(browser).status == 403


def test_somebody_who_was_renamed_there_is_the_same_here(central, provider, browser):
    as_user(provider, "mia", "all", sub="mia-1")
    sign_in(browser)
    as_user(provider, "mia.new", "ops", sub="mia-1")

    assert sign_in(browser).status == 303
    assert granted(central, "mia") == {("operator", "tag:web")}
    assert granted(central, "mia.new") is None


@pytest.mark.parametrize("name", ["", "a b", "../x", "o'neill", "x" * 200, 7, None, ["ines"]])
def test_a_name_that_is_none_here_is_refused(provider, browser, name):
    provider.user = {"sub": "odd", "preferred_username": name, "groups": ["all"]}

    assert sign_in(browser).status == 403


def test_groups_may_be_told_beside_what_is_signed_but_of_the_same_one_only(central, provider, browser):
    provider.user = {"sub": "nia-1", "preferred_username": "nia"}
    provider.beside = {"sub": "somebody-else", "groups": ["ops"]}
    provider.more = {"userinfo_endpoint": f"{provider.issuer}/userinfo"}
    with processes.installation() as other:
        # What it says of itself is kept for an hour: another central asks anew.
        (other.root / "central.toml").write_text(provider.settings("http://127.0.0.1:1"))
        other.start_central()
        with Visitor(other) as there:
            assert sign_in(there).status == 403
            provider.beside = {"sub": "nia-1", "groups": ["ops"], "preferred_username": "root"}
            assert sign_in(there).status == 303
        found = [(line["outcome"], line["via"]) for line in log(other, "actor:nia")]
        assert found == [("done", "openid"), ("refused", "")]
        assert granted(other, "nia") == {("operator", "tag:web")}


def test_signing_out_ends_the_session_and_leads_to_where_the_providers_own_ends(provider, browser):
    sign_in(browser)
    held = browser.cookie
    out = browser.post("/signout", {}, **OWN)
    assert (out.status, out.headers["location"]) == (303, "/signin/openid/out")

    browser.cookie = held
    assert browser.get("/").status == 401
    seen = browser.get("/signin/openid/out")
    assert f'href="{provider.issuer}/end?client_id=hume&amp;post_logout_redirect_uri=' in seen.text


def test_a_session_ends_sooner_than_one_by_password(provider, browser):
    entered = sign_in(browser)
    age = int(entered.headers["set-cookie"].partition("Max-Age=")[2].partition(";")[0])

    assert 11 * 3_600 < age <= 12 * 3_600


def test_a_provider_that_is_away_keeps_nobody_from_signing_in_otherwise(tmp_path):
    with processes.installation() as central:
        away = openidprovider.Provider()
        away.port = 1
        (central.root / "central.toml").write_text(away.settings("http://127.0.0.1:1"))
        central.start_central()
        with Visitor(central) as browser:
            seen = browser.get("/signin/openid", **OWN)
            assert seen.status == 503
            assert "cannot be asked now" in seen.text
            assert 'name="password"' in seen.text
            assert browser.get("/signin/openid/out").status == 200
            # Each attempt costs central something, and whoever makes it nothing.
            assert 429 in hurried(central, 200)


def hurried(central, count):
    """The statuses of so many attempts, made by some at once: on a slow machine one after the other would be slow enough."""

    def attempt(_number):
        with Visitor(central) as browser:
            return browser.get("/signin/openid", **OWN).status

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        return set(pool.map(attempt, range(count)))


def test_without_a_provider_there_is_no_such_way(installed):
    installed.start_central()
    with Visitor(installed) as browser:
        for path in ("/signin/openid", "/signin/openid/callback?code=x&state=y", "/signin/openid/out"):
            assert browser.get(path, **OWN).status == 404
        assert "openid" not in browser.get("/").text
