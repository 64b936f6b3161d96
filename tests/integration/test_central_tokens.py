# SPDX-License-Identifier: MIT
"""Tokens with roles, and dead letters over the API, on a real hume-central."""

import json
import subprocess
import sys

import pytest

from tests.fixtures import processes
from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.events import a_run, epoch_id


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with agent_of(made) as agent:
            assert agent.send(*a_run(), b'{"v":9}').body["stored"] == 2
        yield made


@pytest.fixture
def owner(central):
    with owner_of(central) as caller:
        yield caller


def send(caller, path, **body):
    return caller.call("POST", f"/api/v1/{path}", json.dumps(body).encode(), **{"Content-Type": "application/json"})


def verb(central, *words):
    command = [sys.executable, "-m", "humeops.cli.central", "--dir", str(central.layout.root), "token", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=central.environ(HUME_DIR="/nowhere")
    )


def test_a_viewer_reads_and_writes_nothing(central, owner):
    made = send(owner, "tokens", name="looks-on", role="viewer")
    assert made.status == 201

    with Caller(central, made.body["token"]) as viewer:
        assert viewer.get("/api/v1/tasks").status == 200
        assert viewer.get("/api/v1/dead").status == 200
        host = viewer.get("/api/v1/hosts").body["items"][0]["host"]
        assert send(viewer, "notes", host=host, task="backup", text="x").status == 403
        assert send(viewer, "dead/dropped", names=["0:1"]).status == 403
        assert viewer.get("/api/v1/tokens").status == 403
        assert send(viewer, "tokens", name="more", role="admin").status == 403


def test_an_operator_writes_but_lets_nobody_in(central, owner):
    made = send(owner, "tokens", name="tends", role="operator")

    with Caller(central, made.body["token"]) as operator:
        host = operator.get("/api/v1/hosts").body["items"][0]["host"]
        assert send(operator, "notes", host=host, task="backup", text="x").body["author"] == "tends"
        assert operator.get("/api/v1/tokens").status == 403


def test_a_token_that_was_revoked_opens_nothing(central, owner):
    made = send(owner, "tokens", name="goes", role="viewer").body["token"]
    assert send(owner, "tokens", name="goes", role="viewer").status == 400

    assert send(owner, "tokens/revoked", name="goes").status == 201

    with Caller(central, made) as gone:
        assert gone.get("/api/v1/tasks").status == 401
    assert send(owner, "tokens/revoked", name="goes").status == 404
    assert send(owner, "tokens", name="goes", role="viewer").status == 201


def test_a_token_is_told_once_and_its_end_is_to_come(owner):
    send(owner, "tokens", name="once", role="admin", expires_at=2**62)

    known = {one["name"]: one for one in owner.get("/api/v1/tokens").body["items"]}
    assert known["once"]["expires_at"] == 2**62
    assert "token" not in known["once"]
    assert send(owner, "tokens", name="past", role="admin", expires_at=1).status == 400
    assert send(owner, "tokens", name="no name", role="admin").status == 400
    assert send(owner, "tokens", name="agent", role="agent").status == 400


def test_the_owners_own_token_stays(owner):
    refused = send(owner, "tokens/revoked", name="owner")

    assert refused.status == 400
    assert "file" in refused.body["detail"]


def test_the_verb_works_while_central_runs(central):
    made = verb(central, "by-hand", "--role", "viewer", "--expires", "90d")
    listed = verb(central, "list")
    ended = verb(central, "revoke", "by-hand")
    plain, lasting = (
        verb(central, name, "--role", "viewer", *more)
        for name, *more in (["plain"], ["for-ever", "--expires", "never"])
    )

    assert "good until 2" in plain.stderr
    assert "--expires" in plain.stderr
    assert lasting.stderr == "good until it is revoked\n"
    assert (made.returncode, listed.returncode, ended.returncode) == (0, 0, 0), made.stderr + ended.stderr
    assert "by-hand  viewer  good until 2" in listed.stdout
    assert "owner  admin  good until it is revoked" in listed.stdout
    with Caller(central, made.stdout.strip()) as gone:
        assert gone.get("/api/v1/tasks").status == 401


@pytest.mark.parametrize(
    "words",
    [
        ["x"],
        ["x", "--role", "agent"],
        ["x", "--role", "viewer", "--expires", "soon"],
        ["x", "--role", "viewer", "--expires", ""],
        ["revoke"],
        ["revoke", "owner"],
        ["a b"],
    ],
)
def test_what_is_not_said_clearly_is_refused(central, words):
    refused = verb(central, *words)

    assert refused.returncode == 64
    assert refused.stderr.startswith("hume-central: ")
    assert refused.stdout == ""


def test_a_token_can_be_made_before_central_runs():
    with processes.installation() as made:
        running = made.start_central()
        running.terminate()
        running.wait(30)
        token = verb(made, "early", "--role", "viewer").stdout.strip()
        made.start_central()

        with Caller(made, token) as viewer:
            assert viewer.get("/api/v1/tasks").status == 200


def test_a_dead_letter_is_listed_shown_tried_again_and_dropped(owner):
    (letter,) = owner.get("/api/v1/dead").body["items"]
    name = letter["name"]

    assert name == f"{epoch_id('epoch-1')}:3"
    assert "raw" not in letter
    assert owner.get(f"/api/v1/dead/{name}").body["raw"] == '{"v":9}'
    assert send(owner, "dead/retried", names=[name]).body == {"stored": 0, "known": 0, "dead": 1}
    assert send(owner, "dead/dropped", names=[name, name]).body == {"dropped": 1}
    assert owner.get("/api/v1/dead").body == {"items": []}
    assert owner.get(f"/api/v1/dead/{name}").status == 404


@pytest.mark.parametrize("name", ["x", "0:0", "a:99999999999999999999", "a:9223372036854775808", "%25:1"])
def test_what_is_no_name_of_a_letter_is_no_such_thing(owner, name):
    assert owner.get(f"/api/v1/dead/{name}").status == 404
