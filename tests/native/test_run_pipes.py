# SPDX-License-Identifier: MIT
"""`hume run` with its output in a pipe: passed on byte for byte, by a process that outlives hume where it has to."""

import contextlib
import os
import random
import signal
import socket
import subprocess

from tests.fixtures.processes import wait_until
from tests.native.conftest import Caller, both_builds
from tests.native.running import (
    FAIL,
    PYTHON,
    began_and_ended,
    children,
    pump_of,
    run_into,
    running,
    state_of,
)

pytestmark = both_builds


# -- pipes -------------------------------------------------------------------------------------------------------------


def test_one_pipe_for_both_keeps_their_order(hume: Caller) -> None:
    talk = "i=0; while [ $i -lt 200 ]; do echo out$i; echo err$i >&2; i=$((i+1)); done; exit 1"

    done = subprocess.run(
        [hume.program, "run", "--", "sh", "-c", talk],
        env=hume.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )

    wanted = "".join(f"out{i}\nerr{i}\n" for i in range(200))
    assert done.stdout.decode() == wanted
    assert began_and_ended(hume)[1].output == wanted


def test_two_pipes_stay_two(hume: Caller) -> None:
    done = hume.run("run", "--", "sh", "-c", FAIL)

    assert (done.stdout, done.stderr) == (b"out\n", b"err\n")
    assert sorted(began_and_ended(hume)[1].output.split()) == ["err", "out"]


def test_megabytes_come_through_unchanged(hume: Caller) -> None:
    whole = random.Random(7).randbytes(20_000_000)
    (hume.root / "whole").write_bytes(whole)

    done = hume.run("run", "--", "cat", str(hume.root / "whole"))

    assert done.stdout == whole


def test_input_is_the_callers(hume: Caller) -> None:
    done = subprocess.run(
        [hume.program, "run", "cat"], env=hume.environment(), input=b"in" * 100_000, capture_output=True, check=False
    )

    assert done.stdout == b"in" * 100_000


def test_what_the_caller_writes_next_does_not_overtake_it(hume: Caller) -> None:
    script = f"for i in 1 2 3 4 5 6 7 8 9; do {hume.program} run -- echo $i; echo after $i; done"

    done = subprocess.run(["sh", "-c", script], env=hume.environment(), capture_output=True, check=False, timeout=60)

    assert done.stdout.decode() == "".join(f"{i}\nafter {i}\n" for i in range(1, 10))


def test_the_command_meets_a_reader_that_went_away(hume: Caller) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{hume.program} run -- yes | head -1; echo ${{PIPESTATUS[0]}}"],
        env=hume.environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == b"y\n141\n"
    assert began_and_ended(hume)[1].signal == signal.SIGPIPE


def test_it_meets_him_with_its_very_first_write_after(hume: Caller) -> None:
    with running(hume, "sh", "-c", "read go; echo x; echo not reached >&2; exit 0", stdin=subprocess.PIPE) as process:
        wait_until(lambda: len(children(process.pid)) == 2, "it runs")
        pump = pump_of(process)
        assert process.stdout is not None
        process.stdout.close()
        wait_until(lambda: len(os.listdir(f"/proc/{pump}/fd")) == 2, "the pump has let go of the command's pipe")

        process.communicate(b"go\n", timeout=30)

    assert process.returncode == -signal.SIGPIPE


def test_a_stream_socket_is_passed_on_too(hume: Caller) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with theirs.makefile("wb") as stream:
            run_into(hume, stream, stream, "--", "sh", "-c", FAIL)
        theirs.close()

        assert ours.makefile("rb").read() == b"out\nerr\n"
    assert began_and_ended(hume)[1].output == "out\nerr\n"


def test_a_conversation_over_one_socket_stays_the_commands(hume: Caller) -> None:
    ours, theirs = socket.socketpair()
    code = "import socket; s = socket.socket(fileno=1); s.sendall(s.recv(9))"
    with ours, theirs:
        ours.sendall(b"hello")
        command = [str(hume.program), "run", "--", PYTHON, "-c", code]
        end = theirs.fileno()
        subprocess.run(command, env=hume.environment(), stdin=end, stdout=end, check=True, timeout=60)

        assert ours.recv(9) == b"hello"


def test_without_the_output_there_is_no_pipe_between(hume: Caller) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as read, os.fdopen(writing, "wb") as write:
        run_into(hume, write, None, "--output", "never", "--", "readlink", "/proc/self/fd/1")
        inode = os.fstat(writing).st_ino
        write.close()

        assert read.read().decode() == f"pipe:[{inode}]\n"


def test_a_slow_reader_holds_the_command_up_as_it_would(hume: Caller) -> None:
    with running(hume, "--output", "always", "sh", "-c", "head -c 500000 /dev/zero; echo done >&2") as process:
        assert process.stdout is not None
        wait_until(lambda: len(children(process.pid)) == 2, "it runs")
        assert process.stdout.read(1000) == bytes(1000)

        assert process.poll() is None
        assert len(process.stdout.read()) == 499_000


# -- those who stay ----------------------------------------------------------------------------------------------------


def test_hume_does_not_wait_for_those_the_command_leaves_behind(hume: Caller) -> None:
    os.mkfifo(hume.root / "go")
    daemon = f"(trap '' HUP; read go <{hume.root}/go; echo late) & echo early; exit 3"
    with running(hume, "sh", "-c", daemon) as process:
        assert process.stdout is not None
        assert process.wait(timeout=30) == 3

        (hume.root / "go").write_text("go\n")
        assert process.stdout.read() == b"early\nlate\n"
    assert began_and_ended(hume)[1].output == "early\n"


def test_who_goes_on_writing_does_not_hold_hume_up(hume: Caller) -> None:
    note = hume.root / "writer"
    with running(hume, "sh", "-c", f"yes & echo $! >{note}; exit 0") as process:
        assert process.stdout is not None
        with contextlib.ExitStack() as ending:
            ending.callback(lambda: os.kill(int(note.read_text()), signal.SIGKILL))
            while process.poll() is None:
                process.stdout.read(100_000)

    assert process.returncode == 0


def test_killing_hume_does_not_take_the_job_down(hume: Caller) -> None:
    script = f"echo begun; read go; echo still here; echo done >{hume.root}/done"
    with running(hume, "sh", "-c", script, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"begun\n"
        wait_until(hume.dropped, "its start is stored")
        process.kill()
        process.wait(timeout=30)

        process.stdin.write(b"go\n")
        process.stdin.close()

        assert process.stdout.read() == b"still here\n"
    assert (hume.root / "done").read_text() == "done\n"
    assert [event.kind for event in hume.dropped()] == ["start"]


def test_the_pump_holds_nothing_of_the_callers(hume: Caller) -> None:
    lock = os.open(hume.root / "lock", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(lock, True)
    with running(hume, "sh", "-c", "echo ready; read x", stdin=subprocess.PIPE, pass_fds=[lock]) as process:
        os.close(lock)
        assert process.stdout is not None
        process.stdout.readline()
        pump = pump_of(process)

        held = {os.readlink(f"/proc/{pump}/fd/{fd}").partition(":")[0] for fd in os.listdir(f"/proc/{pump}/fd")}

        assert held == {"pipe", "socket"}
        assert os.readlink(f"/proc/{pump}/cwd") == "/"
        process.communicate(b"x\n", timeout=30)


def test_the_pump_ends_with_the_command(hume: Caller) -> None:
    with running(hume, "sh", "-c", "echo ready; read x", stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        pump = pump_of(process)

        process.communicate(b"x\n", timeout=30)

        wait_until(lambda: state_of(pump) in ("", "Z"), "the pump is gone")
