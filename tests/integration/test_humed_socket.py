# SPDX-License-Identifier: MIT
"""humed's socket, spoken to by real peers: many, malformed, silent, strangers, and some just when it ends."""

import contextlib
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
import zmq
import zstandard

from humeops.daemon.processes import Processes
from humeops.wire import batch
from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import drop, id_of, say

PATIENCE_MS = 15_000
NOBODY = 65_534


@pytest.fixture
def peers(installed):
    """Give a way to open sockets to this humed; all are closed in the end."""
    context = zmq.Context()
    opened = []

    def connect(kind=zmq.REQ, **options):
        peer = context.socket(kind)
        opened.append(peer)
        peer.setsockopt(zmq.LINGER, 0)
        peer.setsockopt(zmq.RCVTIMEO, PATIENCE_MS)
        peer.setsockopt(zmq.SNDTIMEO, PATIENCE_MS)
        for name, value in options.items():
            peer.setsockopt(getattr(zmq, name), value)
        peer.connect(f"ipc://{installed.layout.socket}")
        return peer

    yield connect
    for peer in opened:
        peer.close()
    context.term()


def ask(peer, frame):
    peer.send(frame)
    return peer.recv()


def queue(peer):
    code, event_id, answer = ask(peer, b"?queue").split(b" ", 2)
    assert (code, event_id) == (b"0", b"?")
    return json.loads(answer)


def test_an_event_is_acknowledged_and_in_the_spool(installed, peers):
    installed.start_humed()
    said = say()

    assert ask(peers(), said) == f"0 {id_of(said)}".encode()

    assert [id_of(body.encode()) for _, body in installed.spool_rows()] == [id_of(said)]


def test_the_kernel_says_who_spoke_whatever_the_event_claims(installed, peers):
    installed.start_humed()

    ask(peers(), say(task="t", host="bank", origin={"uid": 12345, "pid": 1, "via": "magic"}))

    [(_, body)] = installed.spool_rows()
    assert json.loads(body)["origin"] == {"uid": os.getuid(), "pid": os.getpid(), "via": "ipc"}
    assert json.loads(body)["host"] == os.uname().nodename


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two users")
def test_another_user_is_told_from_this_one(installed):
    installed.start_humed()
    installed.root.chmod(0o755)
    child = (
        "import os, sys, zmq\n"
        "context = zmq.Context()\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "peer = context.socket(zmq.REQ)\n"
        "peer.setsockopt(zmq.RCVTIMEO, 15000)\n"
        "peer.connect(sys.argv[1])\n"
        "peer.send(sys.argv[2].encode())\n"
        "print(os.getpid(), peer.recv().decode())\n"
    )
    said = say(task="t", origin={"uid": 0})

    spoken = subprocess.run(
        [sys.executable, "-c", child, f"ipc://{installed.layout.socket}", said.decode()],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    pid, code, told = spoken.stdout.split()
    assert (code, told) == ("0", id_of(said))
    [(_, body)] = installed.spool_rows()
    assert json.loads(body)["origin"] == {"uid": NOBODY, "pid": int(pid), "via": "ipc"}


def test_a_question_about_the_queue_is_answered(installed, peers):
    humed = installed.start_humed()
    drop(installed.layout.drop, say("loss"))
    alive = Processes()
    ask(peers(), say("start", task="t", boot=alive.boot, origin={"chain": [next(alive.above(os.getpid()))]}))
    wait_until(lambda: queue(peers())["quarantined"] == 1, "the bad file is put aside", 5)
    wait_until(lambda: queue(peers())["last_error"], "forwarding was tried", 5)

    seen = queue(peers())

    told = {key: seen[key] for key in ("pid", "depth", "last_seq", "committed_upto", "open_runs", "stored", "refused")}
    assert told == {
        "pid": humed.pid,
        "depth": 1,
        "last_seq": 1,
        "committed_upto": 0,
        "open_runs": 1,
        "stored": 1,
        "refused": 1,
    }
    assert seen["oldest_age_seconds"] >= 0
    assert "not there yet" in seen["last_error"]


@pytest.mark.parametrize("question", [b"?", b"?mood", b"?queue ", b"?\xff"])
def test_a_question_it_does_not_know_is_told_so(installed, peers, question):
    installed.start_humed()

    assert ask(peers(), question).startswith(b"65 - ")


@pytest.mark.parametrize(
    "frames",
    [
        [b"{}"],
        [b""],
        [b"", b"{}", b"{}"],
        [b"x", b"{}"],
        [b"", b""],
        [b"", b"\xff" * 100],
        [b""] * 50,
        [b"", b"x" * 65_537],
    ],
    ids=["no-empty", "empty-alone", "three", "first-full", "no-event", "no-text", "many", "too-large"],
)
def test_a_malformed_request_is_refused_and_harms_nobody(installed, peers, frames):
    installed.start_humed()
    peer = peers(zmq.DEALER)
    peer.send_multipart(frames)

    empty, answer = peer.recv_multipart()

    assert empty == b""
    assert answer.startswith(b"65 - ")
    assert ask(peers(), say()).startswith(b"0 ")
    assert len(installed.spool_rows()) == 1


def test_a_frame_far_too_large_costs_the_peer_its_connection_and_nobody_else(installed, peers):
    installed.start_humed()
    rude = peers(zmq.DEALER)
    rude.send_multipart([b"", b"x" * 10_000_000])

    assert ask(peers(), say()).startswith(b"0 ")


def test_a_peer_that_never_reads_holds_nobody_up(installed, peers):
    installed.start_humed()
    deaf = peers(zmq.DEALER, RCVHWM=1, RCVBUF=4_096)
    for _ in range(3_000):
        deaf.send_multipart([b"", say()])

    assert ask(peers(), say()).startswith(b"0 ")
    wait_until(lambda: queue(peers())["stored"] == 3_001, "all of it is stored", 15)


def test_200_callers_at_once_are_all_acknowledged_in_fewer_commits(installed, peers):
    humed = installed.start_humed()
    said = {say(): peers() for _ in range(200)}
    humed.send_signal(signal.SIGSTOP)  # they all wait together, as they would behind a slow disk
    for one, peer in said.items():
        peer.send(one)
    humed.send_signal(signal.SIGCONT)

    answers = {peer.recv() for peer in said.values()}

    assert answers == {f"0 {id_of(one)}".encode() for one in said}
    assert {id_of(body.encode()) for _, body in installed.spool_rows()} == {id_of(one) for one in said}
    assert queue(peers())["commits"] < 200


def test_what_is_on_the_socket_when_it_ends_is_answered(installed, peers):
    humed = installed.start_humed()
    peer = peers(zmq.DEALER)
    peer.send_multipart([b"", b"?queue"])
    peer.recv_multipart()
    said = [say() for _ in range(500)]
    humed.send_signal(signal.SIGSTOP)
    for one in said:
        peer.send_multipart([b"", one])
    humed.terminate()
    humed.send_signal(signal.SIGCONT)

    answers = [peer.recv_multipart()[1] for _ in said]

    assert answers == [f"0 {id_of(one)}".encode() for one in said]
    assert humed.wait(10) == 0
    assert len(installed.spool_rows()) == 500


def test_a_central_that_does_not_answer_does_not_hold_its_end_up(installed, peers):
    installed.layout.agent_token.write_text("s3cret")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(10)
        installed.layout.central_url.write_text(f"http://127.0.0.1:{silent.getsockname()[1]}")
        humed = installed.start_humed()
        ask(peers(), say())
        asked, _ = silent.accept()
        humed.terminate()

        assert humed.wait(5) == 0
        asked.close()

    assert len(installed.spool_rows()) == 1


class Central(http.server.BaseHTTPRequestHandler):
    """Commits whatever comes."""

    def do_POST(self):
        body = batch.unpack_batch(zstandard.decompress(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.got.extend(seq for seq, _ in body.events)  # type: ignore[attr-defined]
        answer = batch.pack_receipt(batch.Receipt(body.events[-1][0]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def central():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Central) as server:
        server.got = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_events_leave_the_spool_once_central_has_them_and_the_log_says_how_it_went(installed, peers):
    installed.layout.agent_token.write_text("s3cret")
    humed = installed.start_humed()
    ask(peers(), say())
    wait_until(lambda: queue(peers())["last_error"], "forwarding waits")
    with central() as server:
        installed.layout.central_url.write_text(f"http://127.0.0.1:{server.server_port}")
        humed.send_signal(signal.SIGHUP)
        wait_until(lambda: queue(peers())["depth"] == 0, "central has it")
        ask(peers(), say())
        wait_until(lambda: installed.spool_rows() == [], "the rows are let go")
        assert server.got == [1, 2]
        humed.terminate()
        assert humed.wait(10) == 0

    log = (installed.root / "humed.stderr").read_text()
    moments = ("events wait here", "looks for central anew", "central takes events again", "stops, 0 events wait")
    places = [log.index(moment) for moment in moments]
    assert places == sorted(places)
    assert "s3cret" not in log
    assert not installed.layout.spool.with_name("spool.db-wal").exists()
