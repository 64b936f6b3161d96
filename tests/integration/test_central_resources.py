# SPDX-License-Identifier: MIT
"""What else the API answers: hosts, states, transitions, history, comparison; ETags, limits, its own description."""

import json
import re
import urllib.parse

import pytest

from humeops.api import app, openapi
from tests.fixtures import processes
from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.events import NOON, SECOND, a_run, say


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with agent_of(made) as agent:
            first = a_run(say("flag", 10, flag="dumped"), say("data", 12, data={"bytes": 7}, unit="bytes"))
            second = a_run(
                say("data", 112, data={"bytes": 9}, unit="bytes"), begins=100, ends=130, status=3, outcome="failed"
            )
            assert agent.send(*first, *second).body["stored"] == 7
        yield made


@pytest.fixture
def owner(central):
    with owner_of(central) as caller:
        yield caller


def _q(text):
    return f"q={urllib.parse.quote(text)}"


def test_a_host_tells_how_its_tasks_are(owner):
    body = owner.get(f"/api/v1/hosts?{_q('since:1h')}").body

    assert [host["tasks"] for host in body["items"]] == [{"failed": 1}]
    assert owner.get(f"/api/v1/hosts?{_q('host:nosuch')}").body == {"items": []}


def test_states_are_counted(owner):
    assert owner.get("/api/v1/states").body == {"tasks": {"failed": 1}}
    assert owner.get(f"/api/v1/states?{_q('-task:backup')}").body == {"tasks": {}}


def test_transitions_are_told_in_the_order_they_came(owner):
    first = owner.get("/api/v1/transitions?order=oldest&limit=2").body
    rest = owner.get(f"/api/v1/transitions?order=oldest&after={first['next']}").body
    failures = owner.get(f"/api/v1/transitions?{_q('state:failed')}").body["items"]

    told = [(one["from_state"], one["to_state"]) for one in [*first["items"], *rest["items"]]]
    assert told == [("new", "running"), ("running", "ok"), ("ok", "running"), ("running", "failed")]
    assert [one["reason"] for one in failures] == ["exit 3"]


def test_what_a_task_told_before_is_its_history(owner):
    host = owner.get("/api/v1/hosts").body["items"][0]["host"]
    where = f"/api/v1/data/history?host={host}&task=backup&key=bytes"

    page = owner.get(f"{where}&limit=1").body
    rest = owner.get(f"{where}&after={page['next']}").body

    told = [(one["value"], one["at"]) for one in [*page["items"], *rest["items"]]]
    assert told == [(9, NOON + 100 * SECOND), (7, NOON)]
    assert owner.get("/api/v1/data/history?host=a&task=b").status == 400


def test_two_runs_stand_side_by_side(owner):
    newest, oldest = owner.get("/api/v1/runs").body["items"]

    body = owner.get(f"/api/v1/runs/{oldest['short']}/comparison?other={newest['id']}").body

    assert (body["run"]["id"], body["other"]["id"]) == (oldest["id"], newest["id"])
    assert body["stretches"] == [
        {"name": "dumped", "lasts": 10 * SECOND},
        {"name": "end", "lasts": 50 * SECOND, "other": 30 * SECOND},
    ]
    assert body["data"] == [{"key": "bytes", "value": 7, "other": 9, "unit": "bytes"}]
    assert owner.get(f"/api/v1/runs/{oldest['short']}/comparison?other=nosuch").status == 404


def test_a_filter_chooses_and_a_wrong_one_is_pointed_at(owner):
    assert len(owner.get(f"/api/v1/runs?{_q('state:failed since:2026-11-23T00:00Z')}").body["items"]) == 1
    wrong = owner.get(f"/api/v1/runs?{_q('stat:failed')}")

    assert wrong.status == 400
    assert wrong.body["detail"].startswith("filter, at 1, `stat`: no such key; did you mean `state`?")
    assert owner.get("/api/v1/events?text=%00").status == 400


def test_what_has_not_changed_is_not_sent_again(owner):
    first = owner.call("GET", "/api/v1/tasks")
    tag = first.headers["ETag"]

    again = owner.call("GET", "/api/v1/tasks", **{"If-None-Match": f'"x", {tag}'})
    other = owner.call("GET", "/api/v1/runs", **{"If-None-Match": tag})

    assert (again.status, again.body, again.headers["ETag"]) == (304, None, tag)
    assert other.status == 200
    assert "ETag" not in owner.get("/api/v1/runs/nosuch").headers


def test_every_address_of_the_api_is_described():
    served = {
        (re.sub(r":\w+}", "}", path), method.lower())
        for handler in app.HANDLERS
        for path in handler.paths
        for method in handler.http_methods
        if path.startswith("/api/v1/") and path not in ("/api/v1/intake", openapi.PATH)
    }

    told = {(path, method) for path, methods in openapi.document()["paths"].items() for method in methods}
    assert {one for one in served if one[1] != "options"} == told


def test_the_description_names_parameters_and_answers(owner):
    body = owner.get(openapi.PATH).body

    events = body["paths"]["/api/v1/events"]["get"]
    assert {"q", "level", "limit"} <= {parameter["name"] for parameter in events["parameters"]}
    assert "EventPage" in body["components"]["schemas"]
    references = str(body).split("#/components/schemas/")[1:]
    assert {text.partition("'")[0] for text in references} <= set(body["components"]["schemas"])


def test_a_long_answer_is_compressed_and_still_known_when_it_has_not_changed(installed):
    installed.start_central()
    with agent_of(installed) as agent, owner_of(installed) as owner:
        agent.send(*(say("log", 200 + number, task="long", message="x" * 200) for number in range(20)), first=100)
        path = f"/api/v1/events?{_q('task:long')}"

        plain = owner.call("GET", path, None, **{"Accept-Encoding": "identity"})
        packed = owner.call("GET", path, None, **{"Accept-Encoding": "gzip"})
        again = owner.call("GET", path, None, **{"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})

        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
        assert packed.body == plain.body
        assert (again.status, again.body) == (304, None)


LISTS = (
    *("tasks", "states", "runs", "events", "events/counts", "hosts", "data", "transitions"),
    *("agents", "scripts", "watches", "alerts", "audit"),
)


@pytest.mark.parametrize("key", ["since", "until"])
def test_a_moment_beyond_all_clocks_is_no_fault(central, key, subtests):
    with owner_of(central) as owner:
        for path in LISTS:
            with subtests.test(path):
                answer = owner.get(f"/api/v1/{path}?q={key}:9999-12-31")
                assert answer.status in (200, 400), answer.body
                assert answer.status == 200 or "says nothing of" in answer.body["detail"]


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "about"), ("POST", "notes"), ("POST", "takes"), ("POST", "report")]
)
def test_a_body_that_is_nested_without_end_is_the_askers_fault(central, method, path):
    with owner_of(central) as owner:
        answer = owner.call(method, f"/api/v1/{path}", b"[" * 100_000, **{"Content-Type": "application/json"})

    assert answer.status in (400, 403), answer.body


def test_a_note_of_blanks_is_refused(central):
    with owner_of(central) as owner:
        task = owner.get("/api/v1/tasks?limit=1").body["items"][0]
        body = json.dumps({"host": task["host"], "task": task["task"], "text": " \r\n "}).encode()

        assert owner.call("POST", "/api/v1/notes", body, **{"Content-Type": "application/json"}).status == 400


def test_head_is_get_without_its_body(central, owner):
    path = "/api/v1/tasks?limit=1"
    got, asked = owner.get(path), owner.call("HEAD", path)
    pages = [owner.call("HEAD", one).status for one in ("/api/v1/live", "/api/v1/nothing", "/healthz")]

    assert (asked.status, asked.body) == (200, None)
    assert {name: asked.headers[name] for name in ("etag", "content-type")} == {
        name: got.headers[name] for name in ("etag", "content-type")
    }
    assert pages[0] != 200
    assert pages[1:] == [404, 200]
