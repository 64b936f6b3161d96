# SPDX-License-Identifier: MIT
"""A backlog comes to a central that was away: in a pace, and not before central wants it. Times are lower bounds only."""

import contextlib
import http.server
import json
import threading
import time

import pytest
import zstandard

from humeops.wire import batch
from tests.fixtures.processes import wait_until
from tests.unit.daemon.sayings import drop, say


class Central:
    """Takes batches, notes when each came, and sends the first ones away as it is told."""

    def __init__(self):
        self.sent_away, self.came, self.seqs = 0, [], []
        self.lock = threading.Lock()

    def answer(self, body):
        with self.lock:
            taken = batch.unpack_batch(zstandard.ZstdDecompressor().decompress(body, 1 << 21))
            seqs = [seq for seq, _ in taken.events]
            if self.sent_away:
                self.sent_away -= 1
                self.came.append((time.monotonic(), 0))
                return 429, {"Retry-After": "1"}, b"{}"
            self.seqs += seqs
            self.came.append((time.monotonic(), len(seqs)))
            return 200, {}, json.dumps({"committed_upto": seqs[-1] if seqs else max(self.seqs, default=0)}).encode()


@pytest.fixture
def central(installed):
    """Give a central behind a real socket, of which this humed knows."""
    made = Central()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            status, headers, body = made.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    installed.root.mkdir(exist_ok=True)
    installed.layout.central_url.write_text(f"http://127.0.0.1:{server.server_port}\n")
    installed.layout.agent_token.write_text("hume_a_" + "x" * 43 + "\n")
    with contextlib.closing(server.socket):
        yield made
        server.shutdown()
        thread.join()


def leave(installed, count):
    installed.layout.drop.mkdir(exist_ok=True)
    for _ in range(count):
        drop(installed.layout.drop, say())


def test_a_backlog_comes_in_a_pace(installed, central):
    (installed.root / "humed.toml").write_text("[central]\nbatch_events = 50\ncatch_up_per_second = 250\n")
    leave(installed, 200)

    installed.start_humed()

    wait_until(lambda: len(central.seqs) == 200, "all of it came")
    full = [moment for moment, count in central.came if count == 50]
    assert len(full) == 4
    # 50 events at 250 a second are 0.2 s, less a fifth by chance; one that was late makes the next look early.
    assert full[-1] - full[0] >= 3 * 0.15


def test_who_is_sent_away_stays_away_for_as_long_as_central_says(installed, central):
    central.sent_away = 1
    leave(installed, 3)

    installed.start_humed()

    wait_until(lambda: len(central.seqs) == 3, "all of it came")
    (refused, _), (taken, _) = central.came[:2]
    assert taken - refused >= 1.0
    assert central.seqs == [1, 2, 3]
