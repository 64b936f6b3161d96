# SPDX-License-Identifier: MIT
"""A small server on a loopback port of its own, without tokens: /metrics, /healthz and /readyz of any role.

A worker has no other; for the API it is what a Prometheus on the same machine reads without a token. It runs in threads beside
whatever the process is for, and says nothing about events, hosts or tasks.
"""

import contextlib
import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from prometheus_client.registry import Collector

from humeops.central import metrics

WAIT_SECONDS = 5


class Watched(NamedTuple):
    """What is to be told: the collectors to ask, and why the process cannot be relied on now (empty: it can)."""

    gauges: Sequence[Collector]
    trouble: Callable[[], str]


@contextlib.contextmanager
def listening(host: str, port: int, watched: Watched) -> Iterator[str]:
    """Answer at this address for as long as the context lasts; yield the URL. Port 0 takes any free one."""

    class Handler(_Handler):
        told = watched

    class Server(http.server.ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

    with Server((host, port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.2,), name="monitor", daemon=True)
        thread.start()
        try:
            yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    told: Watched
    timeout = WAIT_SECONDS
    server_version = "hume"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one of the three, or 404."""
        if self.path == "/metrics":
            self._answer(200, metrics.CONTENT_TYPE, metrics.render(self.told.gauges))
        elif self.path == "/healthz":
            self._say(200, {"status": "ok"})
        elif self.path == "/readyz":
            trouble = self.told.trouble()
            self._say(503, {"status": "not ready", "detail": trouble}) if trouble else self._say(
                200, {"status": "ready"}
            )
        else:
            self._say(404, {"status": "there are /metrics, /healthz and /readyz"})

    def _say(self, status: int, what: dict[str, str]) -> None:
        self._answer(status, "application/json", json.dumps(what).encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: whoever asks every few seconds would fill the log."""
