# SPDX-License-Identifier: MIT
"""Asking humed without the ZeroMQ library: against real libzmq, and against sockets that do not answer."""

import json
import pathlib
import shutil
import socket
import tempfile
import threading

import pytest
import zmq

from humeops.cli import ask
from humeops.errors import HumeError, UnavailableError


@pytest.fixture
def path():
    folder = tempfile.mkdtemp(prefix="hume-", dir="/tmp")
    yield pathlib.Path(folder) / "humed.sock"
    shutil.rmtree(folder)


@pytest.fixture
def answer(path):
    """Answer each question on a real ROUTER with what the test says."""
    context = zmq.Context()
    threads = []

    def serve(*replies):
        router = context.socket(zmq.ROUTER)
        router.bind(f"ipc://{path}")

        def run():
            for reply in replies:
                if not router.poll(5000):
                    break
                *envelope, question = router.recv_multipart()
                assert question == b"?queue"
                router.send_multipart([*envelope, reply])
            router.close(linger=1000)

        thread = threading.Thread(target=run)
        thread.start()
        threads.append(thread)

    yield serve
    for thread in threads:
        thread.join()
    context.term()


def test_a_question_is_answered_every_time(path, answer):
    big = {"host": "h" * 5000}  # longer than a short frame
    answer(*[b"0 ? " + json.dumps(big).encode()] * 100)

    assert all(ask.ask(path, "?queue") == big for _ in range(100))


def test_a_question_that_humed_does_not_know_is_said_so(path, answer):
    answer(b"65 - humed knows one question: ?queue")

    with pytest.raises(HumeError, match="does not know the question"):
        ask.ask(path, "?queue")


def test_nobody_there_is_unavailable_at_once(path):
    with pytest.raises(UnavailableError, match="no such file"):
        ask.ask(path, "?queue")


def test_a_socket_with_nobody_behind_it_is_unavailable(path):
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    with pytest.raises(UnavailableError, match="connection refused"):
        ask.ask(path, "?queue")


@pytest.mark.parametrize("backlog", [0, 5], ids=["full", "silent"])
def test_one_that_hangs_costs_the_deadline_and_no_more(path, backlog):
    with socket.socket(socket.AF_UNIX) as deaf, socket.socket(socket.AF_UNIX) as first:
        deaf.bind(str(path))
        deaf.listen(backlog)
        first.connect(str(path))

        with pytest.raises(UnavailableError, match=r"timed out|too many are waiting"):
            ask.ask(path, "?queue", deadline_seconds=0.2)


def test_something_else_than_humed_is_unavailable(path):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen(1)
        thread = threading.Thread(target=lambda: _say(other, b"SSH-2.0-x\r\n" + bytes(80)))
        thread.start()
        with pytest.raises(UnavailableError, match="not a zeromq socket"):
            ask.ask(path, "?queue")
        thread.join()


def _say(listening, data):
    peer, _ = listening.accept()
    with peer:
        peer.sendall(data)
        peer.recv(1000)
