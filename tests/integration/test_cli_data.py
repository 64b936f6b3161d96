# SPDX-License-Identifier: MIT
"""Shared data on the terminal: other hosts' values, what they were before, and of which central."""

import json
import sys

import pytest

from tests.fixtures import processes
from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.events import a_run, say


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with owner_of(made) as owner:
            body = json.dumps({"name": "nas", "role": "reporter", "host": "nas1"}).encode()
            token = owner.call("POST", "/api/v1/tokens", body, **{"Content-Type": "application/json"}).body["token"]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        with Caller(made, token) as nas, agent_of(made) as agent:
            for value in ("6.5GB", "7000000000"):
                body = f"task=pool&set=free%3D{value}&unit=bytes".encode()
                assert nas.call("POST", "/api/v1/report", body, **form).status == 200
            assert agent.send(*a_run(say("data", 1, data={"free": 5}))).status == 200
        yield made


def hume(central, *words, **environ):
    done = central.hume(*words, **environ)
    return done.returncode, done.stdout, done.stderr


def test_another_hosts_value_is_got_by_host_and_by_task(central):
    assert hume(central, "get", "nas1/free")[:2] == (0, "7000000000\n")
    assert hume(central, "get", "nas1:pool/free")[:2] == (0, "7000000000\n")
    assert hume(central, "get", "nas1:other/free")[:2] == (1, "")
    assert hume(central, "get", "nas2/free")[:2] == (1, "")


def test_what_a_piece_was_before_is_told_newest_first(central):
    _, table, _ = hume(central, "data", "nas1:pool", "--key", "free", "--history")
    _, lines, _ = hume(central, "data", "nas1:pool", "--key", "free", "--history", "-o", "json")

    assert [line.split()[1] for line in table.splitlines()] == ["value", "7.0", "6.5GB"]
    assert [one["value"] for one in json.loads(lines)] == [7_000_000_000, "6.5GB"]


def test_the_history_is_of_one_piece(central):
    status, _, said = hume(central, "data", "nas1:pool", "--history")

    assert status == 64
    assert "--key KEY --history" in said


def test_a_profile_names_the_central_of_every_question(central, tmp_path):
    url = central.layout.central_url.read_text().strip()
    login = f"exec {sys.executable} -m humeops.cli.main login {url} --profile there < {central.layout.person_token}"
    elsewhere = {"HUME_DIR": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in elsewhere.items():
            patch.setenv(name, value)
        environ = central.environ(**elsewhere)
        patch.setattr(central, "environ", lambda **more: {**environ, **more})
        assert central.start_command(login).wait(30) == 0

        assert hume(central, "status", "--profile", "there")[0] in (0, 1, 2)
        assert hume(central, "get", "nas1/free", HUME_PROFILE="there")[1] == "7000000000\n"
        assert hume(central, "status", "--profile", "nowhere")[0] == 64
