# SPDX-License-Identifier: MIT
"""humed on tcp: a token on loopback, a key from elsewhere, and nobody else; what is said there names no process of this host."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
import zmq

from humeops.daemon import config, curve
from humeops.errors import ConfigError
from tests.fixtures import eset, standin
from tests.fixtures.flooding import flooding
from tests.fixtures.ports import free_port
from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import id_of, next_id, say

SENDERS = pathlib.Path(__file__).resolve().parents[2] / "examples" / "senders"


class Tcp:
    """The settings of a humed on loopback tcp, and sockets that speak to it."""

    def __init__(self, installed, context):
        self.installed = installed
        self.request, self.push = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self._context = context
        self.opened = []

    def start(self, more=""):
        settings = f'[listen]\ntcp = "{self.request}"\ntcp_push = "{self.push}"\n{more}'
        self.installed.layout.daemon_config.write_text(settings)
        return self.installed.start_humed()

    @property
    def token(self):
        return self.installed.layout.tcp_token.read_bytes().strip()

    def socket(self, kind, **options):
        made = self._context.socket(kind)
        self.opened.append(made)
        made.linger, made.rcvtimeo, made.sndtimeo = 0, 15_000, 15_000
        for name, value in options.items():
            setattr(made, name, value)
        made.connect(f"tcp://{self.push if kind == zmq.PUSH else self.request}")
        return made


@pytest.fixture
def tcp(installed):
    context = zmq.Context()
    made = Tcp(installed, context)
    yield made
    for peer in made.opened:
        peer.close()
    context.term()


def ask(peer, *frames):
    peer.send_multipart(frames)
    return peer.recv()


def said_to(tcp):
    """Return the ids of what senders said; of refusals humed says something itself, sooner or later."""
    bodies = [json.loads(body) for _, body in tcp.installed.spool_rows()]
    return [body["id"] for body in bodies if body["task"] != "humed"]


def test_nothing_listens_on_tcp_until_it_is_configured(installed):
    humed = installed.start_humed()

    sockets = {os.readlink(f"/proc/{humed.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{humed.pid}/fd")}
    with open("/proc/net/tcp") as lines:
        owned = [line for line in lines if f"socket:[{line.split()[9]}]" in sockets]
    assert owned == []


def test_whoever_has_the_token_is_answered_and_his_word_on_processes_counts_for_nothing(tcp):
    tcp.start()
    said = say("start", task="t", origin={"uid": 0, "chain": [[os.getpid(), 1]]})

    assert ask(tcp.socket(zmq.REQ), tcp.token, said) == f"0 {id_of(said)}".encode()

    [(_, body)] = tcp.installed.spool_rows()
    event = json.loads(body)
    assert event["origin"] == {"via": "tcp"}
    assert "boot" not in event


@pytest.mark.parametrize("frames", [[], [b""], [b"wrong"], [b"wrong", b"wrong"]], ids=["none", "empty", "wrong", "two"])
def test_without_the_token_it_is_refused(tcp, frames):
    tcp.start()

    answer = ask(tcp.socket(zmq.REQ), *frames, say())

    assert answer.startswith(b"77 - over tcp the event comes behind a frame with the token")
    assert said_to(tcp) == []
    assert eset.queue(tcp.installed)["forbidden"] == 1


def test_the_token_is_for_its_owner_alone_and_stays_the_same(tcp):
    humed = tcp.start()
    first = tcp.token
    humed.terminate()
    humed.wait(timeout=30)

    tcp.start()

    assert tcp.token == first
    assert tcp.installed.layout.tcp_token.stat().st_mode & 0o777 == 0o600


def test_what_is_pushed_over_tcp_needs_the_token_too(tcp):
    tcp.start()
    good, bad = say(), say()
    pusher = tcp.socket(zmq.PUSH)

    pusher.send_multipart([b"wrong", bad])
    pusher.send_multipart([tcp.token, good])

    wait_until(lambda: eset.queue(tcp.installed)["pushed"] == 2, "both were looked at")
    assert said_to(tcp) == [id_of(good)]


def test_who_has_no_token_fills_no_line_of_those_who_have_it(tcp):
    tcp.start("[guard]\nevents_per_second = 0.01\nburst_events = 1\n")
    stranger, known = tcp.socket(zmq.DEALER), tcp.socket(zmq.REQ)

    for _ in range(50):
        stranger.send_multipart([b"", say()])
    told = [stranger.recv_multipart()[1][:3] for _ in range(50)]

    assert told == [b"77 "] * 50
    assert ask(known, tcp.token, say()).startswith(b"0 ")


def test_a_flood_on_the_host_does_not_silence_those_elsewhere(tcp):
    tcp.start("[guard]\nevents_per_second = 0\n")
    known = tcp.socket(zmq.REQ)
    with flooding(tcp.installed.layout.socket) as flood:
        wait_until(lambda: eset.queue(tcp.installed)["received"] > 3_000, "the flood has come", 60)

        assert ask(known, tcp.token, say()).startswith(b"0 ")

        assert flood.poll() is None


def test_over_tcp_nobody_speaks_in_a_run_of_a_user_of_this_host(tcp):
    tcp.start()
    run = tcp.installed.hume("start", "mine", "--print-run").stdout.strip()

    answer = ask(tcp.socket(zmq.REQ), tcp.token, say(run=run))

    assert answer.startswith(b"77 ")


def test_a_run_from_elsewhere_is_open_until_its_stop(tcp):
    tcp.start()
    peer = tcp.socket(zmq.REQ)
    run = next_id()
    assert ask(
        peer, tcp.token, say("start", id=run, task="far", boot="11111111-1111-4111-8111-111111111111")
    ).startswith(b"0 ")
    assert ask(peer, tcp.token, say(run=run)).startswith(b"0 ")
    assert eset.queue(tcp.installed)["open_runs"] == 1

    assert ask(peer, tcp.token, say("stop", run=run, outcome="ok")).startswith(b"0 ")

    kinds = [json.loads(body)["kind"] for _, body in tcp.installed.spool_rows()]
    assert kinds == ["start", "log", "stop"]


def test_a_secret_key_that_everybody_may_read_is_not_used(tmp_path):
    curve.make_keys(tmp_path)
    (tmp_path / "server.secret").chmod(0o644)

    with zmq.Context() as context, context.socket(zmq.ROUTER) as made, pytest.raises(ConfigError, match="chmod 600"):
        curve.secure(made, tmp_path)


class TestCurve:
    """A sender with a key."""

    @pytest.fixture
    def keys(self, tcp):
        folder = tcp.installed.root / "curve"
        server = curve.make_keys(folder)
        tcp.start(f'curve_dir = "{folder}"\n')
        public, secret = zmq.curve_keypair()
        return {"curve_serverkey": server.encode(), "curve_publickey": public, "curve_secretkey": secret}

    def test_a_key_that_is_allowed_needs_no_token(self, tcp, keys):
        (tcp.installed.root / "curve" / "allowed" / "web2.key").write_bytes(keys["curve_publickey"] + b"\n")

        assert ask(tcp.socket(zmq.REQ, **keys), say()).startswith(b"0 ")

    def test_another_key_gets_no_answer_and_harms_nobody(self, tcp, keys):
        peer = tcp.socket(zmq.REQ, **keys)
        peer.rcvtimeo = 500

        with pytest.raises(zmq.Again):
            ask(peer, say())

        assert tcp.installed.hume("info", "--strict", "-t", "t", "x").returncode == 0
        assert len(tcp.installed.spool_rows()) == 1

    def test_a_file_that_holds_no_key_shuts_out_nobody_else(self, tcp, keys):
        allowed = tcp.installed.root / "curve" / "allowed"
        (allowed / "web2.key").write_bytes(keys["curve_publickey"])
        (allowed / "torn.key").write_text("not 40 characters\n")
        (allowed / "gone.key").symlink_to("nowhere")

        assert ask(tcp.socket(zmq.REQ, **keys), say()).startswith(b"0 ")

    def test_a_key_that_another_one_replaced_in_its_file_is_not_let_in_again(self, tcp, keys):
        file = tcp.installed.root / "curve" / "allowed" / "web2.key"
        file.write_bytes(keys["curve_publickey"])
        assert ask(tcp.socket(zmq.REQ, **keys), say()).startswith(b"0 ")
        public, secret = zmq.curve_keypair()
        file.write_bytes(public + b"\n")
        earlier = tcp.socket(zmq.REQ, **keys)
        earlier.rcvtimeo = 500

        now = tcp.socket(zmq.REQ, **{**keys, "curve_publickey": public, "curve_secretkey": secret})

        assert ask(now, say()).startswith(b"0 ")
        with pytest.raises(zmq.Again):
            ask(earlier, say())

    def test_a_key_that_was_taken_away_is_not_let_in_again(self, tcp, keys):
        key = tcp.installed.root / "curve" / "allowed" / "web2.key"
        key.write_bytes(keys["curve_publickey"])
        assert ask(tcp.socket(zmq.REQ, **keys), say()).startswith(b"0 ")
        key.unlink()
        peer = tcp.socket(zmq.REQ, **keys)
        peer.rcvtimeo = 500

        with pytest.raises(zmq.Again):
            ask(peer, say())

    def test_who_speaks_no_curve_is_not_heard(self, tcp, keys):
        peer = tcp.socket(zmq.REQ)
        peer.rcvtimeo = 500

        with pytest.raises(zmq.Again):
            ask(peer, say())


@pytest.mark.parametrize("way", ["ipc", "tcp"])
def test_the_example_in_python_says_an_event(tcp, way):
    tcp.start()
    local = [f"ipc://{tcp.installed.layout.socket}", "trial", "hello"]
    words = local if way == "ipc" else [f"tcp://{tcp.request}", "trial", "hello", tcp.token.decode()]

    said = subprocess.run([sys.executable, SENDERS / "say.py", *words], capture_output=True, text=True, timeout=30)

    assert (said.returncode, said.stderr) == (0, "")
    assert [json.loads(body)["message"] for _, body in tcp.installed.spool_rows()] == ["hello"]


@pytest.mark.parametrize(
    "message", ["hello", "x" * 5_000, "k\u00e4se \U0001f9c0"], ids=["short", "long", "beyond ASCII"]
)
def test_the_example_in_perl_says_an_event(installed, message):
    perl = standin.require("perl")
    installed.start_humed()

    words = [perl, SENDERS / "say.pl", installed.layout.socket, "trial", message]
    said = subprocess.run(words, capture_output=True, text=True, timeout=30)

    assert (said.returncode, said.stderr) == (0, "")
    assert [json.loads(body)["message"] for _, body in installed.spool_rows()] == [message]


@pytest.mark.parametrize(("sender", "program"), [("say.py", sys.executable), ("say.pl", "perl")])
def test_an_example_that_is_refused_or_called_wrongly_says_why_in_a_line(installed, sender, program):
    program = standin.require("perl") if program == "perl" else program
    installed.start_humed()
    endpoint = f"{'ipc://' if sender == 'say.py' else ''}{installed.layout.socket}"

    told = [
        subprocess.run([program, SENDERS / sender, *words], capture_output=True, text=True, timeout=30)
        for words in ([], [endpoint, "a/b", "hello"])
    ]

    assert [(one.returncode, one.stderr.count("\n")) for one in told] == [(64, 1), (65, 1)]
    assert told[1].stderr.startswith("not a name: 'a/b'")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ('tcp = "0.0.0.0:4862"', "beyond this machine only CURVE is spoken"),
        ('tcp_push = "192.0.2.1:4862"', "beyond this machine only CURVE is spoken"),
        ('tcp = "127.0.0.1:0"', "port 0: 1 to 65535 is expected"),
        ('tcp = "300.0.0.1:4862"', "300.0.0.1 is no address of this machine"),
    ],
)
def test_an_address_that_would_be_open_to_anybody_is_refused(installed, settings, complaint):
    installed.layout.daemon_config.write_text(f"[listen]\n{settings}\n")

    with pytest.raises(ConfigError, match=complaint):
        config.load(installed.root)


def test_keys_are_made_once_and_the_secret_is_for_its_owner_alone(tmp_path):
    first = curve.make_keys(tmp_path / "curve")

    assert curve.make_keys(tmp_path / "curve") == first
    assert (tmp_path / "curve" / "server.secret").stat().st_mode & 0o777 == 0o600
