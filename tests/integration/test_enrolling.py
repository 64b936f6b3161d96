# SPDX-License-Identifier: MIT
"""Hosts let in, renewed and put out, by real commands on a real central, with a real humed.

It is long, since each way a host is let in or put out is a journey of its own, and all share the same commands.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys

import pytest
import urllib3

from humeops.api import openapi
from humeops.security import credentials
from tests.fixtures import processes, telling, tlsfront
from tests.fixtures.asking import Caller, owner_of
from tests.fixtures.events import epoch_id, say


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central("--agent-host", "central-host")
        yield made


@pytest.fixture
def host(central):
    """A host with humed's settings, which reports to nobody yet."""
    with processes.installation() as made:
        name_host(made, "db1")
        yield made


def name_host(made, name):
    (made.root / "humed.toml").write_text(
        f'host = "{name}"\n[central]\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\n'
    )


JSON = {"Content-Type": "application/json"}


def url_of(central):
    return central.layout.central_url.read_text().strip()


def at_central(central, *words, status=0):
    command = [sys.executable, "-m", "humeops.cli.central", "--dir", str(central.root), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=central.environ())
    assert done.returncode == status, done.stderr
    return done.stdout.strip() if status == 0 else done.stderr.strip()


def enroll(host, *words, status=0, given=""):
    command = [sys.executable, "-m", "humeops.cli.main", "enroll", *words]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=60, check=False, env=host.environ()
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout.strip() if status == 0 else done.stderr.strip()


def token(central, name, **given):
    """A token by the API; what the command line makes is the same, and costs a process."""
    wanted = {"name": name, "hosts": name, "expires_at": 2**62} | given
    with owner_of(central) as owner:
        answer = owner.call("POST", "/api/v1/enrolments/tokens", json.dumps(wanted).encode(), **JSON)
    assert answer.status == 201, answer
    return answer.body["token"]


def new_host(central, name):
    """Return a caller with the credential of a host that was just enrolled."""
    with processes.installation() as made:
        name_host(made, name)
        enroll(made, url_of(central), token(central, name))
        return made.layout.agent_token.read_text().strip()


def status_of(central, held, body=None):
    with Caller(central, held) as caller:
        return caller.send(*([] if body is None else [body]), first=1).status


def hosts(central):
    with owner_of(central) as owner:
        return {one["host"]: one for one in owner.get("/api/v1/agents").body["items"]}


def await_stored(central, host, text):
    processes.wait_until(lambda: stored(central, host, text), f"central has {text}")


def stored(central, host, text):
    with owner_of(central) as owner:
        found = owner.get(f"/api/v1/events?host={host}").body["items"]
    return [one for one in found if one.get("message") == text]


def test_a_host_is_enrolled_while_humed_runs_and_what_it_had_said_arrives(central, host):
    host.start_humed()
    assert host.hume("--strict", "info", "said before").returncode == 0

    said = enroll(host, url_of(central), given=token(central, "db1") + "\n")

    processes.wait_until(lambda: stored(central, "db1", "said before"), "the event is at central")
    assert "db1 reports to" in said
    assert stat.S_IMODE(host.layout.agent_token.stat().st_mode) == 0o600
    assert not list(host.root.glob(".agent-token*"))


def test_a_token_is_used_once_and_the_credential_itself_is_nowhere_at_central(central, host):
    name_host(host, "once1")
    made = token(central, "once1")
    enroll(host, url_of(central), made)
    held = host.layout.agent_token.read_text().strip()

    assert "used up" in enroll(host, url_of(central), made, status=77)
    assert host.layout.agent_token.read_text().strip() == held
    kept = b"".join(path.read_bytes() for path in central.root.glob("central.db*"))
    assert held.encode() not in kept
    assert made.encode() not in kept


def test_a_credential_speaks_for_its_own_host_and_does_nothing_else(central):
    held = new_host(central, "bound1")
    with Caller(central, held) as agent:
        assert agent.send(say("log", message="as another", host="central-host")).status == 200
        for path in ("tasks", "runs", "events", "data", "agents", "hosts", "tokens", "enrolments", "openapi.json"):
            assert agent.get(f"/api/v1/{path}").status == 403, path
        for path, body in {
            "notes": {"host": "bound1", "task": "backup", "text": "x"},
            "tokens": {"name": "x", "role": "admin"},
            "enrolments/tokens": {"name": "x", "hosts": "*", "expires_at": 2**62},
            "enrolments/decided": {"id": 1, "approve": True},
            "credentials/revoked": {"host": "central-host"},
        }.items():
            answer = agent.call("POST", f"/api/v1/{path}", json.dumps(body).encode(), **JSON)
            assert answer.status == 403, path
        asked = json.dumps({"host": "bound2", "hash": "0" * 64}).encode()
        assert agent.call("POST", "/api/v1/enrolments", asked, **JSON).status == 401

    assert stored(central, "bound1", "as another")
    assert not stored(central, "central-host", "as another")


def every_answer(central, held):
    """What this token gets at every address and method that the API describes; of what it sends, nothing is right."""
    with Caller(central, held) as caller:
        for path, methods in openapi.document()["paths"].items():
            for method in methods:
                place = re.sub(r"\{\w+\}", "1", path)
                yield method, path, caller.call(method.upper(), place, b"{}", **JSON).status


def test_an_agent_gets_nothing_at_any_address(central):
    # Its own credential, what it reports, and whom central says to believe, which is not said yet.
    allowed = {("post", "/api/v1/credentials"), ("post", "/api/v1/report"), ("get", "/api/v1/trust")}
    for method, path, status in every_answer(central, new_host(central, "nothing1")):
        # 400: what was sent was wrong, which is looked at first. Reading is refused in any case; 401: where tokens that enrol belong.
        assert status in (401, 403) or (method != "get" and status == 400) or (method, path) in allowed, (
            method,
            path,
            status,
        )


def test_a_token_that_enrols_is_nobody_at_any_other_address(central):
    for held in (token(central, "nothing-else"), credentials.make_token("enrol"), credentials.make_token("agent")):
        for method, path, status in every_answer(central, held):
            enrols = (method, path) == ("post", "/api/v1/enrolments") and held.startswith("hume_e_")
            assert status == 401 or (enrols and status == 400), (method, path, status)
        assert status_of(central, held) == 401


def test_a_wrong_host_a_wrong_token_and_an_old_one_are_refused_with_the_mend(central, host):
    name_host(host, "db7")
    assert "this token enrols web*, and not db7" in enroll(
        host, url_of(central), token(central, "fleet7", hosts="web*"), status=77
    )
    made = token(central, "revoked7", hosts="db7")
    at_central(central, "enroll-token", "revoke", "revoked7")
    assert "ask for another one" in enroll(host, url_of(central), made, status=77)
    assert "no token that enrols" in enroll(host, url_of(central), "hume_p_" + "x" * 43, status=64)
    assert not host.layout.agent_token.exists()


def test_patterns_of_a_variable_that_is_not_set_are_none(central):
    assert "--hosts ''" in at_central(central, "enroll-token", "unset", "--hosts", "", status=64)


def test_beyond_this_machine_nothing_is_sent_in_the_clear(host):
    said = enroll(host, "http://central.example:4863", credentials.make_token("enrol"), status=64)

    assert "https://" in said
    assert not list(host.root.glob(".agent-token*"))


def test_a_fleet_waits_for_approval_and_then_reports_by_itself(central, host):
    name_host(host, "web1")
    host.start_humed()
    host.hume("info", "waited")
    made = at_central(central, "enroll-token", "web", "--hosts", "web*", "--uses", "5", "--approve")

    assert "waits" in enroll(host, url_of(central), made)
    (waiting,) = json.loads(at_central(central, "agents", "pending", "-o", "json"))
    assert waiting["host"] == "web1"
    assert waiting["fingerprint"] in enroll(host, url_of(central), made)
    assert "may report" in at_central(central, "agents", "approve", "web1")

    processes.wait_until(lambda: stored(central, "web1", "waited"), "the event is at central")
    (left,) = [
        one for one in json.loads(at_central(central, "enroll-token", "list", "-o", "json")) if one["name"] == "web"
    ]
    assert left["uses_left"] == 4


def test_one_that_is_denied_stays_outside(central, host):
    name_host(host, "web2")
    made = token(central, "web2", asks=True)
    enroll(host, url_of(central), made)
    at_central(central, "agents", "deny", "web2")

    assert status_of(central, host.layout.agent_token.read_text().strip()) == 401
    assert "used up" in enroll(host, url_of(central), made, status=77)
    enroll(host, url_of(central), token(central, "web2"))
    assert status_of(central, host.layout.agent_token.read_text().strip()) == 200
    assert not list(host.root.glob(".agent-token*"))


def test_one_that_was_approved_and_then_revoked_comes_in_by_the_next_token(central, host):
    name_host(host, "web3")
    enroll(host, url_of(central), token(central, "web3", asks=True))
    at_central(central, "agents", "approve", "web3")
    at_central(central, "agents", "revoke", "web3")
    old = host.layout.agent_token.read_text().strip()

    assert "waits" in enroll(host, url_of(central), token(central, "web3", asks=True))
    at_central(central, "agents", "approve", "web3")

    assert host.layout.agent_token.read_text().strip() != old
    assert status_of(central, host.layout.agent_token.read_text().strip()) == 200


def test_the_audit_log_names_each_host_that_asked_and_what_became_of_it_once(central):
    fleet, asked = token(central, "byimage", hosts="log*", uses=9, asks=True), {}
    with Caller(central, fleet) as caller:
        for name in ("log1", "log1", "log2"):
            body = json.dumps({"host": name, "hash": hashlib.sha256(name.encode()).hexdigest()}).encode()
            asked[name] = caller.call("POST", "/api/v1/enrolments", body, **JSON).body["fingerprint"]
    at_central(central, "agents", "approve", "log1")
    at_central(central, "agents", "deny", "log2")

    with owner_of(central) as owner:
        lines = owner.get("/api/v1/audit?q=object:log*").body["items"]
    told = {(one["actor"], one["act"], one["object"], one.get("detail")) for one in lines}
    assert len(lines) == 4
    assert told >= {("byimage", "enrol host", name, f"waits to be approved, {asked[name]}") for name in asked}
    assert {("let host in", "log1", asked["log1"]), ("deny host", "log2", asked["log2"])} <= {line[1:] for line in told}


def test_a_credential_is_rotated_under_a_humed_that_runs(central, host):
    name_host(host, "turns1")
    enroll(host, url_of(central), token(central, "turns1"))
    host.start_humed()
    host.hume("info", "first")
    processes.wait_until(lambda: stored(central, "turns1", "first"), "the event is at central")
    old = host.layout.agent_token.read_text().strip()

    assert "new credential" in enroll(host, "--rotate")
    new = host.layout.agent_token.read_text().strip()
    assert new != old
    assert (status_of(central, old), status_of(central, new)) == (200, 200)
    host.hume("info", "second")
    processes.wait_until(lambda: stored(central, "turns1", "second"), "the event is at central")


def test_a_rotation_that_was_cut_off_goes_on_where_it_was(central, host):
    name_host(host, "turns2")
    enroll(host, url_of(central), token(central, "turns2"))
    new = credentials.make_token("agent")
    credentials.write_token(host.root / ".agent-token.rotating", new)

    enroll(host, "--rotate")

    assert host.layout.agent_token.read_text().strip() == new
    assert status_of(central, new) == 200


def test_what_is_revoked_opens_nothing_from_then_on(central):
    held = new_host(central, "gone1")
    assert status_of(central, held) == 200

    at_central(central, "agents", "revoke", "gone1")

    assert status_of(central, held) == 401
    with owner_of(central) as owner:
        # The line is written after the answer.
        processes.wait_until(
            lambda: owner.get("/api/v1/audit?q=actor:gone1+outcome:refused").body["items"], "the log names it"
        )
        (line,) = owner.get("/api/v1/audit?q=actor:gone1+outcome:refused").body["items"]
    assert line["detail"] == "the credential of gone1 was revoked"


def doctor(host):
    command = [sys.executable, "-m", "humeops.cli.main", "doctor"]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env=host.environ(COLUMNS="300")
    ).stdout


def test_two_hosts_with_one_credential_are_told(central, host):
    name_host(host, "twin1")
    enroll(host, url_of(central), token(central, "twin1"))
    with processes.installation() as clone:
        for name in ("humed.toml", "agent-token", "central.url"):
            shutil.copy(host.root / name, clone.root / name)
        name_host(clone, "twin2")
        host.start_humed()
        clone.start_humed()
        for number in range(3):
            for one, name in ((host, "twin1"), (clone, "twin2")):
                text = f"{name} {number}"
                one.hume("info", text)
                await_stored(central, "twin1", text)

    assert {one["host"] for one in hosts(central)["twin1"]["shared_by"]} == {"twin1", "twin2"}
    host.hume("info", "once more")
    processes.wait_until(
        lambda: "two humeds report with this host's credential" in doctor(host), "doctor knows it by itself"
    )
    assert "two humeds used its credential in turn" in at_central(central, "agents")
    listed = subprocess.run(
        [sys.executable, "-m", "humeops.cli.main", "hosts", "twin1"],
        capture_output=True, text=True, timeout=60, check=True, env=central.environ(COLUMNS="300"),
    ).stdout  # fmt: skip
    assert "two humeds used its credential in turn" in listed
    held = {"Authorization": f"Bearer {central.layout.person_token.read_text().strip()}"}
    page = urllib3.request("GET", f"{url_of(central)}/host?name=twin1", headers=held, retries=False).data
    assert b"Two humeds used its credential in turn" in page


def test_a_host_that_reports_elsewhere_is_told_where_to_say_so(central, host):
    (host.root / "humed.toml").write_text('host = "db9"\n[central]\nurl = "https://other.example"\n')

    said = enroll(host, url_of(central), token(central, "db9"), status=78)
    assert f"put {url_of(central)} there" in said


def test_a_batch_may_say_which_humed_sends_it_or_not(central):
    held = new_host(central, "plain1")
    with Caller(central, held) as agent:
        body = b'{"v":1,"epoch":"%b","oldest":1,"sent_at":1,"events":[],"by":{"process":"x"}}' % epoch_id("e").encode()
        assert agent.call("POST", "/api/v1/intake", body).status == 400
        assert agent.send().status == 200


def test_enrolling_as_root_gives_the_credential_to_humeds_user(central, host):
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    name_host(host, "owned1")
    host.layout.spool.touch()
    os.chown(host.layout.spool, 65_534, 65_534)
    enroll(host, url_of(central), token(central, "owned1"))

    assert host.layout.agent_token.stat().st_uid == 65_534
    assert host.layout.central_url.stat().st_uid == 65_534


def test_an_enrolment_whose_answer_was_lost_goes_on_with_the_same_token(central, host):
    name_host(host, "lost1")
    made, held = token(central, "lost1"), credentials.make_token("agent")
    credentials.write_token(host.root / ".agent-token.enrolling", held)
    asked = json.dumps({"host": "lost1", "hash": credentials.hash_token(held).hex()}).encode()
    with Caller(central, made) as caller:
        assert caller.call("POST", "/api/v1/enrolments", asked, **JSON).status == 201

    enroll(host, url_of(central), made)

    assert host.layout.agent_token.read_text().strip() == held
    assert status_of(central, held) == 200


def test_through_tls_with_a_ca_of_ones_own_and_not_without(central, host, tmp_path):
    certificate = telling.certificate(tmp_path)
    with tlsfront.tls_front(certificate, int(url_of(central).rpartition(":")[2])) as port:
        url, made = f"https://localhost:{port}", token(central, "tls1")
        name_host(host, "tls1")
        assert "certificate" in enroll(host, url, made, status=75)

        with (host.root / "humed.toml").open("a") as settings:
            settings.write(f'ca_file = "{certificate}"\n')
        enroll(host, url, made)
        host.start_humed()
        host.hume("info", "through tls")
        await_stored(central, "tls1", "through tls")


def test_a_rotation_that_was_cut_off_long_ago_is_not_locked_out(central, host):
    name_host(host, "turns3")
    enroll(host, url_of(central), token(central, "turns3"))
    old, new = host.layout.agent_token.read_text().strip(), credentials.make_token("agent")
    credentials.write_token(host.root / ".agent-token.rotating", new)
    with Caller(central, old) as agent:
        asked = json.dumps({"hash": credentials.hash_token(new).hex()}).encode()
        assert agent.call("POST", "/api/v1/credentials", asked, **JSON).status == 201
    # The ten minutes are over.
    with contextlib.closing(sqlite3.connect(central.layout.database)) as db, db:
        db.execute("UPDATE credential SET expires_at = 1 WHERE hash = ?", [credentials.hash_token(old)])
    assert status_of(central, old) == 401

    enroll(host, "--rotate")

    assert host.layout.agent_token.read_text().strip() == new
    assert status_of(central, new) == 200
