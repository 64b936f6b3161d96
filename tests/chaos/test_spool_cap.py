# SPDX-License-Identifier: MIT
"""A spool at its cap while central is away: what is given up, in which order, and that each of it is told everywhere."""

import collections
import json
import subprocess
from typing import Any

import zmq

from humeops.daemon.processes import Processes
from tests.fixtures import eset, processes
from tests.fixtures.processes import BIN, wait_until
from tests.unit.daemon.sayings import id_of, say

CAUSE = "spool over its size"
COUNT = 20_000
AT_ONCE = 500
# Of a hundred: half debug, a quarter progress, a fifth ordinary, the rest what is never given up.
PRECIOUS = ("start", "stop", "error")
MORE = {"stop": {"outcome": "ok"}, "error": {"level": "error"}}


def mixed() -> list[tuple[str, bytes]]:
    """Return what is said, each with its class."""
    said = []
    boot = Processes().boot  # runs of an earlier one would be gone, with an event each
    for number in range(COUNT):
        place = number % 100
        text = {"task": "eset", "message": f"message {number}", "boot": boot}
        if place < 50:
            said.append(("debug", say(level="debug", **text)))
        elif place < 75:
            said.append(("progress", say("progress", progress=[1, 2], **text)))
        elif place < 97:
            said.append(("rest", say(**text)))
        else:
            kind = PRECIOUS[place - 97]
            said.append(("never", say("log" if kind == "error" else kind, **text, **MORE.get(kind, {}))))
    return said


def say_all(installed: processes.Installation, bodies: list[bytes]) -> dict[str, str]:
    """Say these, many at once; return the code of each answer by id. Nobody says again what was put off."""
    codes: dict[str, str] = {}
    with zmq.Context() as context, context.socket(zmq.DEALER) as dealer:
        dealer.linger = 0
        dealer.connect(f"ipc://{installed.layout.socket}")
        waiting = 0
        for number, body in enumerate(bodies):
            dealer.send_multipart([b"", body])
            waiting += 1
            while waiting >= AT_ONCE or (waiting and number == len(bodies) - 1):
                assert dealer.poll(20_000), "humed does not answer"
                code, event_id, *_ = dealer.recv_multipart()[1].decode().split()
                codes[event_id] = code
                waiting -= 1
    return codes


def loss_events(installed: processes.Installation) -> list[dict[str, Any]]:
    command = [str(BIN / "hume-cli"), "events", "--kind", "loss", "-o", "json", "--limit", "1000"]
    done = subprocess.run(command, env=installed.environ(), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return answer if isinstance(answer, list) else answer["events"]


def declared(installed: processes.Installation, epoch: str) -> list[tuple[object, ...]]:
    return installed.central_rows(f"SELECT declared_lost, silently_lost FROM agent_epoch WHERE epoch = '{epoch}'")


def test_the_order_of_sacrifice_and_every_count_of_it(installed: processes.Installation) -> None:
    installed.layout.daemon_config.write_text(
        "[central]\nretry_first_seconds = 0.1\nretry_longest_seconds = 0.3\n[spool]\nmax_bytes = 1048576\n"
    )
    installed.start_humed()
    said = mixed()
    codes = say_all(installed, [body for _, body in said])
    stored = {json.loads(body)["message"]: worth for worth, body in said if codes[id_of(body)] == "0"}
    assert set(codes.values()) <= {"0", "75"}
    assert len(stored) > COUNT / 2, collections.Counter(codes.values())

    wait_until(lambda: is_within(installed), "the spool is within its cap", 30)
    before = queue(installed)
    dropped = before["dropped"][CAUSE]
    installed.start_central()
    wait_until(lambda: eset.queue(installed)["depth"] == 0, "the queue is empty", 60)
    arrived = eset.messages_at_central(installed)

    assert len(arrived) == len(set(arrived))
    assert set(arrived) <= stored.keys()
    assert len(stored) - len(arrived) == dropped == queue(installed)["dropped"][CAUSE]
    assert_order(stored, set(arrived))
    wait_until(lambda: declared(installed, str(before["epoch"])) == [(dropped, 0)], "central knows what was dropped")
    assert sum(event["data"]["count"] for event in loss_events(installed)) == dropped


def queue(installed: processes.Installation) -> Any:
    return eset.queue(installed)


def is_within(installed: processes.Installation) -> object:
    view = queue(installed)
    return view["dropped"] and view["room"] == "everything"


def assert_order(stored: dict[str, str], arrived: set[str]) -> None:
    said = collections.Counter(stored.values())
    gone = collections.Counter(worth for one, worth in stored.items() if one not in arrived)
    share = {worth: gone[worth] / said[worth] for worth in said}
    assert gone["never"] == 0
    assert share["debug"] >= share["progress"] >= share["rest"]
    assert share["debug"] > 0.9
