# SPDX-License-Identifier: MIT
"""People come in by name and password, see to their own, and are shut out: on a real hume-central, with a browser's requests."""

import contextlib
import json
import os
import pwd
import subprocess
import sys

import pytest
import urllib3

from humeops.central.store import schema
from tests.fixtures import processes
from tests.fixtures.asking import Caller, owner_of
from tests.fixtures.browsing import OWN, Visitor, signed_in
from tests.fixtures.processes import wait_until

PASSWORD = "correct horse battery"
LOCAL = f"local:{os.getuid()} {pwd.getpwuid(os.getuid()).pw_name}"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with signed_in(made) as owner:
            first = owner.post("/you/first", {"name": "ada", "password": PASSWORD}, **OWN)
            assert first.status == 303, first.text
        yield made


def send(central, path, **body):
    with owner_of(central) as owner:
        return owner.call("POST", f"/api/v1/{path}", json.dumps(body).encode(), **JSON)


def enter(central, name, password=PASSWORD, **headers):
    """Return a visitor who tried to sign in, and what he was answered."""
    visitor = Visitor(central)
    seen = visitor.post("/signin", {"name": name, "password": password}, **{**OWN, **headers})
    if "set-cookie" in seen.headers:
        visitor.cookie = seen.headers["set-cookie"].partition(";")[0]
    return visitor, seen


def verb(central, *words, given=""):
    command = [sys.executable, "-m", "humeops.cli.central", "--dir", str(central.layout.root), *words]
    environ = central.environ(HUME_DIR="/nowhere")
    return subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False, env=environ)


def log(central, q=""):
    with owner_of(central) as owner:
        return owner.get(f"/api/v1/audit?q={q}").body["items"]


def test_the_first_user_comes_from_the_owners_link_and_is_admin(central):
    visitor, seen = enter(central, "ada")

    assert seen.status == 303
    assert visitor.get("/").status == 200
    assert visitor.get("/audit").status == 200
    with signed_in(central) as owner:
        assert owner.post("/you/first", {"name": "eve", "password": PASSWORD}, **OWN).status == 403


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "not her password"), ("nobody-here", PASSWORD), ("ada\0", PASSWORD), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(central, name, password):
    visitor, seen = enter(central, name, password)

    assert seen.status == 401
    assert "do not belong together" in seen.text
    assert password not in seen.text or not password
    assert not visitor.cookie


def test_what_can_be_nobodys_name_is_not_written_down(central):
    enter(central, PASSWORD + "!", "typed into the wrong field")

    processes.wait_until(
        lambda: "nobody" in [one["actor"] for one in log(central, "outcome:refused")], "the line is there"
    )
    assert PASSWORD + "!" not in json.dumps(log(central, "since:1h"))


@pytest.mark.parametrize("password", ["short", "a" * 40, "zoe", "zoezoezoezoe", "x" * 257])
def test_a_password_that_is_soon_found_is_refused(central, password):
    assert send(central, "users", name="zoe", password=password).status == 400


def test_a_session_is_listed_and_ended_by_its_owner_alone(central):
    send(central, "users", name="bob", password=PASSWORD)
    (here, _), (there, _), (other, _) = (enter(central, name) for name in ("bob", "bob", "ada"))
    number = there.get("/you").text.count("end it")

    with Caller(central, None) as nobody:
        listed = nobody.call("GET", "/api/v1/sessions", None, Cookie=here.cookie).body["items"]
        elsewhere = next(one["id"] for one in listed if not one.get("is_this"))
    assert other.post("/you/session", {"id": str(elsewhere)}, **OWN).status == 404
    assert there.get("/").status == 200
    assert here.post("/you/session", {"id": str(elsewhere)}, **OWN).status == 303

    assert number == 1
    assert (here.get("/").status, there.get("/").status) == (200, 401)


def test_a_changed_password_ends_the_other_sessions(central):
    send(central, "users", name="carol", password=PASSWORD)
    (here, _), (there, _) = enter(central, "carol"), enter(central, "carol")

    wrong = here.post("/you/password", {"old": "no", "new": "another long one"}, **OWN)
    done = here.post("/you/password", {"old": PASSWORD, "new": "another long one"}, **OWN)

    assert (wrong.status, done.status) == (400, 200)
    assert (here.get("/").status, there.get("/").status) == (200, 401)
    assert enter(central, "carol")[1].status == 401
    assert enter(central, "carol", "another long one")[1].status == 303


def test_whoever_is_disabled_is_out_at_once(central):
    send(central, "users", name="dora", password=PASSWORD)
    visitor, _ = enter(central, "dora")

    send(central, "users/disabled", name="dora")

    assert visitor.get("/").status == 401
    assert enter(central, "dora")[1].status == 401
    assert send(central, "users/disabled", name="dora", disabled=False).status == 200
    assert enter(central, "dora")[1].status == 303


def test_a_token_of_ones_own_is_shown_once_and_makes_no_others(central):
    visitor, _ = enter(central, "ada")
    made = visitor.post("/you/token", {"name": "script", "role": "viewer", "filter": "tag:web", "days": "9"}, **OWN)
    token = made.text.partition('<code class="token">')[2].partition("<")[0]

    assert token not in visitor.get("/you").text
    with Caller(central, token) as script:
        assert script.get("/api/v1/tasks").status == 200
        more = json.dumps({"name": "more", "role": "viewer", "expires_at": 2**61}).encode()
        assert script.call("POST", "/api/v1/tokens", more, **JSON).status == 403
        assert script.get("/api/v1/audit").status == 403
        assert visitor.post("/you/token/revoked", {"name": "script"}, **OWN).status == 303
        assert script.get("/api/v1/tasks").status == 401


def test_the_verbs_work_while_central_runs(central):
    added = verb(central, "user", "add", "frank", "--role", "operator", "--on", "host:db*", given=PASSWORD + "\n")
    granted = verb(central, "user", "grant", "frank", "--role", "viewer")
    listed = verb(central, "user", "list")

    assert (added.returncode, granted.returncode, added.stderr + granted.stderr) == (0, 0, "")
    assert "frank  operator on host:db*, viewer on everything" in listed.stdout
    assert enter(central, "frank")[1].status == 303
    assert verb(central, "user", "passwd", "frank", given="quite another one\n").returncode == 0
    assert enter(central, "frank")[1].status == 401
    assert verb(central, "user", "disable", "frank").returncode == 0
    assert enter(central, "frank", "quite another one")[1].status == 401
    assert verb(central, "user", "revoke", "frank", "--role", "viewer").returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ["user", "add"],
        ["user", "add", "a b"],
        ["user", "add", "gil", "--role", "root"],
        ["user", "add", "gil", "--on", "tag:x"],
        ["user", "grant", "ada"],
        ["user", "grant", "ada", "--role", "viewer", "--on", "not tag:x"],
        ["user", "grant", "ada", "--role", "viewer", "--on", ""],
        ["user", "revoke", "ada", "--role", "viewer", "--on", " "],
        ["token", "gil", "--role", "viewer", "--on", ""],
        ["user", "passwd", "ada"],
        ["user", "rename", "ada"],
    ],
)
def test_what_is_not_said_clearly_is_refused_with_one_line(central, words):
    refused = verb(central, *words, given="short\n")

    assert refused.returncode == 64
    assert refused.stderr.startswith("hume-central: ")
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""


@pytest.mark.parametrize("path", ["users", "grants", "grants/revoked", "tokens"])
def test_a_blank_filter_is_not_everything(central, path):
    refused = send(central, path, name="blank", role="viewer", filter=" ")

    assert refused.status == 400
    assert "it is empty; leave it out for everything" in str(refused.body)


@pytest.mark.parametrize("path", ["users", "grants", "users/password", "enrolments/decided", "channels/tested"])
def test_a_refused_act_is_refused_whatever_its_body_and_stands_in_the_log(central, path):
    made = send(central, "tokens", name=f"looks-{path.replace('/', '-')}", role="viewer").body["token"]
    with Caller(central, made) as viewer:
        assert viewer.call("POST", f"/api/v1/{path}", b"{", **JSON).status == 403

    # The answer does not wait for the line.
    told = f"/api/v1/{path}"
    processes.wait_until(
        lambda: told in [one["object"] for one in log(central, "outcome:refused")], "the line is there"
    )


def test_users_can_be_added_before_central_runs_and_init_prints_a_way_in_for_the_first():
    with processes.installation() as made:
        first = verb(made, "init")
        link = first.stdout.partition("/signin/")[2].split()[0]
        running = made.start_central()
        with Visitor(made) as visitor:
            assert visitor.follow(f"/signin/{link}").status == 303
            assert "Become the first user" in visitor.get("/you").text
        running.terminate()
        running.wait(30)
        assert verb(made, "user", "add", "ada", "--role", "admin", given=PASSWORD + "\n").returncode == 0

        assert "/signin/" not in verb(made, "init").stdout
        made.start_central()
        assert enter(made, "ada")[1].status == 303
        assert [(one["via"], one["act"]) for one in log(made, "act:%22add user%22")] == [("hume-central", "add user")]
        assert log(made, "act:%22add user%22")[0]["actor"] == LOCAL


def test_acts_and_refusals_are_in_the_log_with_who_and_whence(central):
    send(central, "users", name="hal", password=PASSWORD, role="viewer", filter="tag:web")
    visitor, _ = enter(central, "hal")
    enter(central, "hal", "wrong one, clearly")
    visitor.get("/audit")
    visitor.post("/signout", {}, **OWN)

    wait_until(lambda: len(log(central, "hal")) >= 5, "all of it is in the log")
    found = [(one["actor"], one["via"], one["act"], one["outcome"]) for one in reversed(log(central, "hal"))]
    assert found == [
        ("owner", "token", "add user", "done"),
        ("hal", "password", "sign in", "done"),
        ("hal", "", "sign in", "refused"),
        ("hal", "session", "get", "refused"),
        ("hal", "session", "sign out", "done"),
    ]
    assert {one["address"] for one in log(central, "hal")} == {"127.0.0.1"}


def test_who_sits_at_centrals_own_machine_is_named_also_while_central_runs(central):
    assert verb(central, "user", "add", "nina", "--no-password").returncode == 0

    (line,) = log(central, "object:nina")
    assert (line["actor"], line["via"], line["act"]) == (LOCAL, "owner's token", "add user")


@pytest.mark.parametrize("said", ["local:0 root\nx", "root", "local:x y", "local:0 " + "x" * 99])
def test_nobody_writes_what_he_likes_into_the_log(central, said):
    with owner_of(central) as owner:
        body = json.dumps({"name": "someone", "disabled": True}).encode()
        with contextlib.suppress(urllib3.exceptions.HTTPError, ValueError):
            owner.call("POST", "/api/v1/users/disabled", body, **JSON, **{"Hume-By": said})

    assert not [one for one in log(central) if one["via"] == "owner's token" and one["actor"] != LOCAL]


def test_another_token_names_nobody_but_its_own(central):
    made = verb(central, "token", "deputy", "--role", "admin").stdout.strip()
    with Caller(central, made) as deputy:
        body = json.dumps({"name": "odette"}).encode()
        assert deputy.call("POST", "/api/v1/users", body, **JSON, **{"Hume-By": "local:0 root"}).status == 201

    (line,) = log(central, "object:odette")
    assert (line["actor"], line["via"]) == ("deputy", "token")


def test_what_is_done_to_the_database_on_its_own_machine_is_in_its_log(tmp_path):
    with processes.installation() as made:
        saved, again = tmp_path / "saved.db", tmp_path / "again.db"
        saving = (["backup", str(saved)], ["restore", str(saved)], ["backup", str(again)])
        for words in (["init"], ["retention"], *saving):
            done = verb(made, *words)
            assert done.returncode == 0, done.stderr
        made.start_central()
        found = [(one["actor"], one["act"], one["object"]) for one in reversed(log(made))]

    assert found[:5] == [
        (LOCAL, "prepare database", schema.newest()),
        (LOCAL, "make link", "owner"),
        (LOCAL, "run retention", ""),
        (LOCAL, "restore", str(saved)),
        (LOCAL, "backup", str(again)),
    ]


def test_a_backup_beside_a_central_that_runs_is_in_its_log(central, tmp_path):
    saved = tmp_path / "saved.db"

    done = verb(central, "backup", str(saved))

    assert (done.returncode, done.stderr) == (0, "")
    (line,) = log(central, "act:backup")
    assert (line["actor"], line["via"], line["object"]) == (LOCAL, "owner's token", str(saved))
