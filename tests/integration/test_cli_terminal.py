# SPDX-License-Identifier: MIT
"""The command line on a real terminal (a pty): colours, the board that keeps looking, Ctrl-C."""

import fcntl
import os
import pathlib
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

import pytest

from humeops.clock import SystemClock
from tests.unit.cli import central

SOURCE = pathlib.Path(__file__).parents[2] / "src"
SECONDS = 60


class Terminal:
    """A command on a pty of 80 columns; what it wrote so far is `seen`."""

    def __init__(self, arguments, environ):
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "humeops.cli.main", *arguments],
            env={**kept, "PYTHONPATH": str(SOURCE), "LC_ALL": "C.UTF-8", "TERM": "xterm", **environ},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        os.set_blocking(self._ours, False)
        self.seen = ""

    def read_until(self, text):
        until = time.monotonic() + SECONDS
        while text not in self.seen and time.monotonic() < until:
            try:
                self.seen += os.read(self._ours, 65536).decode()
            except BlockingIOError:
                time.sleep(0.02)
            except OSError:
                break  # the other side is closed: the command has ended
        assert text in self.seen
        return self

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal():
    started = []

    def start(*arguments, **environ):
        started.append(Terminal(arguments, environ))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture
def asked():
    with central.serving() as fake:
        central.fill(fake, SystemClock().wall_ns())
        yield fake, {"HUME_CENTRAL": fake.url, "HUME_TOKEN": central.TOKEN}


def test_a_terminal_gets_colours_and_nobody_elses_sequences(terminal, asked):
    _, environ = asked
    screen = terminal("status", **environ).read_until("on 2 hosts")

    assert screen.process.wait(SECONDS) == 2
    assert "\x1b[31;1m✗ failed\x1b[0m" in screen.seen
    assert r"evil\x1b[31m\u202etask"[:12] in screen.seen
    assert "\x1b[31mtask" not in screen.seen
    assert all(len(line) <= 80 + line.count("\x1b") * 8 for line in screen.seen.splitlines())


def test_no_color_is_respected(terminal, asked):
    _, environ = asked
    screen = terminal("status", NO_COLOR="1", **environ).read_until("on 2 hosts")

    assert "\x1b" not in screen.seen


def test_watching_shows_what_changes_and_gives_the_screen_back(terminal, asked):
    fake, environ = asked
    screen = terminal("status", "--watch", **environ).read_until("2 ok on 2 hosts")
    fake.tasks = fake.tasks[:1]
    screen.read_until("\x1b[2m1 ok")

    screen.process.send_signal(signal.SIGINT)

    screen.read_until("\x1b[?1049l")
    assert screen.process.wait(SECONDS) == 0
    assert screen.seen.startswith("\x1b[?1049h")


def test_watching_waits_for_a_central_that_is_away(terminal, asked):
    fake, environ = asked
    screen = terminal("status", "--watch", **environ).read_until("on 2 hosts")

    fake.broken = (503, b'{"title":"a moment please","status":503}')
    screen.read_until("a moment please")
    fake.broken = None
    fake.tasks = fake.tasks[:1]
    screen.read_until("\x1b[2m1 ok")


def test_ctrl_c_is_130_and_silent(terminal):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        screen = terminal("status", HUME_CENTRAL=address, HUME_TOKEN="x")
        deaf.settimeout(SECONDS)
        peer, _ = deaf.accept()
        with peer:
            screen.process.send_signal(signal.SIGINT)
            assert screen.process.wait(SECONDS) == 130
    assert screen.seen == ""
