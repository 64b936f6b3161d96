# SPDX-License-Identifier: MIT
"""From an admin's machine over a real central to a host: published, fetched with the agent's credential, verified, put in force, told."""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import subprocess

import msgspec
import pytest

from humeops.cli import verbgroup
from humeops.security.signing import bundle, installing
from tests.fixtures import processes, signers
from tests.fixtures.asking import agent_of, owner_of
from tests.fixtures.office import Office
from tests.fixtures.processes import find_hume
from tests.fixtures.signers import signed

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def running():
    signers.require()
    with processes.installation() as made:
        made.start_central()
        yield made


@pytest.fixture
def central(running):
    database(running, "DELETE FROM trust_bundle")
    for path in running.layout.drop.glob("*.hume"):
        path.unlink()
    return running


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def database(central, statement, *given):
    """Do what only central's owner, or a thief of its database, could do."""
    with contextlib.closing(sqlite3.connect(central.layout.database, timeout=30)) as db, db:
        db.execute(statement, given)


def hume(central, *words):
    """Run a verb in this process, which is the same and starts no Python."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        for name, value in environ_of(central).items():
            patch.setenv(name, value)
        status = verbgroup.run(list(words))
    return subprocess.CompletedProcess(words, status, out.getvalue(), err.getvalue())


def environ_of(central):
    return {**central.environ(), "HUME_ENDPOINT": "ipc:///nowhere"}


def by_hand(central, *words):
    command = [find_hume(), *words]
    return subprocess.run(command, env=environ_of(central), capture_output=True, text=True, timeout=60, check=False)


def publish(central, office, *words, key="root"):
    return hume(central, "signers", "publish", str(office.lists), "--key", str(office.key(key)), *words)


def update(central, office):
    return hume(central, "signers", "update", "--trust", str(office.trust), "--dir", str(central.root))


def in_force(office):
    found = installing.in_force(office.trust, (0, os.geteuid()))
    return found.bundle.version if found else None


def said(central):
    files = sorted(central.layout.drop.glob("*.hume"))
    return [json.loads(path.read_bytes().split(b"\n", 1)[1]) for path in files]


def test_what_an_admin_published_is_in_force_on_the_host(central, office):
    published = by_hand(central, "signers", "publish", str(office.lists), "--key", str(office.key("root")))
    updated = by_hand(central, "signers", "update", "--trust", str(office.trust), "--dir", str(central.root))

    assert published.returncode == 0, published.stderr
    assert "version 1, signed by root@example.com" in published.stdout
    assert updated.returncode == 0, updated.stderr
    assert in_force(office) == 1
    shared, event = said(central)
    assert (shared["kind"], shared["task"], shared["data"]) == ("data", "hume-signers", {"trust_version": 1})
    assert (event["task"], event["level"]) == ("hume-signers", "ok")
    assert (event["data"]["trust"], str(event["data"]["trust_version"])) == ("ok", "1")
    done = by_hand(central, "run", "--trust", str(office.trust), "--signed", str(signed(office)))
    assert done.returncode == 0, done.stderr


def test_versions_rise_by_themselves_and_the_audit_log_has_each(central, office):
    for _ in range(2):
        assert publish(central, office).returncode == 0

    with owner_of(central) as owner:
        lines = owner.get("/api/v1/audit").body["items"]
        told = owner.get("/api/v1/trust").body
    assert [(line["act"], line["object"]) for line in lines[:2]] == [
        ("publish trust", "version 2"),
        ("publish trust", "version 1"),
    ]
    assert "signed by root@example.com" in lines[0]["detail"]
    assert (told["version"], told["signer"], told["signers"]) == (2, "root@example.com", ["ann@example.com"])


def test_before_anything_was_published_there_is_nothing_to_do(central, office):
    done = update(central, office)

    assert (done.returncode, in_force(office)) == (0, None)
    assert "central hands out none yet" in done.stdout


def test_an_agent_learns_whom_to_believe_and_not_who_published(central, office):
    publish(central, office)

    with agent_of(central) as agent:
        told = agent.get("/api/v1/trust").body
        assert agent.call("PUT", "/api/v1/trust", json.dumps({"bundle": told["bundle"]}).encode(), **JSON).status == 403

    assert "author" not in told


def test_what_central_makes_up_is_not_believed_and_an_error_is_said(central, office):
    publish(central, office)
    update(central, office)
    forged = office.publish("--number", "9", key="bob", name="forged").read_text()
    database(central, "INSERT INTO trust_bundle VALUES (9, 0, 'mallory', ?)", forged)
    before = office.state()

    done = update(central, office)

    assert done.returncode == 126
    assert "not to be believed" in done.stderr
    assert office.state() == before
    event = said(central)[-1]
    assert (event["task"], event["level"], event["data"]["trust"]) == ("hume-signers", "error", "signature")
    assert event["message"].startswith("not updated: the trust bundle is not to be believed")


def test_central_cannot_use_the_numbers_up(central, office):
    highest = office.publish("--number", str(2**53), key="bob", name="forged").read_text()
    database(central, "INSERT INTO trust_bundle VALUES (?, 0, 'mallory', ?)", 2**53, highest)

    done = publish(central, office)

    assert done.returncode == 64
    assert "your key did not sign it" in done.stderr


def test_what_another_root_signer_published_is_followed_once_it_can_be_checked(central, office):
    publish(central, office, key="heir")
    office.roots("root", "heir")
    refused = publish(central, office)
    shutil.copy(office.trust / "root_signers", office.lists / "root_signers")

    done = publish(central, office)

    assert refused.returncode == 64
    assert done.returncode == 0, done.stderr
    assert "version 2" in done.stdout


def test_a_central_that_went_back_is_not_followed(central, office):
    for _ in range(2):
        publish(central, office)
    update(central, office)
    database(central, "DELETE FROM trust_bundle WHERE version = ?", 2)

    done = update(central, office)

    assert (done.returncode, in_force(office)) == (126, 2)
    assert "it is version 1; version 2 is in force here" in done.stderr


def test_a_central_that_hands_out_none_any_more_is_told(central, office):
    publish(central, office)
    update(central, office)
    database(central, "DELETE FROM trust_bundle WHERE version = ?", 1)

    done = update(central, office)

    assert (done.returncode, in_force(office)) == (126, 1)
    assert "central hands out none; version 1 is in force here" in done.stderr


def test_without_central_what_is_in_force_stays(central, office, tmp_path):
    publish(central, office)
    update(central, office)
    (tmp_path / "central.url").write_text("http://127.0.0.1:1")
    shutil.copy(central.layout.agent_token, tmp_path / "agent-token")

    done = hume(central, "signers", "update", "--trust", str(office.trust), "--dir", str(tmp_path))

    assert (done.returncode, in_force(office)) == (75, 1)
    assert said(central)[-1]["level"] == "error"


def test_a_bundle_that_ends_soon_is_warned_of(central, office):
    publish(central, office, "--for", "3d")

    assert update(central, office).returncode == 0
    event = said(central)[-1]
    assert event["level"] == "warning"
    assert "2 days left" in event["message"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"bundle": "nonsense"}, "this is no trust bundle"),
        ({"bundle": "\ud800"}, ""),
        ({}, ""),
        ({"bundle": "x" * 600_000}, ""),
    ],
    ids=["nonsense", "surrogate", "nothing", "giant"],
)
def test_central_takes_no_nonsense(central, body, told):
    with owner_of(central) as owner:
        answer = owner.call("PUT", "/api/v1/trust", json.dumps(body).encode(), **JSON)

    assert answer.status == 400
    assert told in answer.body["detail"]


def test_central_takes_no_version_that_hosts_would_not(central, office):
    publish(central, office, "--number", "5")

    again = publish(central, office, "--number", "5")

    assert again.returncode == 64
    assert "version 5 is handed out, so hosts would not take version 5" in again.stderr


def test_none_is_made_that_is_over(central, office):
    done = publish(central, office, "--for", "0s")

    assert done.returncode == 64
    assert "more than nothing" in done.stderr


def test_central_takes_none_that_is_over(central, office):
    said, _ = bundle.unpack(office.publish().read_bytes())
    old = msgspec.structs.replace(said, not_after="2020-01-01T00:00:00Z")
    body = json.dumps({"bundle": office.made(old).read_text()}).encode()
    with owner_of(central) as owner:
        answer = owner.call("PUT", "/api/v1/trust", body, **JSON)

    assert answer.status == 400
    assert "which is past" in answer.body["detail"]
