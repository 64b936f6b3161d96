# SPDX-License-Identifier: MIT
"""`hume run` and signals that are sent to it: each reaches the command, as if hume were not there; a stop is followed."""

import os
import signal
import subprocess

import pytest

from tests.fixtures.processes import wait_until
from tests.native.conftest import Caller, both_builds
from tests.native.running import LISTENER, PYTHON, began_and_ended, children, command_of, running, state_of

pytestmark = both_builds




@pytest.mark.parametrize("name", ["INT", "HUP", "QUIT", "USR1", "USR2", "WINCH", "ALRM", "ABRT", "TERM"])
def test_a_signal_sent_to_hume_reaches_the_command(name: str, hume: Caller) -> None:
    with running(hume, PYTHON, "-c", LISTENER) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"

        process.send_signal(getattr(signal, f"SIG{name}"))

        assert process.stdout.readline().decode() == f"SIG{name}\n"
        process.terminate()
        assert process.wait(timeout=30) == 7


# 34 is glibc's first real-time signal, and one that musl keeps for itself.
@pytest.mark.parametrize("number", [34, 64])
def test_a_real_time_signal_reaches_the_command_too(number: int, hume: Caller) -> None:
    code = f"import signal; signal.pthread_sigmask(0, [{number}]); print(1, flush=1); print(signal.sigwait([{number}]))"
    with running(hume, PYTHON, "-c", code) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"

        process.send_signal(number)

        assert int(process.stdout.readline()) == number
        assert process.wait(timeout=30) == 0


def test_one_sent_before_the_command_began_reaches_it_too(hume: Caller) -> None:
    blocked = {signal.SIGUSR1}
    signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
    try:
        read_pending = "import signal; print(signal.sigwait([signal.SIGUSR1]).name)"
        with running(hume, PYTHON, "-c", read_pending) as process:
            process.send_signal(signal.SIGUSR1)

            assert process.stdout is not None
            assert process.stdout.read() == b"SIGUSR1\n"
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)


def test_an_alarm_that_was_set_before_reaches_the_command(hume: Caller) -> None:
    code = f"import os, signal; signal.alarm(1); os.execv({str(hume.program)!r}, ['hume', 'run', 'sleep', '60'])"

    done = subprocess.run([PYTHON, "-c", code], env=hume.environment(), check=False, timeout=60)

    assert done.returncode == -signal.SIGALRM


def test_stop_and_continue_are_followed(hume: Caller) -> None:
    # A group with a parent in its session, which is what makes stops possible.
    with running(hume, "sleep", "60", process_group=0, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: children(process.pid), "it runs")
        command = command_of(process)

        process.send_signal(signal.SIGTSTP)
        wait_until(lambda: (state_of(command), state_of(process.pid)) == ("T", "T"), "both have stopped")

        process.send_signal(signal.SIGCONT)
        wait_until(lambda: (state_of(command), state_of(process.pid)) == ("S", "S"), "both go on")

        process.terminate()
        assert process.wait(timeout=30) == -signal.SIGTERM


def test_a_command_that_cannot_be_stopped_does_not_stop_hume(hume: Caller) -> None:
    code = "import signal; signal.signal(signal.SIGTSTP, signal.SIG_IGN); print('ready', flush=True); input()"
    with running(hume, PYTHON, "-c", code, process_group=0, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()

        process.send_signal(signal.SIGTSTP)
        process.communicate(b"\n", timeout=30)

    assert process.returncode == 0


def test_where_nobody_could_continue_it_hume_does_not_stop(hume: Caller) -> None:
    with running(hume, "sh", "-c", "echo ready; read x", start_new_session=True, stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        command = command_of(process)
        os.kill(command, signal.SIGSTOP)
        wait_until(lambda: state_of(command) == "T", "the command has stopped")

        os.kill(command, signal.SIGCONT)
        process.communicate(b"x\n", timeout=30)

    assert process.returncode == 0


def test_the_command_starts_with_the_callers_signals(hume: Caller) -> None:
    show = [PYTHON, "-c", "import re; print(re.findall('Sig(?:Blk|Ign|Cgt).*', open('/proc/self/status').read()))"]
    odd = "import os, signal, sys\nfor n in (1, 2, 3, 10, 13, 17, 20, 25, 40): signal.signal(n, signal.SIG_IGN)\n"
    odd += "signal.pthread_sigmask(signal.SIG_BLOCK, [1, 12, 15, 17, 22])\nos.execvp(sys.argv[1], sys.argv[1:])"
    through = [str(hume.program), "run", *show]

    seen = [
        subprocess.run(
            [PYTHON, "-c", odd, *command], env=hume.environment(), capture_output=True, check=True, timeout=60
        )
        for command in (show, through)
    ]

    assert seen[0].stdout == seen[1].stdout


def test_hume_can_be_ended_while_a_reader_takes_nothing(hume: Caller) -> None:
    note = hume.root / "note"
    # More than the reader's pipe holds, and less than that and the command's together.
    with running(hume, "sh", "-c", f"head -c 100000 /dev/zero; echo done >{note}") as process:
        wait_until(note.exists, "the command has written all of it")
        wait_until(lambda: len(children(process.pid)) == 1, "and has ended")

        process.terminate()

        assert process.wait(timeout=30) == 0
    assert began_and_ended(hume)[1].status == 0
