# SPDX-License-Identifier: MIT
"""`hume run` and the end of the output, in the stop event; files and terminals are the command's own."""

import contextlib
import os
import pty
import random

import pytest

from humeops.event import MAX_EVENT_BYTES, MAX_OUTPUT
from tests.native.conftest import Caller, both_builds
from tests.native.running import (
    FAIL,
    began_and_ended,
    run_into,
)

pytestmark = both_builds


# -- the tail ----------------------------------------------------------------------------------------------------------


def test_the_end_of_the_output_goes_with_a_failure(hume: Caller) -> None:
    done = hume.run("run", "--", "sh", "-c", "printf out; exit 1")

    assert done.stdout == b"out"
    assert began_and_ended(hume)[1].output == "out"


def test_the_output_of_a_success_stays_where_it_is(hume: Caller) -> None:
    hume.run("run", "--", "echo", "out")

    assert began_and_ended(hume)[1].output == ""


@pytest.mark.parametrize(("when", "status", "kept"), [("always", 0, "out\n"), ("never", 1, ""), ("fail", 1, "out\n")])
def test_it_is_asked_for_or_declined(when: str, status: int, kept: str, hume: Caller) -> None:
    done = hume.run("run", "--output", when, "--", "sh", "-c", f"echo out; exit {status}")

    assert done.stdout == b"out\n"
    assert began_and_ended(hume)[1].output == kept


@pytest.mark.parametrize("size", [MAX_OUTPUT - 1, MAX_OUTPUT, MAX_OUTPUT + 1, 3 * MAX_OUTPUT, 1_000_000])
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_only_the_last_16_kb_are_kept(into: str, size: int, hume: Caller) -> None:
    whole = "".join(random.Random(size).choices("abcdefgh\n", k=size))
    (hume.root / "text").write_text(whole)
    command = ["--output", "always", "--", "cat", str(hume.root / "text")]

    if into == "pipe":
        hume.run("run", *command)
    else:
        with (hume.root / "out").open("wb") as out:
            run_into(hume, out, None, *command)

    _, ended = began_and_ended(hume)
    assert ended.output == whole[-MAX_OUTPUT:]
    assert ended.cut == (["output"] if size > MAX_OUTPUT else [])


def test_any_bytes_at_all_make_an_acceptable_event(hume: Caller) -> None:
    noise = random.Random(4).randbytes(40_000)
    (hume.root / "noise").write_bytes(noise)

    done = hume.run("run", "--output", "always", "--", "cat", str(hume.root / "noise"))

    _, ended = began_and_ended(hume)
    kept = noise[-MAX_OUTPUT:].decode("utf-8", "replace").replace("\0", "\ufffd")
    assert done.stdout == noise
    assert kept.endswith(ended.output)
    assert len(ended.output) > MAX_OUTPUT / 4
    assert ended.cut == ["output"]


def test_what_takes_too_much_room_is_cut_from_the_front(hume: Caller) -> None:
    (hume.root / "dear").write_bytes(b"\x01" * MAX_OUTPUT + b"the end")

    hume.run("run", "--output", "always", "--", "cat", str(hume.root / "dear"))

    _, ended = began_and_ended(hume)
    assert ended.output.endswith("\x01the end")
    assert ended.output.count("\x01") > 8_000
    assert ended.cut == ["output"]
    assert max(path.stat().st_size for path in hume.drop.iterdir()) <= MAX_EVENT_BYTES


def test_a_character_that_is_cut_in_two_is_left_out(hume: Caller) -> None:
    (hume.root / "text").write_text("€" * MAX_OUTPUT)  # 3 bytes each, which do not divide 16,384

    hume.run("run", "--output", "always", "--", "cat", str(hume.root / "text"))

    assert set(began_and_ended(hume)[1].output) == {"€"}


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_file_is_the_commands_own(hume: Caller) -> None:
    out = hume.root / "out"
    with out.open("wb") as file:
        run_into(hume, file, None, "--", "sh", "-c", "readlink /proc/self/fd/1; exit 1")

    assert out.read_text() == f"{out}\n"
    assert began_and_ended(hume)[1].output == f"{out}\n"


@pytest.mark.parametrize("mode", ["ab", "r+b"])
def test_what_a_file_held_before_is_not_the_commands_output(mode: str, hume: Caller) -> None:
    out = hume.root / "out"
    out.write_text("before\n")
    with out.open(mode) as file:
        file.seek(0, os.SEEK_END)
        run_into(hume, file, file, "--", "sh", "-c", FAIL)

    assert out.read_text() == "before\nout\nerr\n"
    assert began_and_ended(hume)[1].output == "out\nerr\n"


def test_a_file_that_the_command_cuts_short_counts_from_its_beginning(hume: Caller) -> None:
    out = hume.root / "out"
    out.write_text("x" * 5000)
    with out.open("ab") as file:
        run_into(hume, file, None, "--", "sh", "-c", f": > {out}; echo new; exit 1")

    assert began_and_ended(hume)[1].output == "new\n"


def test_two_files_are_read_back_both(hume: Caller) -> None:
    with (hume.root / "out").open("wb") as out, (hume.root / "err").open("wb") as err:
        run_into(hume, out, err, "--", "sh", "-c", FAIL)

    assert began_and_ended(hume)[1].output == "out\nerr\n"


def test_what_goes_to_a_terminal_is_untouched_and_not_kept(hume: Caller) -> None:
    ours, theirs = pty.openpty()
    with contextlib.ExitStack() as closing:
        closing.callback(os.close, ours)
        with os.fdopen(theirs, "wb") as terminal:
            status = run_into(hume, terminal, terminal, "--", "sh", "-c", "[ -t 1 ] && [ -t 2 ] && echo yes; exit 1")

        assert os.read(ours, 100) == b"yes\r\n"
    assert status == 1
    assert began_and_ended(hume)[1].output == ""
