# SPDX-License-Identifier: MIT
"""The client makes exactly the bytes of docs/protocol/, also under the address and undefined-behaviour sanitizers."""

import json
import os
import socket
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from humeops.event import MAX_DATA, MAX_EVENT_BYTES, MAX_MESSAGE
from humeops.wire import codec
from tests.fixtures import native
from tests.native import golden
from tests.native.conftest import Caller, raw_server
from tests.native.golden import GOLDEN, PROTOCOL, Case, name_of, say

arguments = st.binary(max_size=80).map(lambda raw: raw.replace(b"\0", b""))
few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def encoded(*words: bytes, environ: dict[str, str] | None = None) -> bytes:
    """Return the event the sanitized build makes of these words."""
    program = os.fsencode(native.build("hume-sanitized"))
    env = {"HUME_TEST_PRINT": "1", **(environ or {})}
    return subprocess.run([program, *words], env=env, capture_output=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("program", ["hume-test", "hume-sanitized"])
@pytest.mark.parametrize("case", GOLDEN.events, ids=name_of)
def test_the_client_makes_exactly_these_bytes(program: str, case: Case) -> None:
    assert say(native.build(program), case) == case.path.read_bytes()


def test_the_client_sends_exactly_this_stream(hume: Caller) -> None:
    wanted = (PROTOCOL / "zmtp-client.bin").read_bytes()
    greeting, command = wanted[:64], wanted[64:104]
    received = bytearray()

    def serve(connection: socket.socket) -> None:
        connection.sendall(greeting + command.replace(b"REQ", b"ROU"))
        while len(received) < len(wanted) and (piece := connection.recv(4096)):
            received.extend(piece)

    case = next(case for case in GOLDEN.events if case.name == "log-info")
    hume.announce()
    with raw_server(hume.socket, serve):
        proc = hume.root / "proc"
        proc.mkdir()
        golden.write_proc(proc, case)
        subprocess.run(
            [os.fsencode(native.build("hume-test")), *golden.arguments(case)],
            env={**golden.environment(case, proc), "HUME_DIR": str(hume.root)},
            check=True,
            timeout=60,
        )

    assert bytes(received) == wanted


@few
@given(text=arguments)
def test_bytes_that_are_not_utf8_are_mended_as_python_mends_them(text: bytes) -> None:
    event = codec.decode(encoded(b"info", b"--", text))

    assert event.message == text.decode("utf-8", "replace")


@few
@given(task=arguments, tags=arguments, key=arguments, value=arguments, flag=arguments)
def test_whatever_the_words_the_event_is_acceptable(
    task: bytes, tags: bytes, key: bytes, value: bytes, flag: bytes
) -> None:
    said = encoded(b"flag", b"--task=" + task, b"--tags=" + tags, b"--extra=" + key + b"=" + value, b"--", flag)

    assert codec.decode(said).kind == "flag"


PIECES = [
    "start",
    "info",
    "--warn",
    "flag",
    "set",
    "stop",
    "status",
    "-t",
    "-tT",
    "-vt",
    "--tags=a",
    "-x",
    "k=v",
    "=",
    "-L",
]
PIECES += [
    "ok",
    "--run",
    "--ttl",
    "1h",
    "--unit",
    "--",
    "-",
    "--strict",
    "--print-run",
    "",
    " ",
    "-1",
    "--nonsense",
    "255",
]


@few
@given(
    words=st.lists(
        st.sampled_from(PIECES) | st.text(st.characters(codec="utf-8", exclude_characters="\0")), max_size=12
    )
)
def test_no_command_line_at_all_does_harm(words: list[str]) -> None:
    program = native.build("hume-sanitized")
    env = {"HUME_TEST_PRINT": "1", "PATH": "/nonexistent"}

    done = subprocess.run([program, *words], env=env, capture_output=True, check=False, timeout=60)

    # With --strict an unacceptable level is told by the status, too.
    assert done.returncode in ((0, 64, 65) if "--strict" in words else (0, 64))
    assert done.stderr.count(b"\n") <= 2
    if done.stdout.startswith(b"{"):
        # Behind the event --print-run prints the run.
        _, end = json.JSONDecoder().raw_decode(done.stdout.decode())
        codec.decode(done.stdout.decode()[:end].encode())


@pytest.mark.parametrize(
    ("command_line", "script", "task"),
    [
        (["bash", "-euo", "pipefail", "/srv/job.sh", "-c"], "/srv/job.sh", "job.sh"),
        (["/bin/bash", "-euo pipefail", "/srv/job.sh"], "/srv/job.sh", "job.sh"),
        (["/bin/sh", "/etc/cron.daily/man-db"], "/etc/cron.daily/man-db", "man-db"),
        (["/bin/sh", "-c", "hume start"], "/bin/sh", "sh"),
        (["-zsh"], "zsh", "zsh"),
        (["bash", "--rcfile", "/x", "--", "/srv/job.sh"], "/srv/job.sh", "job.sh"),
        (["bash", "-eo posix", "/srv/job.sh"], "/srv/job.sh", "job.sh"),
        (["bash", "-s", "--", "/srv/job.sh"], "bash", "bash"),
        (["busybox", "sh", "/srv/job.sh"], "/srv/job.sh", "job.sh"),
        (["python3", "-Xtracemalloc", "-c", "code", "x"], "python3", "python3"),
        (["/opt/py/bin/python3.13", "-m", "reports.nightly"], "reports.nightly", "reports.nightly"),
        (["perl", "-w", "-Mre", "/srv/job.pl"], "/srv/job.pl", "job.pl"),
        (["perl", "-lane", "code"], "perl", "perl"),
        (["/usr/sbin/cron", "-f"], "/usr/sbin/cron", "cron"),
        (["ruby3.2", "job.rb"], "job.rb", "job.rb"),
        (["nginx: worker process"], "nginx: worker process", "nginx_ worker process"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_script_is_found_on_its_command_line(command_line: list[str], script: str, task: str) -> None:
    parent = golden.Parent(pid=7, start=8, comm="x", command_line=command_line)
    case = Case(name="", about="", arguments=["start"], parent=parent)

    event = codec.decode(say(native.build("hume-sanitized"), case))

    assert (event.origin.script, event.task, event.origin.chain) == (script, task, [(7, 8)])


def test_the_largest_of_everything_stays_within_the_limit() -> None:
    worst = b"\x01" * 100_000
    words = [b"info", worst, b"-t", b'"' * 64]
    words += [b"--tags=" + b"\xf0\x9f\x98\x80" * 60 + b"%d" % number for number in range(17)]
    words += [b"--extra=" + b"%d" % number + b'"' * 60 + b"=" + b"\x01" * 1100 for number in range(MAX_DATA + 1)]

    said = encoded(*words)

    event = codec.decode(said)
    assert len(said) <= MAX_EVENT_BYTES
    assert len(event.message) == MAX_MESSAGE
    assert 1 <= len(event.data) < MAX_DATA
    assert {"message", "tags", "data"} <= set(event.cut)


def test_small_data_beside_ones_that_do_not_fit_are_kept() -> None:
    large = [b"k%d=" % number + b"\x01" * 1024 for number in range(20)]

    event = codec.decode(encoded(b"set", *large, b"small=1"))

    assert event.data["small"] == 1
    assert event.cut == ["data"]


def test_ten_thousand_tags_are_cut_to_sixteen() -> None:
    tags = [word for number in range(10_000) for word in (b"-T", b"tag%d" % number)]

    event = codec.decode(encoded(b"info", b"x", *tags))

    assert event.tags == [f"tag{number}" for number in range(16)]
    assert event.cut == ["tags"]


def test_a_hundred_thousand_words_are_one_message() -> None:
    event = codec.decode(encoded(b"info", *[b"a"] * 100_000))

    assert event.message == ("a " * MAX_MESSAGE)[:MAX_MESSAGE]
    assert event.cut == ["message"]


@pytest.mark.parametrize(
    "text",
    ["1.7976931348623157e308", "179769313486231570e291", "0.00017976931348623157e+312", "0e9999", "0.000e400", "1e-307"],
)
def test_a_number_that_a_double_can_hold_is_one(text: str) -> None:
    assert codec.decode(encoded(b"set", b"k=" + text.encode())).data["k"] == float(text)


@pytest.mark.parametrize("text", ["1.7976931348623159e308", "1e309", "179769313486231590e291", "0.1e310", "9e99999999999"])
def test_a_number_that_is_too_large_for_one_is_text(text: str) -> None:
    assert codec.decode(encoded(b"set", b"k=" + text.encode())).data["k"] == text
