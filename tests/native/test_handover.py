# SPDX-License-Identifier: MIT
"""The hand-over to humed: every answer, every silence, and never longer than the deadline."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from humeops.wire import codec
from tests.native.conftest import Answer, Caller, Router, both_builds, raw_server, stored
from tests.native.golden import PROTOCOL

pytestmark = both_builds
RouterStart = Callable[[Answer], Router]
GENEROUS_SECONDS = 5.0  # a busy machine; what is measured against it is a deadline of 0.2 s or less
GREETING = (PROTOCOL / "zmtp-client.bin").read_bytes()[:64]
READY = (PROTOCOL / "zmtp-client.bin").read_bytes()[64:104].replace(b"REQ", b"ROU")


def refuse(code: int, text: str = "because") -> Answer:
    return lambda message: f"{code} {codec.decode(message).id} {text}".encode()


def test_a_stored_event_is_said_once_and_nothing_is_printed(hume: Caller, router: RouterStart) -> None:
    server = router(stored)

    done = hume.run("--strict", "info", "hello", "-t", "greeter")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert [codec.decode(message).message for message in server.heard] == ["hello"]
    assert hume.dropped() == []


def test_verbose_says_who_stored_it(hume: Caller, router: RouterStart) -> None:
    router(stored)

    done = hume.run("-v", "info", "hello")

    assert done.stdout == b""
    assert done.stderr.startswith(b"hume: stored by humed as ")


def test_a_message_of_the_largest_size_arrives_whole(hume: Caller, router: RouterStart) -> None:
    server = router(stored)

    hume.run("--strict", "info", b"\x01" * 9000)

    assert codec.decode(server.heard[0]).message == "\x01" * 8192


@pytest.mark.parametrize("code", [65, 77])
def test_a_refused_event_is_not_dropped_and_only_strict_callers_hear_of_it_in_the_status(
    code: int, hume: Caller, router: RouterStart
) -> None:
    router(refuse(code))

    lenient, strict = hume.run("info", "x"), hume.run("info", "x", "--strict")

    assert (lenient.returncode, strict.returncode) == (0, code)
    assert lenient.stderr == b"hume: NOT stored: refused: because\n"
    assert hume.dropped() == []


@pytest.mark.parametrize(
    "answer",
    [
        refuse(75),
        refuse(99),
        lambda message: None,
        lambda message: b"",
        lambda message: b"0",
        lambda message: b"0 -",
        lambda message: b"0 01a2068f-6753-774f-9234-56789abcdef0",
        lambda message: b"zero " + stored(message)[2:],
        lambda message: stored(message) + b"\0",
        lambda message: b"0 " + b"x" * 5000,
    ],
    ids=["75", "99", "silence", "empty", "no id", "dash", "another's id", "no number", "nul", "too long"],
)
def test_any_other_answer_sends_the_event_to_the_drop_folder(answer: Answer, hume: Caller, router: RouterStart) -> None:
    server = router(answer)

    done = hume.run("info", "x", "--strict")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (event,) = hume.dropped()
    event.sayer = None  # only what is dropped has to say who says it
    assert event == codec.decode(server.heard[0])


def test_what_humed_says_cannot_steer_a_terminal(hume: Caller, router: RouterStart) -> None:
    router(refuse(65, "a\x1b[2Jb\x07c\x7fd\x9be"))

    done = hume.run("info", "x")

    assert done.stderr == b"hume: NOT stored: refused: a?[2Jb?c?d?e\n"


@pytest.mark.parametrize("size", [1, 7, 63])
def test_an_answer_in_any_pieces_is_understood(size: int, hume: Caller) -> None:
    def in_pieces(connection: socket.socket, data: bytes) -> None:
        for start in range(0, len(data), size):
            connection.sendall(data[start : start + size])
            time.sleep(0.0005)

    def serve(connection: socket.socket) -> None:
        in_pieces(connection, GREETING + READY)
        received = b""
        while not received.endswith(b"}"):
            received += connection.recv(4096)
        event = codec.decode(received[received.index(b'{"v"') :])
        ping = b"\x04\x07\x04PING\0\0"  # a command in between is passed over
        reply = f"0 {event.id}".encode()
        in_pieces(connection, ping + b"\x01\x00" + ping + b"\x02" + len(reply).to_bytes(8, "big") + reply)
        connection.recv(1)

    hume.announce()
    with raw_server(hume.socket, serve):
        done = hume.run("info", "x", "--deadline", "5000", "-v")

    assert done.stderr.startswith(b"hume: stored by humed")


def test_the_message_is_kept_back_until_the_server_is_ready(hume: Caller) -> None:
    before_ready = b""

    def serve(connection: socket.socket) -> None:
        nonlocal before_ready
        connection.sendall(GREETING)
        connection.settimeout(0.3)
        try:
            while piece := connection.recv(4096):
                before_ready += piece
        except TimeoutError:
            connection.sendall(READY)

    hume.announce()
    with raw_server(hume.socket, serve):
        hume.run("info", "x", "--deadline", "1000")

    assert len(before_ready) == 104
    assert before_ready[64:].startswith(b"\x04\x26\x05READY")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10,
        b"\xff" * 64,
        GREETING[:40],
        GREETING.replace(b"NULL", b"CURVE"[:4]),
        GREETING + b"\x04\x06\x05ERROR",
        GREETING + READY + b"\xff",
        GREETING + READY + b"\x00\x03abc",
        GREETING + READY + b"\x01\x00\x01\x03abc",
        GREETING + READY + b"\x06" + b"\xff" * 8,
    ],
    ids=["nothing", "http", "ff", "half", "mechanism", "error", "flags", "no empty", "more", "endless command"],
)
def test_a_server_that_talks_nonsense_and_closes_does_no_harm(said: bytes, hume: Caller) -> None:
    hume.announce()
    with raw_server(hume.socket, lambda connection: connection.sendall(said)):
        done = hume.run("info", "x", "--strict")

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(hume.dropped()) == 1


def test_a_socket_file_with_nobody_behind_it_costs_nothing(hume: Caller) -> None:
    with socket.socket(socket.AF_UNIX) as abandoned:
        abandoned.bind(str(hume.socket))
    hume.announce()

    done = hume.run("-v", "info", "x")

    assert b"nobody is there; left in the drop folder" in done.stderr
    assert len(hume.dropped()) == 1


@pytest.mark.parametrize("announcement", ["stale", "absent", "dead", "garbage"])
def test_without_a_fresh_pid_file_there_is_one_quick_try(announcement: str, hume: Caller, router: RouterStart) -> None:
    # A minute's deadline would make this test fail by its own timeout, were the try not a quick one.
    router(lambda message: None)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    if announcement == "stale":
        hume.announce(age_seconds=60)
    elif announcement == "absent":
        hume.pid_file.unlink()
    elif announcement == "dead":
        hume.announce(ended.pid)
    else:
        hume.pid_file.write_text("-1\n")
    begun = time.monotonic()

    hume.run("info", "x", "--deadline", "60000")

    assert time.monotonic() - begun < GENEROUS_SECONDS
    assert len(hume.dropped()) == 1


def test_a_live_socket_is_used_even_without_a_pid_file(hume: Caller, router: RouterStart) -> None:
    server = router(stored)
    hume.pid_file.unlink()

    for _ in range(20):
        hume.run("info", "x")

    # 20 ms may pass on a busy machine; then the event is in the drop folder, and nowhere else to be missed.
    assert len({codec.decode(message).id for message in server.heard} | {event.id for event in hume.dropped()}) == 20


def test_a_stopped_server_costs_no_more_than_the_deadline(hume: Caller) -> None:
    listen = "import socket,sys,time; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print(flush=True); time.sleep(60)"
    server = subprocess.Popen([sys.executable, "-c", listen, str(hume.socket)], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()
        server.send_signal(signal.SIGSTOP)
        hume.announce(server.pid)
        begun = time.monotonic()

        done = hume.run("-v", "--strict", "info", "x")

        assert 0.15 < time.monotonic() - begun < GENEROUS_SECONDS
        assert b"humed does not greet; left in the drop folder" in done.stderr
        assert done.returncode == 0
        assert len(hume.dropped()) == 1
    finally:
        server.kill()
        server.communicate()


def test_a_full_backlog_costs_no_more_than_the_deadline(hume: Caller) -> None:
    waiting = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(hume.socket))
        listener.listen(0)
        try:
            for _ in range(4096):
                caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
                waiting.append(caller)
                caller.connect(str(hume.socket))
        except BlockingIOError:
            pass
        hume.announce()
        begun = time.monotonic()

        done = hume.run("-v", "info", "x")

    for caller in waiting:
        caller.close()
    assert time.monotonic() - begun < GENEROUS_SECONDS
    assert b"humed takes nobody in" in done.stderr
    assert len(hume.dropped()) == 1


def test_the_endpoint_may_be_named(hume: Caller, router: RouterStart) -> None:
    server = router(stored)
    elsewhere = hume.root / "elsewhere"

    hume.run("info", "x", env=hume.environment(HUME_ENDPOINT=f"ipc://{hume.socket}", HUME_DIR=str(elsewhere)))

    assert len(server.heard) == 1


def test_an_endpoint_of_another_kind_is_told_and_the_drop_folder_used(hume: Caller) -> None:
    done = hume.run("--strict", "info", "x", env=hume.environment(HUME_ENDPOINT="tcp://127.0.0.1:4863"))

    assert done.returncode == 0
    assert done.stderr == b"hume: HUME_ENDPOINT: only ipc:///path/of/humed.sock is spoken yet; the drop folder it is\n"
    assert len(hume.dropped()) == 1


def test_a_socket_path_too_long_for_the_kernel_counts_as_not_there(hume: Caller) -> None:
    long = hume.root / ("x" * 120)

    done = hume.run("--strict", "info", "x", env=hume.environment(HUME_DIR=str(long)))

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list((long / "drop").iterdir())) == 1


def test_five_hundred_hand_overs_over_busy_processors_are_all_acked(hume: Caller, router: RouterStart) -> None:
    server = router(stored)
    count = 500 if hume.program.name == "hume" else 50
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        for number in range(count):
            hume.announce()
            hume.run("--strict", "--deadline", "10000", "info", str(number))
    finally:
        for process in busy:
            process.kill()
            process.wait()

    assert [codec.decode(message).message for message in server.heard] == [str(number) for number in range(count)]
    assert hume.dropped() == []


def test_whom_humed_puts_off_is_told_where_the_event_is(hume: Caller, router: RouterStart) -> None:
    router(refuse(75))

    kept = hume.run("info", "x", "--strict", "-v")
    nowhere = hume.run("info", "x", "--strict", env=hume.environment(HUME_SPOOL="/proc/none"))

    assert kept.returncode == 0
    assert kept.stderr.startswith(b"hume: humed can't store it now; left in the drop folder: ")
    assert nowhere.returncode == 75
    assert nowhere.stderr.startswith(b"hume: NOT stored: humed can't store it now, and can't ")


def test_a_runs_id_that_cannot_be_printed_is_told(hume: Caller) -> None:
    with open("/dev/full", "wb") as full:
        command = [str(hume.program), "start", "--print-run"]
        done = subprocess.run(command, env=hume.environment(), stdout=full, stderr=subprocess.PIPE, check=False)

    assert done.returncode == 0
    assert done.stderr == b"hume: the run's id can't be printed: No space left on device\n"
