# SPDX-License-Identifier: MIT
"""What hume tells of the script's file and process: its sum, interpreter, working directory, namespace of pids."""

import hashlib
import os
import pathlib
import typing

import pytest

from humeops.event import Origin
from tests.native.family import proc_of, process, said_at, told

MEBIBYTE = 1 << 20


def script(path: str, **more: typing.Any) -> Origin:
    return told([process("/bin/sh", path, **more)])


# The lengths around which padding and blocks change, and those around the pieces in which a file is read.
@pytest.mark.parametrize("size", [0, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 16_384, 16_385, 40_000, MEBIBYTE])
def test_the_sum_of_a_script_is_its_sha256(size: int) -> None:
    content = ("#!/bin/sh\n" + "0123456789abcdef\n" * (size // 17 + 1))[:size]

    origin = script("/srv/job", files={"srv/job": content})

    assert origin.sha256 == hashlib.sha256(content.encode()).hexdigest()


# FIPS 180-4 has no vectors of its own; these are those of its companion, "SHA-256 Example".
@pytest.mark.parametrize(
    ("text", "digest"),
    [
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ],
)
def test_the_published_examples_come_out(text: str, digest: str) -> None:
    assert script("/srv/job", files={"srv/job": text}).sha256 == digest


def test_a_script_above_a_mebibyte_has_no_sum() -> None:
    assert script("/srv/job", files={"srv/job": "x" * (MEBIBYTE + 1)}).sha256 == ""


def test_a_script_named_from_its_working_directory_is_found_there(tmp_path: pathlib.Path) -> None:
    (tmp_path / "job").write_text("abc")

    assert script("./job", cwd=str(tmp_path)).sha256.startswith("ba7816bf")


@pytest.mark.parametrize("path", ["/srv/gone", "gone", "/srv", "/dev/stdin", "/proc/self/exe"])
def test_what_is_no_file_has_no_sum(path: str) -> None:
    files = {"srv/job": "abc", "dev/stdin": "abc", "proc/self/exe": "abc"}

    assert script(path, files=files).sha256 == ""


def test_a_named_pipe_is_not_waited_for() -> None:
    family = [process("/bin/sh", "/srv/job", files={"srv/other": ""})]
    with proc_of(family) as folder:
        os.mkfifo(pathlib.Path(folder) / str(family[0].pid) / "root/srv/job")

        origin = said_at(pathlib.Path(folder), family[0].pid, "start").origin

    assert (origin.script, origin.sha256) == ("/srv/job", "")


@pytest.mark.parametrize(
    "command_line", [("/srv/job",), ("-bash",), ("python3", "-c", "x"), ("sh", "-c", "/srv/job")], ids=" ".join
)
def test_a_program_and_code_on_a_command_line_have_no_sum(command_line: tuple[str, ...]) -> None:
    origin = told([process(*command_line, files={"srv/job": "abc", "bash": "abc", "x": "abc"})])

    assert origin.sha256 == ""


def test_interpreter_and_working_directory_are_those_of_the_script() -> None:
    wrapper = process("timeout", "5", "hume", exe="/usr/bin/timeout", cwd="/")

    origin = told([wrapper, process("bash", "/srv/job", exe="/usr/bin/bash", cwd="/srv/two words")])

    assert (origin.exe, origin.cwd) == ("/usr/bin/bash", "/srv/two words")


def test_without_proc_a_start_is_told_all_the_same(tmp_path: pathlib.Path) -> None:
    event = said_at(tmp_path, 77, "start", "nightly")

    assert (event.task, event.origin) == ("nightly", Origin())


def test_the_namespace_of_pids_is_told() -> None:
    family = [process("bash", "/srv/job")]
    with proc_of(family) as folder:
        space = pathlib.Path(folder) / "self/ns/pid"
        space.parent.mkdir(parents=True)
        space.touch()

        origin = said_at(pathlib.Path(folder), family[0].pid, "start").origin

        assert origin.pidns == space.stat().st_ino
