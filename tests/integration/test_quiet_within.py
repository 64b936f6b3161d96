# SPDX-License-Identifier: MIT
"""Who was granted some tasks keeps these quiet and no others, and learns of others' silences and channels only what concerns his."""

import json

import pytest

from tests.fixtures import processes
from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.browsing import OWN, Visitor
from tests.fixtures.events import a_run

PASSWORD = "correct horse battery"
JSON = {"Content-Type": "application/json"}
LATER = 2**61
BOOK = {
    "route": [{"when": "tag:web", "to": ["webteam"]}, {"to": ["everybody"]}],
    "rule": [{"name": "all", "escalate": [{"after": "1h", "to": ["phone"]}]}],
    "channel": {
        name: {"type": "webhook", "url": f"https://{name}.example/hook"} for name in ("webteam", "everybody", "phone")
    },
}


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with agent_of(made) as agent, owner_of(made) as owner:
            for first, (task, tag) in enumerate((("backup", "web"), ("payroll", "hr"))):
                run = a_run(task=task, begins=10 * first + 1)
                for event in run:
                    event.task, event.tags = task, [tag]
                assert agent.send(*run, first=10 * first + 1).status == 200
            for name, role in (("mate", "operator"), ("looker", "viewer"), ("stranger", None)):
                user = {"name": name, "password": PASSWORD, "role": role, "filter": "tag:web"}
                assert owner.call("POST", "/api/v1/users", json.dumps(user).encode(), **JSON).status == 201
            assert owner.call("PUT", "/api/v1/alertbook", json.dumps({"book": BOOK}).encode(), **JSON).status == 200
        yield made


def signed_in(central, name):
    visitor = Visitor(central)
    seen = visitor.post("/signin", {"name": name, "password": PASSWORD}, **OWN)
    visitor.cookie = seen.headers["set-cookie"].partition(";")[0]
    return visitor


def ask(central, name, path):
    with signed_in(central, name) as visitor:
        return json.loads(visitor.get(f"/api/v1/{path}", Accept="application/json").text)["items"]


def send(central, name, path, **body):
    with signed_in(central, name) as visitor:
        headers = {"Accept": "application/json", **JSON, **OWN}
        seen = visitor._call("POST", f"/api/v1/{path}", json.dumps(body), headers)
    return seen.status, json.loads(seen.text)


def silence(central, name, what):
    if name == "owner":
        with owner_of(central) as owner:
            body = json.dumps({"what": what, "why": "we know", "ends_at": LATER}).encode()
            return owner.call("POST", "/api/v1/silences", body, **JSON).body
    status, made = send(central, name, "silences", what=what, why="we know", ends_at=LATER)
    assert status == 201, made
    return made


def test_a_silence_of_a_team_mate_holds_for_what_he_was_granted_and_says_so(central):
    made = silence(central, "mate", "host:*")

    assert (made["within"], made["tasks"]) == ("tag:web", 1)


def test_one_who_only_reads_or_has_nothing_makes_none(central):
    for name in ("looker", "stranger"):
        assert send(central, name, "silences", what="host:*", why="x", ends_at=LATER)[0] == 403


def test_he_ends_those_within_his_grant_and_no_other(central):
    his, all_of_it, others = (
        silence(central, *one) for one in (("mate", "host:*"), ("owner", "host:*"), ("owner", "tag:hr"))
    )

    assert send(central, "mate", "silences/ended", id=his["id"])[0] == 200
    assert send(central, "mate", "silences/ended", id=all_of_it["id"])[0] == 403
    assert send(central, "mate", "silences/ended", id=others["id"])[0] == 404
    assert send(central, "looker", "silences/ended", id=all_of_it["id"])[0] == 403


def test_of_others_silences_he_sees_those_of_his_tasks_and_not_what_else_they_name(central):
    both = silence(central, "owner", "task:payroll or task:backup")
    others = silence(central, "owner", "task:payroll")

    for name in ("mate", "looker"):
        seen = {one["id"]: one for one in ask(central, name, "silences")}
        assert seen[both["id"]]["what"].endswith(":backup")
        assert others["id"] not in seen
        assert "payroll" not in json.dumps([one for one in seen.values() if one["author"] == "owner"])
        with signed_in(central, name) as visitor:
            page = visitor.get("/silences")
        assert page.status == 200
        assert "payroll or" not in page.text
    assert ask(central, "stranger", "silences") == []


def test_a_silence_of_tasks_he_does_not_know_of_tells_him_nothing(central):
    assert silence(central, "mate", "task:payroll")["tasks"] == silence(central, "mate", "task:no-such")["tasks"] == 0


def test_he_sees_the_channels_that_are_told_of_his_tasks_and_not_where_they_lead(central):
    seen = ask(central, "mate", "channels")

    assert {one["name"] for one in seen} == {"webteam", "phone"}
    assert "example" not in json.dumps(seen)
    assert ask(central, "stranger", "channels") == []
    with signed_in(central, "mate") as visitor:
        page = visitor.get("/channels")
    assert page.status == 200
    assert "webteam" in page.text
    assert not any(word in page.text for word in ("everybody", "example", "As written"))


def test_what_was_told_and_the_rules_stay_with_those_who_see_everything(central):
    with owner_of(central) as owner:
        token = owner.call(
            "POST",
            "/api/v1/tokens",
            json.dumps({"name": "web", "role": "operator", "filter": "tag:web", "expires_at": LATER}).encode(),
            **JSON,
        ).body["token"]
    with Caller(central, token) as web:
        assert web.get("/api/v1/notifications").status == web.get("/api/v1/alertbook").status == 403
        assert web.call("POST", "/api/v1/channels/tested", b'{"name": "webteam"}', **JSON).status == 403
        assert {one["name"] for one in web.get("/api/v1/channels").body["items"]} == {"webteam", "phone"}
