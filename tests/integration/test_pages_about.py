# SPDX-License-Identifier: MIT
"""The form on a task's page: people say what it is for and give it tags; hostile text is shown and does nothing."""

import html
import json
import re
import urllib.parse

import pytest

from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.browsing import OWN, signed_in
from tests.fixtures.events import say
from tests.fixtures.processes import wait_until

HOSTILE = "\"'><script>alert(1)</script>{{ 7 * 7 }}\u202eevil\x1b[31m"


@pytest.fixture
def visitor(backed_up):
    with signed_in(backed_up) as made:
        yield made


@pytest.fixture
def place(host):
    return {"host": host, "task": "backup"}


def page_of(visitor, place):
    return visitor.get(f"/task?{urllib.parse.urlencode(place)}").text


def form_of(page):
    """Return what the form on this page holds, as a browser would send it."""
    (form,) = re.findall(r'<form class="note" action="/about".*?</form>', page, re.DOTALL)
    fields = dict(re.findall(r'name="(\w+)"(?: rows="3")?[^>]*? value="([^"]*)"', form))
    (fields["description"],) = re.findall(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)
    return {name: html.unescape(text).replace("\n", "\r\n") for name, text in fields.items() if name != "csrf"}


def about(backed_up, place):
    with owner_of(backed_up) as owner:
        return owner.get(f"/api/v1/about?{urllib.parse.urlencode(place)}").body


def test_what_is_typed_is_said_and_shown_with_who_and_when(backed_up, visitor, place):
    empty = form_of(page_of(visitor, place))

    typed = {"description": "all dumps\r\nof the shop", "owner": "the team", "tags": "team-a,  night shift ,"}
    seen = visitor.post("/about", {**empty, **typed, "runbook": "https://wiki.example/b"}, **OWN)
    page = page_of(visitor, place)

    assert (seen.status, seen.headers["location"]) == (303, f"/task?{urllib.parse.urlencode(place)}")
    assert '<span class="text">all dumps\nof the shop</span><br>Looked after by <b>the team</b>. ' in page
    assert '<a href="https://wiki.example/b" rel="noreferrer">What to do</a>' in page
    assert 'class="tag given" title="given by owner, ' in page
    assert ">team-a</a></dt><dd><small>owner, " in page
    assert form_of(page)["tags"] == "night shift, team-a"


def test_only_what_was_changed_is_said(backed_up, visitor, place):
    before = form_of(page_of(visitor, place))
    visitor.post("/about", {**before, "owner": "the team"}, **OWN)

    visitor.post("/about", {**before, "tags": "team-a"}, **OWN)
    visitor.post("/about", {**before, "tags": "night"}, **OWN)

    found = about(backed_up, place)
    assert (found["owner"], [one["tag"] for one in found["tags"]]) == ("the team", ["night", "team-a"])


def test_what_is_sent_as_it_stood_is_nobody_s_word(backed_up, visitor, place):
    with owner_of(backed_up) as owner:
        body = json.dumps({**place, "description": f"a\n{HOSTILE}", "tags": ["team-a"]}).encode()
        assert owner.call("PUT", "/api/v1/about", body).status == 200
    before = about(backed_up, place)

    assert visitor.post("/about", form_of(page_of(visitor, place)), **OWN).status == 303

    assert about(backed_up, place) == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"runbook": "javascript:alert(1)"}, "`runbook`: a link begins with https:// or http://"),
        ({"tags": "a:b"}, "is no tag, which is 1 to 64 characters"),
        ({"tags": ",".join(f"t{n}" for n in range(17))}, "17 tags; a task may be given 16 at most"),
        ({"description": "x" * 4_001}, "4000"),
    ],
)
def test_what_cannot_be_meant_is_told_above_the_form_which_stays_as_it_was_typed(
    backed_up, visitor, place, typed, said
):
    form = form_of(page_of(visitor, place))

    seen = visitor.post("/about", {**form, "owner": "the team", **typed}, **OWN)

    assert seen.status == 400
    assert said in html.unescape(seen.text.partition('<p class="wrong" role="alert">')[2].partition("</p>")[0])
    assert '<details class="about" hx-morph-skip open>' in seen.text
    assert form_of(seen.text) == {**form, "owner": "the team", **typed}
    assert about(backed_up, place) == {}


def test_hostile_text_is_shown_and_does_nothing(backed_up, visitor, place):
    form = {**form_of(page_of(visitor, place)), "description": HOSTILE, "owner": HOSTILE, "tags": "x <b>"}

    assert visitor.post("/about", form, **OWN).status == 303

    page = page_of(visitor, place)
    assert "<script>alert" not in page
    assert "<b>\\" not in page
    assert "{{ 7 * 7 }}\\u202eevil\\x1b[31m" in html.unescape(page)
    assert ">x &lt;b&gt;</a>" in page


def test_a_watch_s_word_is_shown_until_people_say_otherwise_and_is_no_link_unless_it_is_one(backed_up, visitor, place):
    with owner_of(backed_up) as owner:
        expect = {"every": "1d", "owner": "ops", "runbook": "javascript:alert(1)", "describe": "nightly"}
        wish = {**place, "expect": expect, "by": "fleet.toml"}
        assert owner.call("POST", "/api/v1/watches", json.dumps(wish).encode()).status == 200

    page = page_of(visitor, place)
    visitor.post("/about", {**form_of(page), "owner": "the team"}, **OWN)
    after = page_of(visitor, place)

    assert "Looked after by <b>ops</b>. " in page
    assert "What to do: javascript:alert(1)" in page
    assert 'href="javascript:' not in page
    assert 'placeholder="ops"' in page
    assert form_of(page)["owner"] == ""
    assert "Looked after by <b>the team</b> <small" in after
    assert '<span class="text">nightly</span> <small' in after


def test_an_alert_says_what_its_task_is_for(backed_up, visitor, place):
    with agent_of(backed_up) as agent, owner_of(backed_up) as owner:
        body = json.dumps({**place, "owner": "the <team>", "runbook": "https://wiki.example/b"}).encode()
        assert owner.call("PUT", "/api/v1/about", body).status == 200
        agent.send(say("log", 90, level="error", message="disk gone"), first=4)
        wait_until(lambda: owner.get("/api/v1/alerts?state=open").body["items"], "it is an alert")

    page = visitor.get("/alert/1").text

    assert "Looked after by <b>the &lt;team&gt;</b>. " in page
    assert '<a href="https://wiki.example/b" rel="noreferrer">What to do</a>' in page


def test_a_form_that_is_not_of_this_session_is_refused(backed_up, visitor, place):
    seen = visitor.post("/about", {**place, "owner": "evil", "csrf": "0" * 64}, **OWN)

    assert seen.status == 403
    assert about(backed_up, place) == {}
