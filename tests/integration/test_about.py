# SPDX-License-Identifier: MIT
"""What people say a task is for, and the tags they give it: over the API, and what becomes of it there."""

import json
import urllib.parse

import pytest

from tests.fixtures.asking import owner_of


@pytest.fixture
def owner(backed_up):
    with owner_of(backed_up) as made:
        yield made


def put(caller, host, task="backup", **said):
    return caller.call("PUT", "/api/v1/about", json.dumps({"host": host, "task": task, **said}).encode())


def about(owner, host, task="backup"):
    return owner.get(f"/api/v1/about?{urllib.parse.urlencode({'host': host, 'task': task})}")


def test_given_tags_are_told_with_who_and_when_and_count_among_the_task_s_own(owner, host):
    answer = put(owner, host, owner="the team", tags=["team-a", "db", "db"])

    assert answer.status == 200
    assert about(owner, host).body == answer.body
    assert [(one["tag"], one["author"]) for one in answer.body["tags"]] == [("db", "owner"), ("team-a", "owner")]
    (task,) = owner.get("/api/v1/tasks?q=tag:team-a").body["items"]
    assert task["tags"] == ["db", "nightly", "team-a"]
    assert owner.get("/api/v1/events?q=tag:team-a").body["items"] == []


def test_what_is_left_out_stays_and_what_is_empty_goes(owner, host):
    put(owner, host, owner="the team", description="all dumps", tags=["team-a"])

    put(owner, host, owner="")
    kept = about(owner, host).body
    put(owner, host, tags=[])

    assert "owner" not in kept
    assert (kept["description"], [one["tag"] for one in kept["tags"]]) == ("all dumps", ["team-a"])
    assert "tags" not in about(owner, host).body
    assert owner.get("/api/v1/tasks").body["items"][0]["tags"] == ["nightly"]


def test_some_are_given_and_taken_back_beside_what_others_gave(owner, host):
    put(owner, host, tags=["a", "b"])

    answer = put(owner, host, tag=["c"], untag=["a", "nobody's"])
    line = owner.get("/api/v1/audit?q=act:describe").body["items"][0]

    assert [one["tag"] for one in answer.body["tags"]] == ["b", "c"]
    assert line["detail"] == "tag c, untag a nobody's"
    assert put(owner, host, tag=[f"t{n}" for n in range(15)]).body["detail"].startswith("`tags`: 17 tags; a task may")
    assert [one["tag"] for one in about(owner, host).body["tags"]] == ["b", "c"]


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        ({"tags": [], "untag": ["a"]}, "`tags` stands for all of them"),
        ({"tag": ["a"], "untag": ["a"]}, "`untag`: 'a' is to be given and taken back"),
        ({"tag": ["a:b"]}, "`tag`: 'a:b' is no tag"),
        ({"untag": [""]}, "`untag`: '' is no tag"),
    ],
)
def test_what_can_t_be_meant_of_tags_is_refused(owner, host, wish, fault):
    answer = put(owner, host, **wish)

    assert answer.status == 400
    assert fault in answer.body["detail"]


def test_who_said_it_is_in_the_audit_log(owner, host):
    put(owner, host, description="all dumps", tags=["team-a", "db"])

    line = owner.get("/api/v1/audit?q=act:describe").body["items"][0]
    assert (line["object"], line["detail"]) == (f"{host}:backup", "description, tags db team-a")


@pytest.mark.parametrize("tag", ["", "x" * 65, "a:b", "a,b", " a", "a\nb", "\u202ea"])
def test_what_is_no_tag_of_an_event_is_none_of_a_task(owner, host, tag):
    answer = put(owner, host, tags=["good", tag])

    assert answer.status == 400
    assert "is no tag, which is 1 to 64 characters without `:`" in answer.body["detail"]
    assert about(owner, host).body == {}


def test_a_task_is_given_as_many_tags_as_an_event_may_have(owner, host):
    assert put(owner, host, tags=[f"t{n}" for n in range(16)]).status == 200

    answer = put(owner, host, tags=[f"t{n}" for n in range(17)])

    assert answer.status == 400
    assert "`tags`: 17 tags; a task may be given 16 at most" in answer.body["detail"]


def test_of_a_task_that_nobody_knows_nothing_is_said(owner, host):
    assert put(owner, host, "none", tags=["a"]).status == 404
    assert about(owner, host, "none").status == 404


def test_a_text_no_database_likes_is_mended(owner, host):
    assert put(owner, host, owner="a\0b").body["owner"] == "a\ufffdb"
