# SPDX-License-Identifier: MIT
"""`hume run` and humed: there, away, silent, dying; the command is not held up, and both events arrive in their order."""

import pathlib
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from humeops.wire import codec
from tests.fixtures.processes import Installation, find_hume, installation, wait_until
from tests.native.conftest import Answer, Caller, Router, both_builds, raw_server, stored
from tests.native.running import began_and_ended, children, running

RouterStart = Callable[[Answer], Router]
# Far more than any of this takes, far less than a wait that ought not to be.
SOON_S = 5.0


@both_builds
def test_start_and_stop_are_acknowledged(hume: Caller, router: RouterStart) -> None:
    server = router(stored)

    done = hume.run("run", "--strict", "-v", "--deadline", "20000", "--", "true")

    begun, ended = map(codec.decode, server.heard)
    assert done.returncode == 0
    assert (begun.kind, ended.kind, ended.run) == ("start", "stop", begun.id)
    assert re.fullmatch(rf"hume: stored by humed as {begun.id}\nhume: stored by humed as {ended.id}\n", done.stderr.decode())
    assert hume.dropped() == []


def test_the_start_is_there_before_anything_the_command_says(hume: Caller, router: RouterStart) -> None:
    server = router(stored)

    for _ in range(20):
        hume.run("run", "--deadline", "20000", "--", str(hume.program), "info", "--deadline", "20000", "from within")

    heard = [codec.decode(message).kind for message in server.heard]
    # Of two connections that both wait, on a busy machine, the socket may read the later one first; humed puts them in order.
    assert sum(heard[at : at + 3] == ["start", "log", "stop"] for at in range(0, 60, 3)) >= 17
    assert sorted(heard) == sorted(["start", "log", "stop"] * 20)


@both_builds
def test_a_humed_that_refuses_does_not_keep_the_command_from_running(hume: Caller, router: RouterStart) -> None:
    router(lambda message: f"77 {codec.decode(message).id} this task belongs to uid 0".encode())

    done = hume.run("run", "--", "sh", "-c", "echo ran; exit 3")

    assert (done.returncode, done.stdout) == (3, b"ran\n")
    assert done.stderr.count(b"hume: NOT stored: refused: this task belongs to uid 0\n") == 2


@both_builds
def test_a_silent_humed_does_not_hold_the_command_up(hume: Caller) -> None:
    note = hume.root / "note"
    hume.announce()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(hume.socket))
        listener.listen()
        with running(hume, "--deadline", "3000", "touch", str(note)) as process:
            begun = time.monotonic()
            wait_until(note.exists, "the command has run", seconds=2)
            ran = time.monotonic() - begun
            process.wait(timeout=30)
            took = time.monotonic() - begun

    assert ran < 2
    assert 2 < took < 3 + SOON_S  # the start's wait and the stop's share one deadline
    began_and_ended(hume)


@both_builds
def test_a_silent_humed_keeps_no_signal_from_the_command(hume: Caller) -> None:
    hume.announce()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(hume.socket))
        listener.listen()
        with running(hume, "--deadline", "20000", "--", "sh", "-c", "trap 'echo TERM; exit 0' TERM; echo ready; while :; do sleep 0.05; done") as process:
            assert process.stdout is not None
            process.stdout.readline()
            begun = time.monotonic()
            process.terminate()

            assert process.stdout.readline() == b"TERM\n"
            assert time.monotonic() - begun < 10


@both_builds
def test_one_that_dies_in_the_middle_leaves_the_start_to_the_drop_folder(hume: Caller) -> None:
    hume.announce()

    def die(connection: socket.socket) -> None:
        connection.recv(64)

    with raw_server(hume.socket, die):
        done = hume.run("run", "true")

    assert done.returncode == 0
    began_and_ended(hume)


@both_builds
def test_a_full_backlog_sends_the_start_to_the_drop_folder(hume: Caller) -> None:
    hume.announce()
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as other:
        listener.bind(str(hume.socket))
        listener.listen(0)
        other.connect(str(hume.socket))

        done = hume.run("run", "true")

    assert done.returncode == 0
    began_and_ended(hume)


# -- with the real ones ------------------------------------------------------------------------------------------------


@pytest.fixture
def installed() -> Iterator[Installation]:
    with installation() as made:
        yield made


def kinds(installed: Installation) -> list[str]:
    return [codec.decode(body.encode()).kind for _, body in installed.spool_rows()]


def test_what_the_command_says_belongs_to_the_run(installed: Installation) -> None:
    installed.start_humed()

    installed.hume("run", "--", "sh", "-c", "hume info within; hume flag mark")

    rows = [body for _, body in installed.spool_rows()]
    run = re.search(r'"id":"([^"]+)"', rows[0])
    assert run is not None
    assert kinds(installed) == ["start", "log", "flag", "stop"]
    assert all(f'"run":"{run[1]}"' in row for row in rows[1:])


def test_a_stopped_humed_gets_all_of_it_later_in_order(installed: Installation) -> None:
    humed = installed.start_humed()
    humed.send_signal(signal.SIGSTOP)

    done = installed.hume("run", "--", "sh", "-c", "hume info within; exit 2")
    humed.send_signal(signal.SIGCONT)

    assert done.returncode == 2
    wait_until(lambda: len(kinds(installed)) >= 3, "all of it is in the spool")
    assert sorted(set(kinds(installed))) == ["log", "start", "stop"]


def test_it_takes_less_than_a_megabyte(installed: Installation) -> None:
    installed.start_humed()
    command = [str(find_hume()), "run", "--", "sh", "-c", "head -c 1000000 /dev/urandom; read x"]
    with subprocess.Popen(
        command, env=installed.environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1_000_000)
        wait_until(lambda: "start" in kinds(installed), "the start is stored")
        peaks = [peak_kb(pid) for pid in (process.pid, children(process.pid)[0])]
        process.communicate(b"x\n", timeout=30)

    assert sum(peaks) < 1000, peaks


def peak_kb(pid: int) -> int:
    """Return the most memory a process had resident."""
    found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1])
