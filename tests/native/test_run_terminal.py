# SPDX-License-Identifier: MIT
"""`hume run` at a terminal: its signals reach the command once, and a shell's job control works as ever."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator

import pytest

from tests.fixtures.processes import wait_until
from tests.native.conftest import Caller, both_builds
from tests.native.running import LISTENER, PYTHON, began_and_ended, children

pytestmark = both_builds
PATIENCE = 20.0


class Screen:
    """A terminal and what is on it."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        self.text = ""

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def until(self, pattern: str) -> str:
        """Read on until this is there; return all up to it and forget that."""
        end = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text)):
            if not select.select([self.ours], [], [], max(0.0, end - time.monotonic()))[0]:
                pytest.fail(f"no {pattern!r} in {self.text!r}")
            self.text += os.read(self.ours, 4096).decode(errors="replace")
        seen, self.text = self.text[: found.end()], self.text[found.end() :]
        return seen

    def hang_up(self) -> None:
        for end in (self.ours, self.theirs):
            with contextlib.suppress(OSError):
                os.close(end)


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    made.hang_up()


def take_terminal() -> None:
    """In the child: its standard input is the session's terminal, and it is in the foreground."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextlib.contextmanager
def on(screen: Screen, hume: Caller, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as leader of a session at this terminal."""
    process = subprocess.Popen(
        command,
        env=hume.environment(PS1="$ ", TERM="dumb", HISTFILE="/dev/null", HUME=str(hume.program)),
        stdin=screen.theirs,
        stdout=screen.theirs,
        stderr=screen.theirs,
        start_new_session=True,
        preexec_fn=take_terminal,
    )
    try:
        yield process
    finally:
        for pid in (*children(process.pid), process.pid) if process.poll() is None else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(timeout=30)


def test_ctrl_c_reaches_the_command_once(screen: Screen, hume: Caller) -> None:
    with on(screen, hume, str(hume.program), "run", PYTHON, "-c", LISTENER) as process:
        screen.until("ready\r\n")

        screen.type("\x03")
        screen.until("SIGINT\r\n")
        screen.type("\x1c")
        screen.until("SIGQUIT\r\n")
        process.terminate()
        rest = screen.until("SIGTERM\r\n")

        assert "SIGINT" not in rest
        assert "SIGQUIT" not in rest
        assert process.wait(timeout=30) == 7


def test_a_new_size_reaches_the_command_once(screen: Screen, hume: Caller) -> None:
    with on(screen, hume, str(hume.program), "run", PYTHON, "-c", LISTENER) as process:
        screen.until("ready\r\n")

        fcntl.ioctl(screen.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        screen.until("SIGWINCH\r\n")
        process.terminate()

        assert "SIGWINCH" not in screen.until("SIGTERM\r\n")


def test_a_hang_up_reaches_the_command_of_a_sessions_leader(screen: Screen, hume: Caller) -> None:
    note = hume.root / "note"
    code = f"import signal\nsignal.signal(1, lambda *a: open({str(note)!r}, 'w').write('HUP'))\nprint('ready', flush=True)\nwhile not __import__('os').path.exists({str(note)!r}): __import__('time').sleep(0.01)"
    with on(screen, hume, str(hume.program), "run", PYTHON, "-c", code) as process:
        screen.until("ready\r\n")

        screen.hang_up()

        assert process.wait(timeout=30) in (0, 1)  # Python may fail to say goodbye to its terminal
    assert note.read_text() == "HUP"


def test_a_command_that_dies_of_ctrl_c_ends_the_script_around_it(screen: Screen, hume: Caller) -> None:
    script = 'while :; do "$HUME" run -- sh -c "echo go; exec sleep 60"; done'
    with on(screen, hume, "bash", "-c", script) as process:
        screen.until("go\r\n")

        screen.type("\x03")

        assert process.wait(timeout=30) == -signal.SIGINT
    assert began_and_ended(hume)[1].signal == signal.SIGINT


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_ctrl_z_and_fg_work_as_ever(shell: str, screen: Screen, hume: Caller) -> None:
    flags = ["--norc", "--noprofile", "--noediting"] if shell == "bash" else ["-f", "+Z"]
    with on(screen, hume, shell, *flags, "-i") as process:
        screen.until(r"[$%#] ")
        screen.type("\"$HUME\" run -- sh -c 'echo be''gun; read x; echo got $x; exit 3'\n")
        screen.until("begun\r\n")

        screen.type("\x1a")
        screen.until(r"[Ss](topped|uspended)")
        screen.type("jobs; echo it is o''ver\n")
        screen.until("it is over\r\n")
        screen.type("fg\n")
        screen.until("run -- sh")
        screen.type("hello\n")
        screen.until("got hello\r\n")
        screen.type("echo status $?\n")
        screen.until("status 3\r\n")

        screen.type("exit\n")
        process.wait(timeout=30)
    assert began_and_ended(hume)[1].status == 3


def test_a_shell_inside_has_the_terminal_to_itself(screen: Screen, hume: Caller) -> None:
    with on(screen, hume, "bash", "--norc", "--noprofile", "--noediting", "-i") as process:
        screen.until(r"[$#] ")
        screen.type('"$HUME" run -- bash --norc --noprofile --noediting -i\n')
        screen.until(r"\n.*[$#] ")

        screen.type("sleep 60\n")
        wait_until(lambda: "sleep" in commands_below(process.pid), "it sleeps")
        screen.type("\x03")
        wait_until(lambda: "sleep" not in commands_below(process.pid), "it was interrupted")
        screen.type("exit 4\n")
        wait_until(lambda: "hume" not in " ".join(commands_below(process.pid)), "the shell inside has ended")
        screen.type("echo status $?\n")
        screen.until("status 4\r\n")

        screen.type("exit\n")
        process.wait(timeout=30)


def commands_below(pid: int) -> list[str]:
    """Return the names of all programs that run below this process."""
    names = []
    for child in children(pid):
        with contextlib.suppress(OSError), open(f"/proc/{child}/comm") as comm:
            names.append(comm.read().strip())
        names += commands_below(child)
    return names
