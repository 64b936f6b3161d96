# SPDX-License-Identifier: MIT
"""The four ways to say an event, ipc or tcp, answered or pushed: how long one takes, how many go through, what a kill costs.

Beside them, how fast what is pushed becomes durable, with the sender ready before: humed's own limit.
"""

import json
import os
import random
import signal
import time
from collections.abc import Iterator

import zmq

from humeops.wire import codec
from tests.bench.acks import make_event, resident_bytes
from tests.bench.report import Table, milliseconds, percentile
from tests.bench.rules import as_toml
from tests.fixtures import eset
from tests.fixtures.ports import free_port
from tests.fixtures.processes import Installation, installation, wait_until

WAYS = ("ipc, answered", "ipc, pushed", "tcp, answered", "tcp, pushed")
# Of a REQ so many are on their way at once, as from that many callers.
WINDOW = 50


class Host:
    """A humed that listens everywhere, and sockets to it."""

    def __init__(self, installed: Installation, rules: str = "") -> None:
        self.installed = installed
        self._tcp, self._tcp_push = (f"127.0.0.1:{free_port()}" for _ in range(2))
        # No rate: it would hold back whoever is not root, and over tcp nobody is.
        settings = f'[listen]\ntcp = "{self._tcp}"\ntcp_push = "{self._tcp_push}"\n[guard]\nevents_per_second = 0\n'
        installed.layout.daemon_config.write_text(settings + rules)
        self.humed = installed.start_humed()
        self.head = [installed.layout.tcp_token.read_bytes().strip()]

    def connect(self, context: zmq.Context[zmq.Socket[bytes]], way: str) -> "Speaker":
        """Return something that speaks this way."""
        layout, is_pushed = self.installed.layout, way.endswith("pushed")
        files = f"ipc://{layout.push_socket}", f"ipc://{layout.socket}"
        addresses = files if way.startswith("ipc") else (f"tcp://{self._tcp_push}", f"tcp://{self._tcp}")
        return Speaker(context, addresses[not is_pushed], is_pushed, self.head if way.startswith("tcp") else [])


class Speaker:
    """A PUSH or DEALER socket that counts what was answered."""

    def __init__(
        self, context: zmq.Context[zmq.Socket[bytes]], address: str, is_pushed: bool, head: list[bytes]
    ) -> None:
        self.is_pushed = is_pushed
        self.answered: list[str] = []
        self._head = head if is_pushed else [b"", *head]
        self._socket = context.socket(zmq.PUSH if is_pushed else zmq.DEALER)
        self._socket.linger = 0
        self._socket.sndtimeo = 5_000
        self._socket.connect(address)

    def say(self, body: bytes) -> None:
        """Send one event; raise zmq.Again when it is not taken for long."""
        self._socket.send_multipart([*self._head, body])

    def hear(self, milliseconds: int) -> bool:
        """Take one answer, if one comes."""
        if not self._socket.poll(milliseconds):
            return False
        code, event_id, *_ = self._socket.recv_multipart()[-1].decode().split(" ")
        assert code == "0", code
        self.answered.append(event_id)
        return True

    def close(self) -> None:
        self._socket.close()


def measure(events: int = 20_000, kills: int = 5) -> Table:
    """Return the table; so many events for the rates, and so many kills."""
    table = Table(
        "The four ways to humed (300-byte events, synchronous=FULL)",
        ["way", "one event, median", "one event, 99 %", "events/s", "lost at a kill, of said", "acked and lost"],
    )
    with installation() as installed, zmq.Context() as context:
        host = Host(installed)
        for way in WAYS:
            took = one_by_one(host, context, way, min(events, 1_000))
            rate = at_once(host, context, way, events)
            said, lost, broken = zip(*(killed(way) for _ in range(kills)), strict=True)
            table.rows.append(
                [
                    way,
                    milliseconds(percentile(took, 0.5)),
                    milliseconds(percentile(took, 0.99)),
                    f"{rate:,.0f}",
                    f"{sum(lost):,} of {sum(said):,} in {kills} kills",
                    "-" if way.endswith("pushed") else str(sum(broken)),
                ]
            )
        table.remarks.append(committed(host, context, events * 5, "bare"))
    with installation() as installed, zmq.Context() as context:
        table.remarks.append(committed(Host(installed, as_toml(10)), context, events * 5, "with ten rules"))
    table.remarks.append(
        f"One event: from the call to the answer, or, pushed, to the commit as `?queue` tells it. Events/s: {WINDOW} on "
        "their way at once, or pushed as fast as humed takes them, until all are committed; sender and humed share the cores."
    )
    return table


def event_for(way: str) -> bytes:
    """Return an event to say this way: of a task of its own, since who says it first owns it, and over tcp nobody is root."""
    return codec.encode(make_event(task=way.partition(",")[0]))


def one_by_one(host: Host, context: zmq.Context[zmq.Socket[bytes]], way: str, count: int) -> list[float]:
    """Say events one after the other; return how long each took."""
    speaker, took = host.connect(context, way), []
    asking = context.socket(zmq.REQ)
    asking.linger = 0
    asking.connect(f"ipc://{host.installed.layout.socket}")
    for _ in range(count):
        body = event_for(way)
        before = stored(asking) if speaker.is_pushed else 0
        began = time.perf_counter()
        speaker.say(body)
        while stored(asking) == before if speaker.is_pushed else not speaker.hear(5_000):
            pass
        took.append(time.perf_counter() - began)
    asking.close()
    speaker.close()
    return took


def stored(asking: zmq.Socket[bytes]) -> int:
    """Ask humed how much it has stored."""
    asking.send(b"?queue")
    return int(json.loads(asking.recv().partition(b" ? ")[2])["stored"])


def at_once(host: Host, context: zmq.Context[zmq.Socket[bytes]], way: str, count: int) -> float:
    """Say events as fast as they are taken; return how many a second were committed."""
    bodies = [event_for(way) for _ in range(count)]
    before = eset.queue(host.installed)["stored"]
    speaker = host.connect(context, way)
    began = time.perf_counter()
    for _ in say_all(speaker, bodies):
        pass
    wait_until(lambda: eset.queue(host.installed)["stored"] == before + count, "all is committed", 60)
    took = time.perf_counter() - began
    speaker.close()
    return count / took


def say_all(speaker: Speaker, bodies: list[bytes]) -> Iterator[int]:
    """Say these, with a window of answers; yield after each how many were said."""
    for number, body in enumerate(bodies, 1):
        while not speaker.is_pushed and number - len(speaker.answered) > WINDOW:
            speaker.hear(5_000)
        speaker.say(body)
        yield number
    while not speaker.is_pushed and len(speaker.answered) < len(bodies):
        speaker.hear(5_000)


def killed(way: str) -> tuple[int, int, int]:
    """Kill humed while it is spoken to; return how many were said, how many of them are lost, and how many of those acked."""
    with installation() as installed, zmq.Context() as context:
        host = Host(installed)
        speaker = host.connect(context, way)
        bodies = [event_for(way) for _ in range(10_000)]
        last = random.randrange(2_000, 9_000)
        said = 0
        for said in say_all(speaker, bodies):
            if said == last:
                os.kill(host.humed.pid, signal.SIGKILL)
                break
        host.humed.wait()
        while speaker.hear(0):
            pass
        speaker.close()
        held = {codec.decode(body.encode()).id for _, body in installed.spool_rows()}
        gone = {codec.decode(body).id for body in bodies[:said]} - held
        return said, len(gone), len(gone & set(speaker.answered))


def committed(host: Host, context: zmq.Context[zmq.Socket[bytes]], count: int, how: str) -> str:
    """Push many from a process of their own; return how fast humed took them in, by the processor time that it spent."""
    before, ticks = resident_bytes(host.humed.pid), processor_seconds(host.humed.pid)
    rate = at_once(host, context, "ipc, pushed", count)
    spent = processor_seconds(host.humed.pid) - ticks
    grown = (resident_bytes(host.humed.pid) - before) / 2**20
    return (
        f"Pushed to committed, {how}, {count:,} events: {rate:,.0f}/s on the clock, {count / spent:,.0f} for each second of a processor that "
        f"humed used; its memory grew by {grown:.1f} MiB."
    )


def processor_seconds(pid: int) -> float:
    """Return how long this process and its threads have run."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
