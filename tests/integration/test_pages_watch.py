# SPDX-License-Identifier: MIT
"""A watch is made, changed, paused and removed on a page, without JavaScript; by whom that may, with the checks of the command line."""

import html
import json
import re

import pytest

from tests.fixtures.asking import owner_of
from tests.fixtures.browsing import OWN, Visitor, signed_in

PASSWORD = "correct horse battery"
PLACE = {"host": "db1", "task": "copy", "tag": ""}


@pytest.fixture
def central(installed):
    installed.start_central()
    return installed


def watch(central, task="copy"):
    with owner_of(central) as owner:
        return next(iter(owner.get(f"/api/v1/watches?task={task}").body["items"]), None)


def form_of(page):
    """Return what the page's form holds, as a browser would send it."""
    form = page.partition('action="/watch"')[2].partition("</form>")[0]
    found = {}
    for element in re.findall(r"<input [^>]*>", form):
        given = dict(re.findall(r'(name|value)="([^"]*)"', element))
        found[html.unescape(given["name"])] = html.unescape(given.get("value", ""))
    return {name: text for name, text in found.items() if name != "csrf"}


def test_a_watch_is_made_changed_paused_and_removed(central):
    with signed_in(central) as visitor:
        made = visitor.post("/watch", {**PLACE, "every": "1d", "limits": "rows > 0"}, **OWN)
        assert (made.status, made.headers["location"]) == (303, "/task?host=db1&task=copy")
        assert watch(central)["expect"] == {"every": "1d", "limits": "rows > 0"}
        central.hume("watch", "add", "db1:copy", "--owner", "ops")

        filled = form_of(visitor.get("/watch?host=db1&task=copy").text)
        assert (filled["every"], filled["owner"]) == ("1d", "ops")
        before = watch(central)["words"]["owner"]
        assert visitor.post("/watch", {**filled, "every": "", "cron": "15 3 * * *", "limits": ""}, **OWN).status == 303
        assert watch(central)["expect"] == {"cron": "15 3 * * *", "owner": "ops"}
        assert watch(central)["words"]["owner"] == before

        assert visitor.post("/watch/pause", {**PLACE, "span": "2h"}, **OWN).status == 303
        assert watch(central)["state"] == "paused"
        assert "Go on" in visitor.get("/watch?host=db1&task=copy").text
        assert visitor.post("/watch/pause", {**PLACE, "go_on": "true"}, **OWN).status == 303
        assert "state" not in watch(central)

        assert visitor.post("/watch/remove", PLACE, **OWN).headers["location"] == "/watches"
        assert watch(central) is None
        assert visitor.post("/watch/remove", PLACE, **OWN).status == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cron": "61 3 * * *"}, "cron"),
        ({"every": "soon"}, "no span of time"),
        ({"every": "1d", "cron": "15 3 * * *"}, "one of them says when"),
        ({"limits": "rows !!"}, "backup_bytes &gt; 1GB"),
        ({}, "nothing is expected"),
        ({"every": "1d", "host": "db 1"}, "no name of a host"),
        ({"every": "1d", "task": "a*"}, "name each task"),
    ],
)
def test_what_cannot_be_meant_is_told_above_the_form_which_stays_as_it_was_typed(central, typed, said):
    with signed_in(central) as visitor:
        seen = (
            visitor.post("/watch", {**PLACE, "grace": "7m", **typed}, **OWN)
            if typed
            else visitor.post("/watch", PLACE, **OWN)
        )

    assert (seen.status, said in seen.text) == (400, True)
    assert form_of(seen.text) | typed == form_of(seen.text)
    assert watch(central) is None


def test_a_span_of_a_pause_that_is_none_is_told(central):
    central.hume("watch", "add", "db1:copy", "--every", "1d")
    with signed_in(central) as visitor:
        seen = visitor.post("/watch/pause", {**PLACE, "span": "a while"}, **OWN)

    assert (seen.status, "no" in watch(central).get("state", "no")) == (400, True)
    assert "not a span of time" in seen.text


def test_what_is_declared_for_many_hosts_is_listed_with_how_many_it_fits(central):
    with signed_in(central) as visitor:
        many = {"host": "", "task": "renew", "tag": "web", "every": "1d"}
        assert visitor.post("/watch", many, **OWN).headers["location"] == "/watches"
        listed = visitor.get("/watches").text
        assert "no host yet" in listed
        assert "every host tagged" in listed
        (path,) = map(html.unescape, re.findall(r'href="(/watch\?[^"]*tag=web)"', listed))
        filled = form_of(visitor.get(path).text)
        assert visitor.post("/watch", {**filled, "max": "2h"}, **OWN).status == 303
        assert "max 2h" in visitor.get("/watches").text

        assert visitor.post("/watch/remove", {"host": "*", "task": "renew", "tag": "web"}, **OWN).status == 303
        assert "renew" not in visitor.get("/watches").text


def test_whoever_may_not_write_sees_and_changes_nothing(central):
    central.hume("watch", "add", "db1:copy", "--every", "1d")
    with owner_of(central) as owner:
        for name, role, on in (("reader", "viewer", ""), ("webster", "operator", "tag:web")):
            user = {"name": name, "password": PASSWORD, "role": role, "filter": on or None}
            made = owner.call(
                "POST", "/api/v1/users", json.dumps(user).encode(), **{"Content-Type": "application/json"}
            )
            assert made.status == 201
    wanted = {"reader": (200, 403), "webster": (404, 404)}
    for name, (seen, done) in wanted.items():
        with Visitor(central) as visitor:
            entered = visitor.post("/signin", {"name": name, "password": PASSWORD}, **OWN)
            visitor.cookie = entered.headers["set-cookie"].partition(";")[0]
            page = visitor.get("/watch?host=db1&task=copy")
            assert (page.status, 'action="/watch"' in page.text) == (seen, False), name
            for path in ("/watch", "/watch/pause", "/watch/remove"):
                assert visitor.post(path, {**PLACE, "every": "2d"}, **OWN).status == done, (name, path)
    assert watch(central)["expect"] == {"every": "1d"}


def test_a_form_that_is_not_of_this_session_is_refused(central):
    with signed_in(central) as visitor:
        assert visitor.post("/watch", {**PLACE, "every": "1d", "csrf": "another"}, **OWN).status == 403
        assert visitor.post("/watch", {**PLACE, "every": "1d"}, **{"Sec-Fetch-Site": "cross-site"}).status == 401

    assert watch(central) is None
