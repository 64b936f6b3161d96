# SPDX-License-Identifier: MIT
"""A host without hume reports by plain HTTP: recorded once, under its own name, straight and through Redis."""

import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

import pytest

from tests.fixtures import large, processes
from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.events import a_run

PAPER = pathlib.Path(__file__).resolve().parents[2] / "docs/guide/reporting.md"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def straight():
    with processes.installation() as made:
        made.start_central()
        yield made


def through_redis():
    with large.large_installation() as made:
        made.start_central(role="api")
        made.start_worker()
        yield made


@pytest.fixture(scope="module", params=[straight, through_redis], ids=["straight", "through Redis"])
def central(request):
    yield from request.param()


@pytest.fixture
def owner(central):
    with owner_of(central) as caller:
        yield caller


def reporter(central, owner, host):
    body = json.dumps({"name": f"for-{host}", "role": "reporter", "host": host}).encode()
    made = owner.call("POST", "/api/v1/tokens", body, **JSON)
    assert made.status == 201, made.body
    return Caller(central, made.body["token"])


def report(caller, key=None, **fields):
    headers = {**FORM, **({"Idempotency-Key": key} if key else {})}
    return caller.call("POST", "/api/v1/report", urllib.parse.urlencode(fields, doseq=True).encode(), **headers)


def test_a_run_is_told_by_forms(central, owner):
    with reporter(central, owner, "nas1") as nas:
        begun = report(nas, kind="start", task="snapshot", tags="nas, nightly", every="1d")
        report(nas, task="snapshot", level="warning", message="pool 81 % full")
        report(nas, task="snapshot", kind="flag", flag="taken")
        report(nas, task="snapshot", set=["bytes=7", "pool=tank", "full=true"], unit="bytes")
        ended = report(nas, kind="stop", task="snapshot", status="3")

    assert (begun.status, ended.status) == (200, 200), ended.body
    assert ended.body["run"] == begun.body["run"] == begun.body["id"]
    run = owner.get(f"/api/v1/runs/{begun.body['run']}").body
    assert [event["kind"] for event in run["events"]] == ["start", "log", "flag", "data", "stop"]
    assert (run["run"]["host"], run["run"]["state"], run["run"]["reason"]) == ("nas1", "failed", "exit 3, after taken")
    assert run["run"]["tags"] == ["nas", "nightly"]
    data = {one["key"]: one["value"] for one in owner.get("/api/v1/data?host=nas1").body["items"]}
    assert data == {"bytes": 7, "pool": "tank", "full": True}
    assert owner.get("/api/v1/watches?host=nas1").body["items"][0]["expect"] == {"every": "1d"}


def test_the_same_key_is_recorded_once_and_answered_alike(central, owner):
    with reporter(central, owner, "nas2") as nas, reporter(central, owner, "nas3") as other:
        first = report(nas, "once", kind="start", task="t")
        again = report(nas, "once", kind="start", task="t")
        stop = report(nas, "end", kind="stop", task="t")
        stop_again = report(nas, "end", kind="stop", task="t")
        changed = report(nas, "once", kind="stop", task="t")
        elsewhere = report(other, "once", kind="start", task="t")

    assert first.body == again.body
    assert stop.body == stop_again.body
    assert stop.body["run"] == first.body["id"]
    assert changed.status == 422
    assert elsewhere.status == 200
    assert len(owner.get("/api/v1/events?host=nas2").body["items"]) == 2


def test_nobody_speaks_for_another_host(central, owner):
    with agent_of(central) as agent, reporter(central, owner, "nas4") as nas:
        theirs = a_run(ends=None)
        assert agent.send(*theirs, epoch="theirs").status == 200

        assert report(nas, task="t", host="db1").status == 403
        assert report(nas, kind="stop", run=theirs[0].run).status == 403
        assert report(nas, kind="stop", task="t", host="nas4").status == 200
        assert nas.get("/api/v1/events").status == 403
        assert nas.send(*a_run()).status == 403
        assert nas.call("POST", "/api/v1/links").status == 403
        assert report(owner, task="t").status == 403


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"kind": "start"}, "task"),
        ({"task": "t", "kind": "nap"}, "kind"),
        ({"task": "t", "levl": "warning"}, "levl"),
        ({"task": "a:b"}, "a:b"),
        ({"task": "t", "kind": "flag"}, "flag"),
        ({"task": "t", "kind": "progress", "progress": "much"}, "progress"),
        ({"task": "t", "set": "x"}, "set"),
        ({"task": "t", "kind": "data"}, "data"),
        ({"task": "t", "kind": "start", "every": "soon"}, "every"),
        ({"task": "t", "every": "1d"}, "expect"),
        ({"task": ["t", "u"]}, "task"),
        ({"kind": "stop", "task": "t", "status": "900"}, "status"),
        ({"task": "t", "set": "n=99999999999999999999"}, "64 bits"),
        ({"task": "t", "status": "3"}, "kind=stop"),
        ({"task": "t", "flag": "copied"}, "kind=flag"),
        ({"task": "t", "progress": "3/4"}, "kind=progress"),
        ({"task": "t", "outcome": "failed", "kind": "start"}, "kind=stop"),
        ({"task": "t", "output": "x", "kind": "flag", "flag": "f"}, "kind=stop"),
        ({"task": "t", "unit": "bytes"}, "kind=data"),
    ],
)
def test_what_is_wrong_is_named_and_leaves_nothing(central, owner, fields, word):
    with agent_of(central) as agent:
        refused = report(agent, "wrong", **fields)

    assert refused.status == 400
    assert word in refused.body["detail"]


def test_other_bodies_are_refused(central):
    with agent_of(central) as agent:
        for body, headers in [(b"[1]", JSON), (b"{", JSON), (b"\xff", FORM), (b"x", {"Content-Type": "text/plain"})]:
            assert agent.call("POST", "/api/v1/report", body, **headers).status == 400
        assert report(agent, "a b", task="t").status == 400


def test_a_host_that_only_reports_is_never_silent(central, owner):
    with reporter(central, owner, "nas5") as nas:
        report(nas, task="t", message="here")

    (host,) = owner.get("/api/v1/hosts?q=host:nas5").body["items"]
    assert "last_seen_at" not in host
    (agent,) = owner.get("/api/v1/agents?host=nas5").body["items"]
    assert not {"declared_lost", "silently_lost"} & agent.keys()


def test_the_lines_of_the_guide_work_as_they_stand(central, owner):
    words = ["token", "by-guide", "--role", "reporter", "--for", "nas9"]
    command = [sys.executable, "-m", "humeops.cli.central", "--dir", str(central.layout.root), *words]
    made = subprocess.run(command, env=central.environ(), capture_output=True, text=True, timeout=60, check=True)
    lines = re.findall(r"^```sh\n(.*?)^```", PAPER.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    environ = central.environ(
        HUME_URL=central.layout.central_url.read_text().strip(), HUME_REPORT_TOKEN=made.stdout.strip()
    )

    done = subprocess.run(
        ["bash", "-euc", "\n".join(lines)], env=environ, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    runs = {one["task"]: one["state"] for one in owner.get("/api/v1/runs?host=nas9").body["items"]}
    assert runs == {"snapshot": "warning", "copy": "failed"}
    assert owner.get("/api/v1/data?host=nas9&key=disks").body["items"][0]["value"] == 4
