# SPDX-License-Identifier: MIT
"""humed's own figures for Prometheus, on a unix socket or a port of this machine (`metrics.listen`).

*Design.* A thread of its own speaks to whoever asks, one after the other and with a time limit; it rings the loop for the picture of the queue and
waits for it. The loop makes the picture between two groups, when somebody asked, and never waits for the thread. What a reader
does, or fails to do, holds up the next reader at most.
"""

import contextlib
import logging
import os
import pathlib
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from humeops.clock import NS_PER_SECOND
from humeops.daemon.counters import QueueView
from humeops.daemon.outputs.feeds import OutputView
from humeops.errors import ConfigError

# A scraper asks every some seconds; the loop answers within milliseconds unless the disk hangs.
PATIENCE_SECONDS = 2.0
_MAX_REQUEST_BYTES = 8_192
_PREFIX = "hume_humed"
# Figures that go down as well; all others are counters, and end in _total.
_GAUGES = {
    "depth": "events that wait here for central",
    "oldest_age_seconds": "how long the oldest of them has waited",
    "last_seq": "number of the last event taken",
    "committed_upto": "number up to which central has everything",
    "open_runs": "runs that are open",
    "drop_waiting": "files in the drop folder",
    "spool_bytes": "size of the spool's file",
    "uptime_seconds": "since this humed started",
}
_COUNTERS = {
    "received": "requests and dropped files, without copies",
    "stored": "events stored",
    "refused": "events that were unacceptable",
    "forbidden": "events refused, being another user's matter",
    "deferred": "events not taken now, told to come again",
    "copies": "events said again",
    "pushed": "events pushed, of which nothing is answered",
    "pushed_lost": "of these lost: over the rate, unacceptable, refused, or with no room",
    "commits": "transactions",
    "forwarded": "events that went to central",
    "quarantined": "dropped files put aside",
    "runs_gone": "runs that ended without a stop",
    "runs_given_up": "of these the ones that were only too many to watch",
}
_GUARDS = {
    "over_rate": "acks that waited for their user's rate",
    "pushed_over_rate": "events pushed over their user's rate, and lost",
    "sent_away": "events told 75, their user's line being full",
    "over_quota": "events told 75, their user having his share of the spool",
    "too_many_names": "events with more tags or keys than one user may bring",
}
_LABELLED = {
    "dropped": ("cause", "events given up, by cause, in the life of this spool"),
    "rules": ("rule", "events by rule"),
    "processors": ("processor", "events by processor"),
}

log = logging.getLogger(__name__)


_OUTPUTS = {
    "sent_total": ("counter", "events handed on"),
    "missed_total": ("counter", "events let go, or given up, before the output had them"),
    "behind": ("gauge", "events in the spool that it has not"),
    "waits": ("gauge", "1: the output does not take events now"),
}


def render(view: QueueView) -> str:
    """Return the picture in Prometheus' text form."""
    return "\n".join(_lines(view)) + "\n"


def _lines(view: QueueView) -> Iterator[str]:
    told: dict[str, Any] = msgspec.to_builtins(view)
    for name, means in _GAUGES.items():
        if isinstance(value := told[name], int | float):
            yield from _family(f"{_PREFIX}_{name}", "gauge", means, [("", value)])
    for name, means in _COUNTERS.items():
        if isinstance(value := told[name], int):
            yield from _family(f"{_PREFIX}_{name}_total", "counter", means, [("", value)])
    if view.last_ack_at is not None:
        name = f"{_PREFIX}_last_ack_timestamp_seconds"
        yield from _family(name, "gauge", "when central last gave a receipt", [("", view.last_ack_at / NS_PER_SECOND)])
    for name, means in _GUARDS.items():
        yield from _family(f"{_PREFIX}_guard_{name}_total", "counter", means, [("", told["guard"][name])])
    yield from _outputs(view.outputs)
    for name, (label, means) in _LABELLED.items():
        yield from _labelled(name, label, means, msgspec.to_builtins(told[name]))
    yield from _family(
        f"{_PREFIX}_rules_trouble",
        "gauge",
        "1: humed.toml has rules that cannot be read",
        [("", int(bool(told["rules_trouble"])))],
    )


def _outputs(views: dict[str, OutputView]) -> Iterator[str]:
    values = {
        name: {
            "sent_total": one.sent,
            "missed_total": one.missed,
            "behind": one.behind,
            "waits": int(bool(one.last_error)),
        }
        for name, one in views.items()
    }
    for part, (kind, means) in _OUTPUTS.items():
        samples = [(f'{{output="{name}"}}', counts[part]) for name, counts in values.items()]
        if samples:
            yield from _family(f"{_PREFIX}_output_{part}", kind, means, samples)


def _labelled(name: str, label: str, means: str, values: dict[str, dict[str, int] | int]) -> Iterator[str]:
    columns: dict[str, list[tuple[str, int]]] = {}
    for key, value in values.items():
        parts = value if isinstance(value, dict) else {"": value}
        for part, count in parts.items():
            family = f"{_PREFIX}_{name}_{part}_total" if part else f"{_PREFIX}_{name}_total"
            columns.setdefault(family, []).append((f'{{{label}="{_escape(key)}"}}', count))
    for family, samples in columns.items():
        yield from _family(family, "counter", means, samples)


def _family(
    name: str, kind: str, means: str, samples: "list[tuple[str, int | float]] | list[tuple[str, int]]"
) -> Iterator[str]:
    yield f"# HELP {name} {means}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield f"{name}{labels} {value}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    """Serves `render`; made in humed's loop, which calls `answer_if_asked` at each turn. `listen` empty: nothing is served."""

    def __init__(self, listen: str, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._asked = threading.Event()
        self._answered = threading.Event()
        self._view: QueueView | None = None
        self._is_closing = False
        self._path = pathlib.Path(listen) if listen.startswith("/") else None
        self._socket = _listen(listen) if listen else None
        if self._socket is not None:
            threading.Thread(target=self._serve, name="metrics", daemon=True).start()

    def answer_if_asked(self, look: Callable[[], QueueView]) -> None:
        """Give the picture to the thread, if it waits for one."""
        if self._asked.is_set():
            self._asked.clear()
            self._view = look()
            self._answered.set()

    def close(self) -> None:
        """Serve no more."""
        self._is_closing = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        assert self._socket is not None  # noqa: S101 - for the type
        pause = threading.Event()
        while not self._is_closing:
            try:
                peer, _ = self._socket.accept()
                with peer:
                    peer.settimeout(PATIENCE_SECONDS)
                    self._answer(peer)
            except OSError:
                # The reader went away, or no descriptor is left: the next one is served, not in a hot loop.
                pause.wait(0.05)

    def _answer(self, peer: socket.socket) -> None:
        asked = peer.recv(_MAX_REQUEST_BYTES)
        if not asked.startswith((b"GET /metrics ", b"GET / ")):
            peer.sendall(_response("404 Not Found", "humed tells /metrics\n"))
            return
        self._answered.clear()
        self._asked.set()
        self._ring()
        if self._answered.wait(PATIENCE_SECONDS) and self._view is not None:
            peer.sendall(_response("200 OK", render(self._view)))
        else:
            peer.sendall(_response("503 Service Unavailable", "humed is busy\n"))


def _response(status: str, body: str) -> bytes:
    data = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data


def _listen(listen: str) -> socket.socket:
    try:
        if not listen.startswith("/"):
            host, _, port = listen.rpartition(":")
            family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
            return socket.create_server((host.strip("[]"), int(port)), family=family)
        path = pathlib.Path(listen)
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISSOCK(path.lstat().st_mode):
                raise ConfigError(
                    f"{path}: the socket of `metrics.listen` belongs there, and something else is in its place"
                )
            path.unlink()
        server = socket.socket(socket.AF_UNIX)
        server.bind(os.fspath(path))
        path.chmod(0o660)
        server.listen()
        return server
    except (OSError, OverflowError) as error:
        raise ConfigError(f"`metrics.listen`: {listen}: cannot listen there: {error}") from error
