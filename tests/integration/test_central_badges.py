# SPDX-License-Identifier: MIT
"""Badges on a real hume-central: open to whoever knows the address, and to nobody else."""

import json
import xml.etree.ElementTree

import pytest
import urllib3

from humeops.api import badges
from tests.fixtures import processes
from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.events import a_run, say


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with agent_of(made) as agent:
            bad = a_run(say("log", 101, tags=["nightly"]), begins=100, ends=110, status=3, outcome="failed")
            for event in bad:
                event.task = "copy"
            agent.send(*a_run(say("log", 1, tags=["nightly"])), *bad)
        yield made


@pytest.fixture
def owner(central):
    with owner_of(central) as caller:
        yield caller


def send(caller, path, **body):
    return caller.call("POST", f"/api/v1/{path}", json.dumps(body).encode(), **{"Content-Type": "application/json"})


def look(central, path):
    """Ask without any token."""
    return urllib3.request("GET", central.layout.central_url.read_text().strip() + path, retries=False, timeout=15)


def host_of(owner):
    return owner.get("/api/v1/hosts").body["items"][0]["host"]


def test_a_badge_of_a_task_is_open_and_tells_its_state(central, owner):
    made = send(owner, "badges", host=host_of(owner), task="backup").body

    picture, shields = look(central, made["svg"]), look(central, made["json"])

    assert (picture.status, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert picture.headers["cache-control"] == "public, max-age=60"
    assert "".join(xml.etree.ElementTree.fromstring(picture.data).itertext()) == "backup: okbackupok"
    assert {"label": "backup", "message": "ok", "cacheSeconds": 60}.items() <= shields.json().items()


def test_a_badge_of_a_tag_tells_the_worst(central, owner):
    made = send(owner, "badges", tag="nightly").body

    assert look(central, made["json"]).json()["message"] == "failed"
    assert send(owner, "badges", tag="nightly").body == made


def test_a_badge_that_was_removed_answers_no_more_and_the_next_has_another_address(central, owner):
    made = send(owner, "badges", tag="gone").body
    assert look(central, made["json"]).json()["message"] == "unknown"

    assert send(owner, "badges/removed", tag="gone").status == 201

    assert look(central, made["svg"]).status == 404
    assert send(owner, "badges/removed", tag="gone").status == 404
    assert send(owner, "badges", tag="gone").body != made


@pytest.mark.parametrize("path", ["/badge/x.svg", "/badge/.svg", "/badge/x", "/badge/%2e%2e.svg", "/badge/x.html"])
def test_an_address_that_is_guessed_is_no_badge(central, path):
    assert look(central, path).status == 404


@pytest.mark.parametrize("path", ["/badge", "/badges/x.svg", "/api/v1/badges", "/badge/../api/v1/tasks"])
def test_nothing_beside_badges_is_open(central, path):
    assert look(central, path).status in (401, 303, 404, 405)
    assert b"backup" not in look(central, path).data


@pytest.mark.parametrize("body", [{}, {"host": "x"}, {"host": "x", "task": "y", "tag": "z"}, {"host": "x", "tag": "z"}])
def test_a_badge_is_of_a_task_or_of_a_tag(owner, body):
    assert send(owner, "badges", **body).status == 400


def test_a_badge_of_a_task_that_nobody_knows_is_refused(owner):
    assert send(owner, "badges", host="nosuch", task="backup").status == 404


def test_whatever_a_name_holds_is_text_in_the_picture():
    name = '</text><script>alert("x")</script>&\x00'

    tree = xml.etree.ElementTree.fromstring(badges.picture(name, "ok"))

    assert {element.tag.rpartition("}")[2] for element in tree.iter()} == {"svg", "title", "rect", "g", "text"}
    assert name.replace("\x00", "?") in "".join(tree.itertext())


def test_the_verb_prints_both_addresses(central, owner):
    printed = central.hume("badge", f"{host_of(owner)}:backup")

    assert printed.returncode == 0, printed.stderr
    svg, shields = printed.stdout.split()
    assert svg.endswith(".svg")
    assert shields.endswith(".json")
