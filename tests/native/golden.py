# SPDX-License-Identifier: MIT
"""The byte examples of docs/protocol/, read; and written anew: `python -m tests.native.golden` (then read the diff).

Each case is said to the test build of the client, whose clock, chance, boot id and parent are those of cases.json.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import zlib

import msgspec

from tests.fixtures import native

PROTOCOL = pathlib.Path(__file__).parents[2] / "docs" / "protocol"


class Parent(msgspec.Struct):
    """The process that calls hume, or one above it."""

    pid: int
    start: int
    comm: str
    command_line: list[str]
    terminal: int = 0  # device number, as in `stat`
    image: list[int] = []  # begin and end of its code, its stack, begin and end of its arguments, of its environment
    cgroup: str = ""
    exe: str = ""
    cwd: str = ""
    files: dict[str, str] = {}  # what is below its root folder


class Surroundings(msgspec.Struct):
    """What every case has unless it says otherwise."""

    wall_ns: int
    boot_ns: int
    chance: str
    boot_id: str
    parent: Parent


class Repeat(msgspec.Struct):
    """An argument too long to be written out."""

    repeat: str
    times: int


class Case(msgspec.Struct, kw_only=True):
    """One thing said."""

    name: str
    about: str
    arguments: list[str | Repeat]
    environment: dict[str, str] = {}
    parent: Parent | msgspec.UnsetType | None = msgspec.UNSET
    ancestors: list[Parent] = []  # the parent's parent, his parent …
    boot_id: str | msgspec.UnsetType | None = msgspec.UNSET
    kind: str = ""  # of `hume run`, which says several events: whose bytes these are; the parent is then hume itself

    @property
    def path(self) -> pathlib.Path:
        """Where its bytes are."""
        return PROTOCOL / "events" / f"{self.name}.json"


class Reply(msgspec.Struct):
    """One line of humed's and what it means."""

    name: str
    code: int
    id: str
    text: str

    @property
    def path(self) -> pathlib.Path:
        """Where its bytes are."""
        return PROTOCOL / "replies" / f"{self.name}.reply"


class Dropped(msgspec.Struct):
    """One file of the drop folder, and the case whose event it holds; None: it is bad."""

    name: str
    about: str
    event: str | None

    @property
    def path(self) -> pathlib.Path:
        """Where its bytes are."""
        return PROTOCOL / "drop" / f"{self.name}.hume"


class Golden(msgspec.Struct):
    """All examples."""

    about: str
    surroundings: Surroundings
    events: list[Case]
    replies: list[Reply]
    drop: list[Dropped]


def read() -> Golden:
    """Return what cases.json says. Lone surrogates stand for bytes that are not UTF-8; msgspec's decoder would refuse them."""
    return msgspec.convert(json.loads((PROTOCOL / "cases.json").read_text("utf-8")), Golden)


GOLDEN = read()


def name_of(example: Case | Reply | Dropped) -> str:
    """Return what a test of this example is called."""
    return example.name


def arguments(case: Case) -> list[bytes]:
    """Return the command line behind `hume`, as bytes."""
    texts = [part if isinstance(part, str) else part.repeat * part.times for part in case.arguments]
    return [text.encode("utf-8", "surrogateescape") for text in texts]


def write_proc(folder: pathlib.Path, case: Case) -> None:
    """Make the part of /proc that hume reads."""
    shared = GOLDEN.surroundings
    if boot_id := shared.boot_id if case.boot_id is msgspec.UNSET else case.boot_id:
        random = folder / "sys" / "kernel" / "random"
        random.mkdir(parents=True)
        (random / "boot_id").write_text(f"{boot_id}\n")
    if parent := shared.parent if case.parent is msgspec.UNSET else case.parent:
        family = [parent, *case.ancestors]
        for one, above in zip(family, [*(other.pid for other in case.ancestors), 0], strict=True):
            _write_process(folder / str(one.pid), one, above)


def _write_process(folder: pathlib.Path, process: Parent, parent: int) -> None:
    folder.mkdir()
    (folder / "stat").write_text(f"{process.pid} ({process.comm}) {' '.join(_stat_fields(process, parent))}\n")
    (folder / "cmdline").write_text("".join(f"{argument}\0" for argument in process.command_line))
    (folder / "cgroup").write_text(process.cgroup)
    for name in ("exe", "cwd"):
        if target := getattr(process, name):
            (folder / name).symlink_to(target)
    for name, content in process.files.items():
        path = folder / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def _stat_fields(process: Parent, parent: int) -> list[str]:
    """Return the fields of /proc/PID/stat behind the command's name, counted as proc_pid_stat(5) counts them."""
    fields = {3: "S", 4: parent, 7: process.terminal, 22: process.start}
    # As the kernel has it for another user's process: 1 for the code's places, 0 for all others.
    fields |= dict(zip([26, 27, 28, 48, 49, 50, 51], process.image or [1, 1, 0, 0, 0, 0, 0], strict=True))
    return [str(fields.get(number, 0)) for number in range(3, 53)]


def environment(case: Case, proc: pathlib.Path) -> dict[str, str]:
    """Return the environment of the test build for this case: nothing of ours, and the foretold surroundings."""
    shared = GOLDEN.surroundings
    parent = shared.parent if case.parent is msgspec.UNSET else case.parent
    return {
        **case.environment,
        "HUME_TEST_WALL_NS": str(shared.wall_ns),
        "HUME_TEST_BOOT_NS": str(shared.boot_ns),
        "HUME_TEST_CHANCE": shared.chance,
        "HUME_TEST_PROC": str(proc),
        "HUME_TEST_PPID": str(parent.pid if parent else 1),
        "HUME_TEST_PID": str(parent.pid if parent else 1),
        "HUME_TEST_USAGE": "1500 250 2048 8 16",  # µs, µs, KiB, blocks, blocks
    }


def say(program: pathlib.Path, case: Case) -> bytes:
    """Return the bytes that the client makes of this case."""
    with tempfile.TemporaryDirectory() as folder:
        write_proc(pathlib.Path(folder), case)
        environ = {**environment(case, pathlib.Path(folder)), "HUME_TEST_PRINT": case.kind or "1"}
        command: list[bytes] = [os.fsencode(program), *arguments(case)]
        return subprocess.run(command, env=environ, capture_output=True, check=not case.kind, timeout=30).stdout


def zmtp_stream(event: bytes) -> bytes:
    """Return all that a client sends: greeting, READY, the empty frame, the event."""
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
    properties = b"\x0bSocket-Type\0\0\0\x03REQ\x08Identity\0\0\0\0"
    command = b"\x05READY" + properties
    head = b"\x02" + len(event).to_bytes(8, "big") if len(event) > 255 else b"\x00" + bytes([len(event)])
    return greeting + b"\x04" + bytes([len(command)]) + command + b"\x01\x00" + head + event


def dropped_files(event: bytes) -> dict[str, bytes]:
    """Return the examples of files in the drop folder, good and bad."""
    checksum = zlib.crc32(event)
    good = b"HUME1 %d %08x\n%b" % (len(event), checksum, event)
    return {
        "good": good,
        "bad-torn": good[:-20],
        "bad-altered": good.replace(b"copied", b"cOpied"),
        "bad-trailing": good + b"\n",
        "bad-zeros": b"HUME1 0%d %08x\n%b" % (len(event), checksum, event),
        "bad-upper": b"HUME1 %d %08X\n%b" % (len(event), checksum, event),
        "bad-empty": b"",
        "bad-header": good.replace(b"HUME1", b"HUME2"),
    }


def write() -> None:
    """Write all examples anew from the client in the tree."""
    program = native.build("hume-test")
    for case in GOLDEN.events:
        case.path.write_bytes(say(program, case))
    for reply in GOLDEN.replies:
        reply.path.write_bytes(f"{reply.code} {reply.id} {reply.text}".rstrip().encode())
    event = (PROTOCOL / "events" / "log-info.json").read_bytes()
    for name, content in dropped_files(event).items():
        (PROTOCOL / "drop" / f"{name}.hume").write_bytes(content)
    (PROTOCOL / "zmtp-client.bin").write_bytes(zmtp_stream(event))


if __name__ == "__main__":
    write()
