# SPDX-License-Identifier: MIT
"""The native client in a folder of its own, and servers it may meet."""

import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import zmq

from humeops.event import Event
from humeops.wire import codec, dropfile
from tests.fixtures import native, standin

Answer = Callable[[bytes], bytes | None]


class Caller:
    """Calls hume as a script would, with HUME_DIR as its one folder and nothing else of ours in the environment."""

    def __init__(self, root: pathlib.Path, program: str | None = None) -> None:
        self.root = root
        self.socket = root / "humed.sock"
        self.pid_file = root / "humed.pid"
        self.drop = root / "drop"
        # HUME_TEST_CLIENT=hume-sanitized: all of these tests under the sanitizers (a little slower).
        self.program = native.build(program or os.environ.get("HUME_TEST_CLIENT", "hume"))

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HUME_DIR": str(self.root), **more}

    def run(self, *arguments: str | bytes, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        environ = self.environment() if env is None else env
        return subprocess.run([self.program, *arguments], env=environ, capture_output=True, check=False, timeout=60)

    def announce(self, pid: int | None = None, age_seconds: float = 0) -> None:
        """Write the pid file as humed does."""
        self.pid_file.write_text(f"{os.getpid() if pid is None else pid}\n")
        touched = time.time() - age_seconds
        os.utime(self.pid_file, (touched, touched))

    def dropped(self) -> list[Event]:
        """Return the events in the drop folder, each checked in all its parts; nothing else may be there."""
        events = []
        for path in sorted(self.drop.iterdir()) if self.drop.exists() else []:
            assert dropfile.is_drop_name(path.name), path.name
            event = codec.decode(dropfile.unpack(path.read_bytes()))
            assert path.name == f"{event.id}.hume"
            assert path.stat().st_mode & 0o7777 == 0o640
            events.append(event)
        return events


class Router:
    """A ROUTER as humed has one, in a thread; `answer` makes the reply of an event, None: no reply."""

    def __init__(self, path: pathlib.Path, answer: Answer) -> None:
        self.heard: list[bytes] = []
        self._answer = answer
        self._stop = threading.Event()
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        self._socket.bind(f"ipc://{path}")
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if not self._socket.poll(20):
                continue
            peer, empty, message = self._socket.recv_multipart()
            assert empty == b""
            self.heard.append(message)
            if (reply := self._answer(message)) is not None:
                self._socket.send_multipart([peer, b"", reply])

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()
        self._context.term()


@contextlib.contextmanager
def raw_server(path: pathlib.Path, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """Serve one connection byte by byte, for what libzmq would never say."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(10)

        def accept() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                connection.settimeout(10)
                serve(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield
        thread.join()


# For modules whose tests always run under the sanitizers, too: those in which somebody else's bytes come in.
both_builds = pytest.mark.parametrize("hume", ["hume", "hume-sanitized"], indirect=True)


@pytest.fixture
def hume(request: pytest.FixtureRequest) -> Iterator[Caller]:
    # Not tmp_path: a socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="hume-") as folder:
        yield Caller(pathlib.Path(folder), getattr(request, "param", None))


@pytest.fixture
def router(hume: Caller) -> Iterator[Callable[[Answer], Router]]:
    with contextlib.ExitStack() as running:

        def start(answer: Answer) -> Router:
            server = Router(hume.socket, answer)
            running.callback(server.close)
            hume.announce()
            return server

        yield start


def stored(message: bytes) -> bytes:
    """Answer as humed does after its commit."""
    return f"0 {codec.decode(message).id}".encode()


@pytest.fixture
def stand_in(tmp_path: pathlib.Path) -> standin.StandIn:
    return standin.StandIn(tmp_path, native.build("hume"))
