# SPDX-License-Identifier: MIT
"""What may be lost: pushed to humed without an answer, by the client and by any PUSH socket; what is lost, and what never."""

import os
import pathlib
import signal

import pytest
import zmq

from tests.bench.acks import resident_bytes
from tests.fixtures import eset
from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import id_of, say


@pytest.fixture
def pusher(installed):
    """Give a PUSH socket that is connected to this humed."""
    with zmq.Context() as context, context.socket(zmq.PUSH) as made:
        made.linger = 5_000
        made.sndtimeo = 15_000
        made.connect(f"ipc://{installed.layout.push_socket}")
        yield made


def stored(installed):
    return [id_of(body.encode()) for _, body in installed.spool_rows()]


def test_what_is_pushed_is_kept_with_the_kernels_word_on_who_said_it(installed, pusher):
    installed.start_humed()
    said = say(task="t", origin={"uid": 12345})

    pusher.send(said)

    wait_until(lambda: stored(installed) == [id_of(said)], "it is in the spool")
    [(_, body)] = installed.spool_rows()
    assert f'"uid":{os.getuid()},"pid":{os.getpid()}' in body


def test_the_client_pushes_what_may_be_lost(installed):
    installed.start_humed()

    said = installed.hume("info", "--lossy", "-v", "-t", "trial", "hello")

    assert (said.returncode, said.stderr) == (0, "hume: given to humed, which may lose it\n")
    wait_until(lambda: len(stored(installed)) == 1, "it is in the spool")
    view = eset.queue(installed)
    assert (view["pushed"], view["pushed_lost"]) == (1, 0)


@pytest.mark.parametrize("words", [["start"], ["stop", "0"]], ids=" ".join)
def test_what_a_run_is_made_of_is_stored_whatever_else_may_be_lost(installed, words):
    installed.start_humed()

    said = installed.hume(*words, "--lossy", "-v", "-t", "trial")

    assert "stored by humed as" in said.stderr
    assert eset.queue(installed)["pushed"] == 0


def test_with_nobody_there_it_is_lost_in_one_line_and_leaves_no_file(installed):
    said = installed.hume("info", "--lossy", "--strict", "-t", "trial", "hello")

    assert (said.returncode, said.stderr) == (75, "hume: lost: nobody is there\n")
    assert not installed.layout.drop.exists()


def test_what_is_unacceptable_is_counted_and_costs_its_neighbours_nothing(installed, pusher):
    installed.start_humed()
    good = say()

    for one in (b"", b"\xff", b"?queue", say("gone"), good):
        pusher.send(one)
    pusher.send_multipart([b"", good])

    wait_until(lambda: eset.queue(installed)["pushed"] == 6, "all of it was looked at")
    assert stored(installed) == [id_of(good)]
    assert eset.queue(installed)["pushed_lost"] == 5


def test_a_humed_that_ends_cleanly_takes_what_was_pushed_before(installed, pusher):
    humed = installed.start_humed()
    said = [say() for _ in range(500)]
    for one in said:
        pusher.send(one)
    wait_until(lambda: stored(installed), "the first is there")

    humed.send_signal(signal.SIGTERM)

    assert humed.wait(timeout=30) == 0
    assert stored(installed) == [id_of(one) for one in said]


def test_a_sender_faster_than_humed_waits_and_memory_stays_flat(installed, pusher):
    humed = installed.start_humed()
    said = [say(message="x" * 8_000) for _ in range(10_000)]
    before = resident_bytes(humed.pid)

    for one in said:
        pusher.send(one)

    wait_until(lambda: eset.queue(installed)["pushed"] == len(said), "all of it was taken in")
    assert eset.queue(installed)["pushed_lost"] == 0
    assert resident_bytes(humed.pid) - before < 50 * 2**20


def test_an_ack_does_not_wait_behind_a_flood_of_what_may_be_lost(installed, pusher):
    installed.start_humed()
    pusher.sndtimeo = 0
    bodies = [say() for _ in range(2_000)]

    def flood():
        try:
            for one in bodies:
                pusher.send(one)
        except zmq.Again:
            pass

    for _ in range(10):
        flood()
        assert installed.hume("info", "--strict", "--deadline", "10000", "-t", "trial", "x").returncode == 0

    assert not list(pathlib.Path(installed.layout.drop).glob("*.hume"))
