# SPDX-License-Identifier: MIT
"""Agents that show client certificates to the TLS in front of central: what was stolen opens nothing without the other half."""

import functools
import json
import subprocess
import sys

import pytest
import urllib3

from tests.fixtures import mtlsfront, processes
from tests.fixtures.asking import Caller, agent_of, owner_of
from tests.fixtures.events import body_of
from tests.fixtures.mtlsfront import SUBJECT, VERIFIED, Authority

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        (made.root / "central.toml").write_text(mtlsfront.SETTINGS)
        made.start_central("--agent-host", "central-host")
        yield made


@pytest.fixture(scope="module")
def front(central, authority):
    with mtlsfront.front(authority, int(central.layout.central_url.read_text().strip().rpartition(":")[2])) as made:
        yield made


@pytest.fixture
def enrolled(central, authority, front):
    """Enrol hosts, each with a certificate of its own name unless another file is said."""
    made = []

    def enrol(name, certificate=None):
        folder = processes.installation()
        host = folder.__enter__()
        made.append(folder)
        shown = certificate or authority.issue(name)
        (host.root / "humed.toml").write_text(
            f'host = "{name}"\n[central]\nurl = "{front.url}"\nca_file = "{authority.file}"\n'
            f'client_cert = "{shown}"\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\n'
        )
        wanted = {"name": name, "hosts": name, "expires_at": 2**62}
        with owner_of(central) as owner:
            token = owner.call("POST", "/api/v1/enrolments/tokens", json.dumps(wanted).encode(), **JSON).body["token"]
        enroll(host, front.url, given=token)
        return host

    yield enrol
    for folder in made:
        folder.__exit__(None, None, None)


def enroll(host, *words, given="", status=0):
    command = [sys.executable, "-m", "humeops.cli.main", "enroll", *words]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=60, check=False, env=host.environ()
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def verb(central, *words, status=0):
    command = [sys.executable, "-m", "humeops.cli.central", "--dir", str(central.root), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=central.environ())
    assert done.returncode == status, done.stderr
    return done.stdout


def held(host):
    return host.layout.agent_token.read_text().strip()


def send(front, authority, token, certificate=None):
    """Send a batch through TLS; return the status, and what is said of it."""
    shown = str(certificate) if certificate else None
    headers = {"Authorization": f"Bearer {token}", **JSON}
    ca = str(authority.file)
    with urllib3.PoolManager(ca_certs=ca, retries=False, timeout=10, cert_file=shown, key_file=shown) as pool:
        answer = pool.request("POST", f"{front.url}/api/v1/intake", body=body_of(), headers=headers)
    return answer.status, answer.data.decode()


def log(central, q):
    with owner_of(central) as owner:
        return owner.get(f"/api/v1/audit?q={q}").body["items"]


def await_stored(central, host, text):
    def is_stored():
        with owner_of(central) as owner:
            found = owner.get(f"/api/v1/events?host={host}").body["items"]
        return any(one.get("message") == text for one in found)

    processes.wait_until(is_stored, f"central has {text}")


def test_a_host_reports_with_its_certificate_and_central_says_which(central, enrolled):
    host = enrolled("web1")
    host.start_humed()
    host.hume("info", "with a certificate")

    await_stored(central, "web1", "with a certificate")
    assert "web1  heard" in verb(central, "agents")
    assert "with CN=web1" in verb(central, "agents")


def test_a_stolen_token_opens_nothing_without_the_certificate(central, front, authority, enrolled):
    token = held(enrolled("db1"))

    status, said = send(front, authority, token)
    assert status == 403
    assert "goes with a client certificate, and came with none" in said
    with Caller(central, token) as straight:
        assert straight.send().status == 403
        assert straight.call("POST", "/api/v1/credentials", b'{"hash": "%b"}' % (b"a" * 64), **JSON).status == 403
        # Nobody but the proxy says what came.
        forged = {SUBJECT: "CN=db1", VERIFIED: "SUCCESS"}
        assert straight.call("POST", "/api/v1/intake", body_of(), **forged).status == 403
    assert send(front, authority, token, authority.issue("db1"))[0] == 200
    told = functools.partial(log, central, "actor:db1+outcome:refused")
    processes.wait_until(lambda: {line["outcome"] for line in told()} == {"refused"}, "the refusals are in the log")


def test_a_certificate_of_another_host_opens_nothing(front, authority, enrolled):
    token = held(enrolled("db2"))

    status, said = send(front, authority, token, authority.issue("eve"))

    assert status == 403
    assert "came with another one" in said


@pytest.mark.parametrize("how", ["of another CA", "over"])
def test_a_certificate_that_does_not_hold_gets_nowhere(front, authority, enrolled, how, tmp_path):
    token = held(enrolled(f"db3-{how.split()[0]}"))
    bad = Authority(tmp_path, "another").issue("db3") if how == "of another CA" else authority.issue("db3", days=-1)

    with pytest.raises(urllib3.exceptions.HTTPError):
        send(front, authority, token, bad)


def test_a_certificate_without_the_token_opens_nothing(front, authority):
    assert send(front, authority, "hume_a_" + "A" * 43, authority.issue("db4"))[0] == 401


def test_a_renewed_certificate_is_shown_without_a_restart(central, front, authority, enrolled):
    host = enrolled("web2", authority.issue("web2", "web2.pem"))
    host.start_humed()
    host.hume("info", "before")
    await_stored(central, "web2", "before")
    shown = set(front.serials)

    authority.issue("web2", "web2.pem")
    host.hume("info", "after")

    await_stored(central, "web2", "after")
    assert set(front.serials) - shown


def test_a_renewal_that_is_half_done_loses_nothing(central, front, authority, enrolled):
    file = authority.issue("web3", "web3.pem")
    host = enrolled("web3", file)
    host.start_humed()
    whole, broken = file.read_bytes(), authority.issue("web4", "other.pem").read_bytes()
    # The new key, with the certificate of before.
    file.write_bytes(
        broken.partition(b"-----BEGIN CERT")[0] + b"-----BEGIN CERT" + whole.partition(b"-----BEGIN CERT")[2]
    )
    assert host.hume("--strict", "info", "meanwhile").returncode == 0
    file.unlink()
    assert host.hume("--strict", "info", "without any").returncode == 0

    file.write_bytes(whole)

    for text in ("meanwhile", "without any"):
        await_stored(central, "web3", text)


def test_a_new_credential_goes_with_the_same_certificate(front, authority, enrolled):
    host = enrolled("web5")
    before = held(host)
    enroll(host, "--rotate")

    assert held(host) != before
    assert send(front, authority, held(host))[0] == 403
    assert send(front, authority, held(host), authority.issue("web5"))[0] == 200


def test_one_that_came_in_before_is_bound_to_the_first_certificate_that_comes(central, front, authority):
    wanted = {"name": "old1", "hosts": "old1", "expires_at": 2**62}
    with owner_of(central) as owner:
        token = owner.call("POST", "/api/v1/enrolments/tokens", json.dumps(wanted).encode(), **JSON).body["token"]
    with processes.installation() as host:
        (host.root / "humed.toml").write_text('host = "old1"\n')
        enroll(host, central.layout.central_url.read_text().strip(), given=token)
        credential = held(host)
    assert send(front, authority, credential)[0] == 200

    assert send(front, authority, credential, authority.issue("old1"))[0] == 200

    assert send(front, authority, credential)[0] == 403
    (line,) = log(central, "object:old1+act:%22bind+certificate%22")
    assert (line["actor"], line["detail"]) == ("old1", "CN=old1")


def test_where_every_host_has_to_show_one_who_shows_none_is_not_let_in():
    with processes.installation() as made:
        (made.root / "central.toml").write_text(f"{mtlsfront.SETTINGS}cert_required = true\n")
        made.start_central("--agent-host", "central-host")
        wanted = {"name": "bare", "hosts": "bare", "expires_at": 2**62}
        with owner_of(made) as owner:
            token = owner.call("POST", "/api/v1/enrolments/tokens", json.dumps(wanted).encode(), **JSON).body["token"]

        with Caller(made, token) as host, agent_of(made) as own:
            body = json.dumps({"host": "bare", "hash": "0" * 64}).encode()
            refused = host.call("POST", "/api/v1/enrolments", body, **JSON)

            assert (refused.status, "none came" in refused.body["detail"]) == (403, True)
            assert own.send(first=1).status == 200


def test_an_admin_lets_another_certificate_take_its_place(central, front, authority, enrolled):
    token, new = held(enrolled("web6")), authority.issue("web6.new.example")
    assert send(front, authority, token, new)[0] == 403

    assert "comes with it next" in verb(central, "agents", "unbind", "web6")

    assert send(front, authority, token, new)[0] == 200
    assert send(front, authority, token, authority.issue("web6"))[0] == 403
    verb(central, "agents", "unbind", "no-such", status=65)


def test_a_humed_that_lost_its_certificate_says_so_and_keeps_its_events(central, authority, enrolled):
    host = enrolled("web7")
    settings = (host.root / "humed.toml").read_text()
    (host.root / "humed.toml").write_text(
        "".join(line for line in settings.splitlines(True) if "client_cert" not in line)
    )
    host.start_humed()
    host.hume("info", "kept")

    def said():
        return "goes with a client certificate" in host.hume("queue", COLUMNS="300").stdout

    processes.wait_until(said, "humed says why nothing arrives")
    assert len(host.spool_rows()) >= 1
    doctor = host.hume("doctor", COLUMNS="300").stdout
    assert "client_cert, client_key" in doctor
