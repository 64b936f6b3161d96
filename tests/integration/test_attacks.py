# SPDX-License-Identifier: MIT
"""What somebody tries who wants in, or wants more, against a real hume-central; SECURITY.md names these tests."""

import json
import pathlib
import subprocess
import sys

import pytest

from humeops.api import forms
from humeops.central.store import throttle
from humeops.security import credentials
from tests.fixtures import processes
from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.browsing import OWN, Visitor, make_link, signed_in
from tests.fixtures.events import a_run
from tests.fixtures.processes import wait_until

PASSWORD = "correct horse battery"
JSON = {"Content-Type": "application/json"}
PROXY = '[listen]\nport = 0\nproxies = ["{}"]\nuser_header = "X-Remote-User"\n'


@pytest.fixture
def central():
    with processes.installation() as made:
        made.start_central()
        add(made, "ada", "admin")
        yield made


def add(central, name, role=None, **more):
    with owner_of(central) as owner:
        body = {"name": name, "password": PASSWORD, "role": role, **more}
        assert owner.call("POST", "/api/v1/users", json.dumps(body).encode(), **JSON).status == 201


def enter(central, name, password=PASSWORD, cookie="", **headers):
    visitor = Visitor(central)
    visitor.cookie = cookie
    seen = visitor.post("/signin", {"name": name, "password": password}, **{**OWN, **headers})
    if "set-cookie" in seen.headers:
        visitor.cookie = seen.headers["set-cookie"].partition(";")[0]
    return visitor, seen


def log(central, q=""):
    with owner_of(central) as owner:
        return owner.get(f"/api/v1/audit?limit=1000&q={q}").body["items"]


def test_a_session_is_fixed_by_nobody_beforehand(central):
    planted = f"hume={credentials.make_token('session')}"
    victim, _ = enter(central, "ada", cookie=planted)
    with signed_in(central) as attacker:
        own = attacker.cookie
        second, _ = enter(central, "ada", cookie=own)

        assert victim.cookie != planted
        assert second.cookie != own
        # The session that was brought along ends: who knows it has nothing.
        assert attacker.get("/").status == 401
    with Visitor(central) as stranger:
        stranger.cookie = planted
        assert stranger.get("/").status == 401


def test_a_form_of_another_site_does_nothing(central):
    visitor, _ = enter(central, "ada")
    other, _ = enter(central, "ada")
    session = other.cookie.partition("=")[2]
    for word in ("", forms.word_of(session), "é"):
        assert visitor.post("/signout", {forms.FIELD: word}, **OWN).status == 403
    assert visitor.post("/signout", {}, **{"Sec-Fetch-Site": "cross-site"}).status == 401
    assert visitor.post("/signout", {"x": "y" * 70_000}, **OWN).status == 403

    assert visitor.get("/").status == 200
    assert visitor.post("/signout", {}, **OWN).status == 303


def test_another_site_signs_nobody_in(central):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "", "Origin": "http://evil.example"}):
        visitor, seen = enter(central, "ada", **headers)

        assert seen.status == 403
        assert not visitor.cookie


def test_whoever_guesses_waits_and_learns_not_who_is_known(central):
    def tried(name):
        return [enter(central, name, f"guess number {n}")[1].status for n in range(throttle.FREE_NAME + 1)]

    unknown = tried("no-ada")
    known = tried("ada")
    _, right = enter(central, "ada")

    assert known == unknown == [401] * throttle.FREE_NAME + [429]
    assert right.status == 429
    assert int(right.headers["retry-after"]) >= 1
    wait_until(lambda: {one["actor"] for one in log(central, "outcome:refused")} == {"ada", "no-ada"}, "both are told")


def test_a_stranger_cannot_fill_the_log(central):
    with Caller(central, "hume_p_" + "A" * 43) as stranger:
        for _ in range(60):
            assert stranger.get("/no/such").status == 401

    assert 1 <= len(log(central, "outcome:refused")) <= 21


def test_no_secret_is_told_where_it_does_not_belong(central):
    link = make_link(central)
    with Visitor(central) as visitor:
        visitor.follow(link)
        again = visitor.follow(link)
        elsewhere = visitor.get(f"/events?q={link.removeprefix('/signin/')}&no=such")
    enter(central, "ada", "my other password")
    token = central.layout.person_token.read_text().strip()
    with Caller(central, token) as owner:
        wrong = owner.call("GET", f"/api/v1/runs/{token}")
        body = json.dumps({"name": "leaky", "role": "viewer"}).encode()
        made = owner.call("POST", "/api/v1/tokens", body, **JSON).body["token"]

    assert again.status == 404
    assert link not in again.text
    assert "Referrer-Policy" in again.headers
    assert again.headers["referrer-policy"] == "no-referrer"
    told = json.dumps(log(central)) + json.dumps(wrong.body["title"])
    lines = [line for path in central.root.glob("*.log") for line in path.read_text("utf-8").splitlines()]
    for secret in (link.removeprefix("/signin/"), token, made, "my other password"):
        assert secret not in told
        assert not any(secret in line for line in lines)
    assert elsewhere.status == 400
    seen = [path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not any(token.encode() in line or made.encode() in line for line in seen)


def test_the_database_holds_no_token_and_no_password(central):
    with owner_of(central) as owner:
        body = json.dumps({"name": "kept", "role": "viewer"}).encode()
        made = owner.call("POST", "/api/v1/tokens", body, **JSON).body["token"]
    visitor, _ = enter(central, "ada")
    session = visitor.cookie.partition("=")[2]
    kept = b"".join(path.read_bytes() for path in central.root.rglob("central.db*"))

    assert not any(secret.encode() in kept for secret in (made, session, PASSWORD))
    assert b"$argon2id$v=19$m=19456,t=2,p=1$" in kept


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE audit; --", '" OR 1=1', "{{ 7*7 }}", "a\r\nSet-Cookie: x=1", "%00", "\ud7ff"]
)
def test_what_is_typed_is_text_and_nothing_else(central, text):
    visitor, seen = enter(central, text[:100], text)
    searched = visitor.get("/signin/" + "x")

    assert seen.status == 401
    assert "49" not in seen.text
    assert "x=1" not in str(seen.headers)
    assert searched.status == 404
    # The answer does not wait for the line.
    wait_until(lambda: len(log(central)) >= 2, "the refusal is in the audit log")


def test_where_one_comes_from_is_not_what_one_says(central):
    enter(central, "ada", **{"X-Forwarded-For": "203.0.113.9", "X-Remote-User": "ada"})

    assert {one["address"] for one in log(central, "ada")} == {"127.0.0.1"}


@pytest.mark.parametrize(("trusted", "status"), [("127.0.0.1", 200), ("192.0.2.0/24", 401)])
def test_a_proxy_names_people_only_where_it_is_listed(trusted, status):
    with processes.installation() as made:
        made.root.mkdir(parents=True, exist_ok=True)
        (made.root / "central.toml").write_text(PROXY.format(trusted))
        made.start_central()
        add(made, "mate", "operator", filter="tag:web")
        with Caller(made, None) as visitor:
            named = {"X-Remote-User": "mate", "X-Forwarded-For": "10.0.0.1, 203.0.113.9"}
            seen = visitor.call("GET", "/api/v1/tasks", None, **named)
            unknown = visitor.call("GET", "/api/v1/tasks", None, **{"X-Remote-User": "nobody"})
            unasked = visitor.call("POST", "/api/v1/links", None, **{**named, "Sec-Fetch-Site": "cross-site"})
            refused = visitor.call("GET", "/api/v1/audit", None, **named)

        assert (seen.status, unknown.status, unasked.status) == (status, 401, 401)
        if status == 200:
            assert refused.status == 403
            wait_until(lambda: log(made, "actor:mate"), "the refusal is in the log")
            assert {one["address"] for one in log(made, "actor:mate")} == {"203.0.113.9"}


@pytest.mark.parametrize(
    "text",
    [
        '[listen]\nproxies = ["0.0.0.0/0"]\nuser_header = "X-User"\n',
        '[listen]\nuser_header = "X-User"\n',
        '[listen]\nproxies = ["proxy"]\n',
    ],
)
def test_a_proxy_that_would_be_anybody_is_refused(tmp_path, text):
    (tmp_path / "central.toml").write_text(text)
    command = [sys.executable, "-m", "humeops.cli.central", "--dir", str(tmp_path), "--check-config"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert answer.returncode == 78
    assert "listen." in answer.stderr


def test_who_looks_on_live_sees_what_was_granted_and_nothing_when_that_ends(central):
    add(central, "mate", "viewer", filter="tag:web")
    visitor, _ = enter(central, "mate")
    url = central.layout.central_url.read_text().strip() + "/api/v1/live"
    stream = visitor._pool.request("GET", url, headers={"Cookie": visitor.cookie}, preload_content=False)
    assert b"ready" in stream.read1(65_536)
    runs = []
    for task, tag in (("payroll", "hr"), ("backup", "web")):
        run = a_run()
        for event in run:
            event.task, event.tags = task, [tag]
        runs += run
    with agent_of(central) as agent:
        assert agent.send(*runs).body["stored"] == len(runs)
    told = b""
    while b"backup" not in told or told.count(b"event: run") < 1:
        told += stream.read1(65_536)
    with owner_of(central) as owner:
        body = json.dumps({"name": "mate"}).encode()
        assert owner.call("POST", "/api/v1/users/disabled", body, **JSON).status == 200
    while part := stream.read1(65_536):
        told += part

    assert b"payroll" not in told
