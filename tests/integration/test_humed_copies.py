# SPDX-License-Identifier: MIT
"""What comes by the socket and by the drop folder is stored once and counted once, also when humed died in between."""

import contextlib
import os
import signal
import sqlite3

import zmq

from tests.fixtures import eset, processes
from tests.unit.daemon.sayings import drop, id_of, say


def told(installed, *names):
    picture = eset.queue(installed)
    return [picture[name] for name in names]


def test_what_comes_by_socket_and_by_file_is_stored_once(installed):
    humed = installed.start_humed()
    bodies = [say(task="t", origin={}) for _ in range(5)]
    with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(f"ipc://{installed.layout.socket}")
        dealer.send_multipart([b"", b"?queue"])
        dealer.recv_multipart()
        os.kill(humed.pid, signal.SIGSTOP)
        for body in bodies:
            dealer.send_multipart([b"", body])
            drop(installed.layout.drop, body)

        os.kill(humed.pid, signal.SIGCONT)
        answers = [dealer.recv_multipart()[1] for _ in bodies]

    assert answers == [b"0 %b" % id_of(body).encode() for body in bodies]
    names = ("received", "stored", "copies", "depth", "last_seq", "drop_waiting")
    processes.wait_until(lambda: told(installed, *names) == [5, 5, 5, 5, 5, 0], "each is stored once")


def test_a_file_whose_event_an_earlier_humed_stored_is_a_copy(installed):
    humed = installed.start_humed()
    installed.hume("info", "--strict", "-t", "t", "stored and not told")
    humed.kill()
    humed.wait()
    ((_, held),) = installed.spool_rows()
    drop(installed.layout.drop, held.encode())

    installed.start_humed()

    assert told(installed, "received", "stored", "copies", "last_seq", "drop_waiting") == [0, 0, 1, 1, 0]
    assert [id_of(body.encode()) for _, body in installed.spool_rows()] == [id_of(held.encode())]


def test_a_file_whose_event_lies_damaged_in_the_spool_is_none(installed):
    humed = installed.start_humed()
    installed.hume("info", "--strict", "-t", "t", "as it was said")
    humed.kill()
    humed.wait()
    ((_, held),) = installed.spool_rows()
    drop(installed.layout.drop, held.encode())
    change(installed.layout.spool, held.replace("as it was said", "as it was read").encode())

    installed.start_humed()

    assert told(installed, "copies", "stored") == [0, 1]


def change(spool, body):
    with contextlib.closing(sqlite3.connect(spool)) as db:
        db.execute("UPDATE event SET body = ?", (body,))
        db.commit()
