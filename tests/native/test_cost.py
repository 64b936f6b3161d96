# SPDX-License-Identifier: MIT
"""What a call costs, counted: the system calls of docs/reference/client-cost.md, no allocation, nothing linked."""

import collections
import pathlib
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Callable

import pytest

from tests.fixtures import native, strace
from tests.native.conftest import Caller, raw_server
from tests.native.test_handover import GREETING, READY

PAPER = pathlib.Path(__file__).parents[2] / "docs/reference/client-cost.md"
BEGUN = [
    ["start", "--every", "1d"],
    ["-t", "task", "-c", "counter-start", "x"],
]
SAID = [
    ["info", "x"],
    ["--warn", "x", "-t", "task", "-x", "a=1"],
    ["flag", "x"],
    ["progress", "3/12"],
    ["set", "size=73MB", "--unit", "bytes"],
    ["ping"],
    ["stop", "1", "x"],
    ["-t", "task", "-c", "counter-stop", "x"],
]
PT_DYNAMIC, PT_INTERP = 2, 3
TRIES = 20


def table() -> dict[str, collections.Counter[str]]:
    """Read the paper's table: for each situation, how many of which call."""
    rows = re.findall(r"^\| `?(\w+)`? \|(.*)\|[^|]*\|$", PAPER.read_text(), re.MULTILINE)
    (_, head), *body = rows
    situations = head.replace(" ", "").split("|")
    counts = {name: collections.Counter[str]() for name in situations}
    for call, cells in body:
        for name, cell in zip(situations, cells.split("|"), strict=True):
            counts[name][call] = int(cell)
    return counts


def humed(connection: socket.socket) -> None:
    """Answer as humed does, each answer in one piece, so that the count of reads is always the same."""
    connection.sendall(GREETING + READY)
    received = b""
    while not (received.endswith(b"}") and (b'{"v"' in received or b"?get" in received)):
        if not (piece := connection.recv(70_000)):
            return
        received += piece
    event_id = received.partition(b'"id":"')[2][:36]
    reply = b"0 " + event_id if event_id else b'0 ? {"value":42}'
    connection.sendall(b"\x01\x00\x00" + bytes([len(reply)]) + reply)
    connection.recv(1)


def humed_pulling(connection: socket.socket) -> None:
    """Greet as humed's PULL socket does, and read what is pushed."""
    connection.sendall(GREETING + READY.replace(b"ROUTER", b"PULL"))
    while connection.recv(70_000):
        pass


@pytest.fixture
def counted(hume: Caller) -> Caller:
    strace.require_strace()
    if not shutil.which("musl-gcc"):
        pytest.skip("no musl-gcc here: with another C library the start costs other calls")
    hume.program = native.build("hume")
    return hume


def calls(hume: Caller, *words: str | bytes, **env: str) -> collections.Counter[str]:
    """Return what calls a call of hume makes that must succeed: from a script without a terminal, through strace."""
    log = hume.root / "calls"
    job = hume.root / "job.sh"
    job.write_text('"$@" || exit 1\n')
    command = ["sh", str(job), *strace.log_calls([hume.program], log), *words]
    done = subprocess.run(
        command, env=hume.environment(**env), capture_output=True, check=False, timeout=60, start_new_session=True
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return collections.Counter(re.findall(r"^(?:\d+ +)?(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))


def beyond_the_table(hume: Caller) -> collections.Counter[str]:
    """Return what comes on top here: three calls for each ancestor but the first, and for each wrapper, which strace is."""
    hume.socket.unlink(missing_ok=True)
    calls(hume, "start", "probe")
    (event,) = hume.dropped()
    for path in hume.drop.iterdir():
        path.unlink()
    files = len(event.origin.chain) - 1 + 1
    return collections.Counter(dict.fromkeys(("open", "read", "close"), files))


def calls_to_humed(
    hume: Caller, *words: str, answers: Callable[[socket.socket], None] = humed, name: str = "humed.sock"
) -> collections.Counter[str]:
    """Return the calls while humed answers. A busy machine may take more than 20 ms for that; then it is tried again."""
    hume.announce()
    made = collections.Counter[str]()
    for _ in range(TRIES):
        hume.root.joinpath(name).unlink(missing_ok=True)
        with raw_server(hume.root / name, answers):
            made = calls(hume, "--deadline", "60000", *words)
        if "kill" not in made:  # so it asks whether the process in the pid file is there
            break
    return made


def stated(situation: str) -> collections.Counter[str]:
    return +collections.Counter({call: count for call, count in table()[situation].items() if call != "all"})


@pytest.mark.parametrize("words", SAID, ids=" ".join)
def test_every_verb_costs_what_is_stated(words: list[str], counted: Caller) -> None:
    more = beyond_the_table(counted)

    assert calls_to_humed(counted, *words) == stated("said") + more


@pytest.mark.parametrize("words", SAID[:-2], ids=" ".join)
def test_what_may_be_lost_costs_what_is_stated(words: list[str], counted: Caller) -> None:
    more = beyond_the_table(counted)

    made = calls_to_humed(counted, *words, "--lossy", answers=humed_pulling, name="humed.push")

    assert made == stated("pushed") + more


@pytest.mark.parametrize("words", BEGUN, ids=" ".join)
def test_a_start_costs_what_is_stated(words: list[str], counted: Caller) -> None:
    more = beyond_the_table(counted)

    assert calls_to_humed(counted, *words) == stated("begun") + more


def test_a_question_costs_what_is_stated(counted: Caller) -> None:
    assert calls_to_humed(counted, "get", "key") == stated("asked")


@pytest.mark.parametrize("words", SAID, ids=" ".join)
def test_a_dropped_event_costs_what_is_stated(words: list[str], counted: Caller) -> None:
    counted.drop.mkdir()
    more = beyond_the_table(counted)

    assert calls(counted, *words) == stated("dropped") + more


def test_switched_off_it_costs_next_to_nothing(counted: Caller) -> None:
    assert calls(counted, "info", "x", HUME_DISABLE="1") == stated("off")


def test_the_sums_of_the_table_are_right() -> None:
    for counts in table().values():
        assert counts.pop("all") == counts.total()


def test_nothing_is_allocated_whatever_is_given(counted: Caller) -> None:
    words = [
        b"info",
        b"\x01" * 100_000,
        *(b"--tags=%d" % number for number in range(10_000)),
        b"--extra=k=" + b"v" * 100_000,
    ]
    made = calls(counted, *words, b"-a", b"--strict")

    assert not {"brk", "mmap", "mremap"} & set(made)


def test_no_allocator_is_linked(tmp_path: pathlib.Path) -> None:
    if not (shutil.which("nm") and shutil.which("musl-gcc")):
        pytest.skip("no nm or no musl-gcc here")
    make = [
        "make",
        "-s",
        "-C",
        str(native.NATIVE),
        "CC=musl-gcc",
        "LDFLAGS=-static -Wl,--gc-sections",
        f"BUILD={tmp_path}",
    ]
    subprocess.run([*make, "all"], check=True, capture_output=True, timeout=60)

    symbols = subprocess.run(
        ["nm", str(tmp_path / "hume")], capture_output=True, text=True, check=True, timeout=60
    ).stdout

    assert " main" in symbols
    assert re.findall(r"\b\w*(?:alloc|brk|mmap)\w*", symbols) == []


def test_the_binary_links_nothing_and_is_small(counted: Caller) -> None:
    binary = counted.program.read_bytes()
    start, size, count = (*struct.unpack_from("<Q", binary, 32), *struct.unpack_from("<HH", binary, 54))
    types = {struct.unpack_from("<I", binary, start + size * number)[0] for number in range(count)}

    assert binary[:5] == b"\x7fELF\x02"
    assert not {PT_DYNAMIC, PT_INTERP} & types
    assert len(binary) < 100_000
