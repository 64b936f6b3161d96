# SPDX-License-Identifier: MIT
"""The API of a real hume-central: who may, what is answered, and what hostile requests get."""

import socket
import urllib.parse

import pytest

from humeops.wire.batch import MAX_BATCH_BYTES
from tests.fixtures import processes
from tests.fixtures.asking import Caller, agent_of, nobody_at, owner_of
from tests.fixtures.events import BOOT, a_run, body_of, epoch_id, say

READS = ["/api/v1/tasks", "/api/v1/runs", "/api/v1/runs/backup", "/api/v1/events", "/api/v1/data", "/api/v1/agents"]


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with agent_of(made) as agent:
            said = a_run(
                say("flag", 10, flag="db-dumped"),
                say("data", 12, data={"bytes": 7, "ok": True, "who": "<b>"}, unit="bytes", ttl=60),
                say("log", 20, level="error", message="tar: no space left \u202e", line=41, tags=["db"]),
                status=3,
                outcome="failed",
            )
            assert agent.send(*said).body == {"committed_upto": 5, "stored": 5, "known": 0, "dead": 0}
        yield made


@pytest.fixture
def owner(central):
    with owner_of(central) as caller:
        yield caller


@pytest.fixture
def agent(central):
    with agent_of(central) as caller:
        yield caller


@pytest.mark.parametrize("path", [*READS, "/api/v1/nothing", "/", "/schema", "/docs", "/healthz/", "/api/v1/intake"])
@pytest.mark.parametrize("token", [None, "", "x", "hume_p_" + "A" * 43, "hume_a_" + "A" * 43, "\xff" * 60, "A" * 5_000])
def test_without_a_valid_token_nothing_answers_not_even_that_it_exists(central, path, token):
    with Caller(central, token) as stranger:
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = stranger.call(method, path)

            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_token_is_taken_from_nowhere_but_its_header(central):
    token = central.layout.person_token.read_text().strip()
    with nobody_at(central) as nobody:
        assert nobody.get(f"/api/v1/runs?token={token}&access_token={token}").status == 401
        assert nobody.call("GET", "/api/v1/runs", Cookie=f"token={token}").status == 401
        assert nobody.call("GET", "/api/v1/runs", Authorization=token).status == 401
        assert nobody.call("GET", "/api/v1/runs", Authorization=f"Basic {token}").status == 401
        assert nobody.call("GET", "/api/v1/runs", Authorization=f"bearer {token}").status == 200


@pytest.mark.parametrize("path", READS)
def test_an_agent_reads_nothing(agent, path):
    answer = agent.get(path)

    assert (answer.status, answer.body["status"]) == (403, 403)


def test_a_person_does_not_speak_for_a_host(owner):
    assert owner.send(say("log", 1)).status == 403


@pytest.mark.parametrize("path", [*READS, "/healthz", "/nothing"])
def test_every_answer_carries_the_headers_that_keep_it_private(owner, path):
    headers = owner.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


def test_a_run_is_shown_with_its_timeline(owner):
    detail = owner.get("/api/v1/runs/backup").body

    assert detail["run"]["reason"] == "exit 3 at line 41, after db-dumped"
    assert detail["run"]["short"] == detail["run"]["id"][-8:]
    assert detail["stretches"] == [
        {"name": "db-dumped", "begins": 0, "lasts": 10_000_000_000},
        {"name": "end", "begins": 10_000_000_000, "lasts": 50_000_000_000},
    ]
    assert [event["at"] // 10**9 for event in detail["events"]] == [0, 10, 12, 20, 60]
    for name in (detail["run"]["id"], detail["run"]["short"], f"{detail['run']['host']}:backup"):
        assert owner.get(f"/api/v1/runs/{name}").body["run"] == detail["run"]


def test_data_are_shown_with_type_unit_and_end(owner):
    items = owner.get("/api/v1/data?key=b*").body["items"]

    assert [(item["key"], item["value"], item["unit"]) for item in items] == [("bytes", 7, "bytes")]
    assert items[0]["expires_at"] - items[0]["time"] == 60 * 10**9


def test_what_is_no_number_has_no_unit(owner):
    items = owner.get("/api/v1/data?key=o*").body["items"]

    assert [(item["key"], item["value"], item.get("unit")) for item in items] == [("ok", True, None)]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/api/v1/tasks?limit=0", "limit"),
        ("/api/v1/tasks?limit=1001", "limit"),
        ("/api/v1/tasks?limit=many", "limit"),
        ("/api/v1/tasks?limit=1&limit=2", "limit"),
        ("/api/v1/tasks?problems=maybe", "problems"),
        ("/api/v1/tasks?state=broken", "state"),
        ("/api/v1/tasks?sate=ok", "sate"),
        ("/api/v1/runs?since=now", "since"),
        ("/api/v1/runs?until=-1", "until"),
        ("/api/v1/runs?since=99999999999999999999", "since"),
        ("/api/v1/runs?host=" + "x" * 300, "host"),
        ("/api/v1/runs?" + "&".join(["tag=x"] * 40), "tag"),
        ("/api/v1/events?run=backup", "run"),
        ("/api/v1/events?level=loud", "level"),
        ("/api/v1/events?kind=song", "kind"),
        ("/api/v1/events?order=random", "order"),
        ("/api/v1/events?text=" + "x" * 1_001, "text"),
        ("/api/v1/runs/backup?x=1", "x"),
    ],
)
def test_a_bad_parameter_is_400_and_named(owner, path, named):
    answer = owner.get(path)

    assert answer.status == 400
    assert f"`{named}" in answer.body["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "cursor", ["", "x", "====", "W10", "WzFd", "bnVsbA", "%00", "%ff", "A" * 5_000, "WyJhIiwiYiJd"]
)
@pytest.mark.parametrize("path", ["/api/v1/runs", "/api/v1/events"])
def test_a_hostile_cursor_is_400(owner, path, cursor):
    assert owner.get(f"{path}?after={cursor}").status == 400


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        "%",
        "_",
        "*",
        "**********",
        "[",
        "[^",
        "\\",
        "\ud7ff\uffff",
        "a" * 255,
        "?" * 255,
        "*a" * 127,
    ],
)
@pytest.mark.parametrize(
    "path", ["tasks?host", "tasks?tag", "runs?task", "runs?tag", "events?tag", "events?text", "data?key"]
)
def test_no_pattern_breaks_a_question(owner, path, text):
    answer = owner.get(f"/api/v1/{path}={urllib.parse.quote(text)}")

    assert answer.status == 200


@pytest.mark.parametrize("name", ["nothing", "..", "%2e%2e", "%00", "a" * 3_000, "db1:", ":", "' --", "%ff%fe"])
def test_a_run_that_is_not_there_is_404(owner, name):
    assert owner.get(f"/api/v1/runs/{name}").status == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"v":1,"epoch":"","oldest":0}',
        body_of(epoch="x").replace(epoch_id("x").encode(), b"a"),
    ],
)
def test_what_is_no_batch_is_400(agent, body):
    assert agent.call("POST", "/api/v1/intake", body).status == 400


def test_seqs_that_do_not_ascend_are_400(agent):
    body = b'{"v":1,"epoch":"%b","oldest":1,"sent_at":1,"events":[[2,{}],[1,{}]]}' % epoch_id("e").encode()

    assert agent.call("POST", "/api/v1/intake", body).status == 400


def test_a_batch_over_the_limit_is_413_whether_it_tells_its_length_or_not(central, agent):
    assert agent.call("POST", "/api/v1/intake", b" " * (MAX_BATCH_BYTES + 1)).status == 413
    # Chunked: the length shows only while it comes.
    address = urllib.parse.urlsplit(central.layout.central_url.read_text().strip())
    token = central.layout.agent_token.read_text().strip()
    with socket.create_connection((address.hostname, address.port), timeout=20) as plain:
        head = f"POST /api/v1/intake HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
        plain.sendall(head.encode())
        try:
            for _ in range(20):
                plain.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert b" 413 " in plain.recv(200)


def test_a_batch_just_within_the_limit_is_taken(agent):
    event = say("log", 1, task="big", message="x" * 8_000)
    count = MAX_BATCH_BYTES // 8_400
    said = [say("log", number, task="big", message=event.message) for number in range(count)]
    assert len(body_of(*said)) < MAX_BATCH_BYTES

    assert agent.send(*said, epoch="big").body["stored"] == count


def test_dead_letters_do_not_hold_up_the_rest(agent):
    answer = agent.send(b'{"v":9}', say("log", 1, task="alive"), b'"\xff"', epoch="dead")

    assert answer.status in (200, 400)
    if answer.status == 400:
        # Bytes that are not UTF-8 make the whole body no JSON; humed never stores such an event.
        answer = agent.send(b'{"v":9}', say("log", 1, task="alive"), epoch="dead")
    assert answer.body["dead"] >= 1
    assert answer.body["stored"] == 1


def test_a_numeric_uid_that_no_system_has_does_not_stop_a_batch(agent):
    raw = (
        b'{"v":1,"id":"%b","kind":"data","time":1,"boot":"%b","task":"odd","data":{"a":1},"origin":{"uid":%d,"pid":%d}}'
    )
    event = raw % (say("log").id.encode(), BOOT.encode(), 2**80, 2**90)

    assert agent.send(event, epoch="odd").body["committed_upto"] == 1


def test_faults_and_logs_tell_no_token(central, owner):
    owner.get("/api/v1/runs?after=x")
    logged = (central.root / "central.stderr").read_text()

    for path in (central.layout.person_token, central.layout.agent_token):
        assert path.read_text().strip() not in logged
