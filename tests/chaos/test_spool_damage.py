# SPDX-License-Identifier: MIT
"""A spool is damaged on the disk, between two lives of humed or under a living one: what arrives and what is told."""

import contextlib
import json
import pathlib
import sqlite3

import zmq

from tests.fixtures import eset, processes
from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import say

COUNT = 1_500
AT_ONCE = 300
SETTINGS = "[central]\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\nbatch_events = 10\n"


def say_and_stop(installed: processes.Installation) -> set[str]:
    """Let a humed take many events, and end it; return what was said."""
    installed.layout.daemon_config.write_text(SETTINGS)
    humed = installed.start_humed()
    messages = [f"message {number} {'x' * 600}" for number in range(COUNT)]
    with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(f"ipc://{installed.layout.socket}")
        for first in range(0, COUNT, AT_ONCE):
            for message in messages[first : first + AT_ONCE]:
                dealer.send_multipart([b"", say(task="eset", message=message)])
            for _ in range(AT_ONCE):
                assert dealer.poll(20_000), "humed does not answer"
                assert dealer.recv_multipart()[1].startswith(b"0 ")
    humed.terminate()
    assert humed.wait(timeout=20) == 0
    return set(messages)


def spoil_leaf(path: pathlib.Path) -> None:
    """Write nonsense over the page that holds an event in the middle."""
    at = path.read_bytes().index(b"message 900 ")
    with path.open("r+b") as file:
        file.seek(at // 4_096 * 4_096)
        file.write(b"\xff" * 4_096)


def declared_lost(installed: processes.Installation) -> int:
    return sum(int(str(count)) for (count,) in installed.central_rows("SELECT declared_lost FROM agent_epoch"))


def assert_all_accounted_for(installed: processes.Installation, said: set[str]) -> int:
    """Wait for the queue to empty; each event is central, once, or declared lost. Return how many are lost."""
    wait_until(lambda: eset.queue(installed)["depth"] == 0, "the queue is empty", 40)
    arrived = eset.messages_at_central(installed)
    assert len(arrived) == len(set(arrived))
    assert set(arrived) <= said
    lost = len(said) - len(arrived)
    wait_until(lambda: declared_lost(installed) == lost, "central knows what was lost")
    return lost


def test_damaged_between_two_lives(installed: processes.Installation) -> None:
    said = say_and_stop(installed)
    spoil_leaf(installed.layout.spool)

    installed.start_humed()
    installed.start_central()

    assert 0 < assert_all_accounted_for(installed, said) < 60


def test_damaged_under_a_living_one_it_ends_and_the_next_saves_the_rest(installed: processes.Installation) -> None:
    said = say_and_stop(installed)
    humed = installed.start_humed()
    spoil_leaf(installed.layout.spool)

    installed.start_central()

    assert humed.wait(timeout=30) == 74
    assert "malformed" in (installed.root / "humed.stderr").read_text().splitlines()[-1]
    installed.start_humed()
    assert 0 < assert_all_accounted_for(installed, said) < 60


def test_one_changed_event_is_given_up_alone(installed: processes.Installation) -> None:
    said = say_and_stop(installed)
    with contextlib.closing(sqlite3.connect(installed.layout.spool)) as db:
        body = json.loads(db.execute("SELECT body FROM event WHERE seq = 700").fetchone()[0])
        changed = json.dumps({**body, "message": "never said"}).encode()
        db.execute("UPDATE event SET body = ? WHERE seq = 700", (changed,))
        db.commit()

    humed = installed.start_humed()
    installed.start_central()

    assert assert_all_accounted_for(installed, said) == 1
    assert humed.poll() is None
    assert installed.central_rows("SELECT silently_lost FROM agent_epoch") == [(0,)]
