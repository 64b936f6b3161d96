# SPDX-License-Identifier: MIT
"""`hume get`: what is asked, what is printed of the answer, and a status that always tells."""

import json
import os
import pathlib
import pty
import shutil
import subprocess
from collections.abc import Callable

import pytest

from tests.native.conftest import Answer, Caller, Router, both_builds

pytestmark = both_builds
RouterStart = Callable[[Answer], Router]
NODE = os.uname().nodename


def value(text: str) -> Answer:
    return lambda message: f'0 ? {{"task":"backup","time":1,"value":{text},"unit":"bytes"}}'.encode()


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["rows"], {"key": "rows"}),
        (["rows", "-t", "backup"], {"key": "rows", "task": "backup"}),
        ([":backup/rows"], {"key": "rows", "task": "backup"}),
        ([f"{NODE}/rows"], {"key": "rows"}),
        (["localhost:night ly/a.b"], {"key": "a.b", "task": "night ly"}),
        (['quo"te'], {"key": 'quo"te'}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_own_data_are_asked_of_humed(
    words: list[str], asked: dict[str, str], hume: Caller, router: RouterStart
) -> None:
    server = router(value("42"))

    done = hume.run("get", *words)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"42\n", b"")
    assert [message.partition(b" ")[0] for message in server.heard] == [b"?get"]
    assert json.loads(server.heard[0].partition(b" ")[2]) == asked
    assert hume.dropped() == []


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("42", "42"),
        ("-1.50", "-1.50"),
        ("1e5", "1e5"),
        ("true", "true"),
        ('"text as it is"', "text as it is"),
        ('""', ""),
        (r'"tab\t quote\" back\\ slash\/ feed\n \u00e4\u20AC \ud834\udd1e"', 'tab\t quote" back\\ slash/ feed\n ä€ 𝄞'),
        (r'"lone \ud834 \udd1e \ud834x"', "lone \ufffd \ufffd \ufffdx"),
        (json.dumps("ä" * 1024, ensure_ascii=False), "ä" * 1024),
        (json.dumps("𝄞" * 500), "𝄞" * 500),
    ],
    ids=range(10),
)
def test_a_value_is_printed_as_it_was_said(said: str, printed: str, hume: Caller, router: RouterStart) -> None:
    router(value(said))

    done = hume.run("get", "key")

    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, printed + "\n", b"")


def test_members_that_are_not_asked_for_are_passed_over(hume: Caller, router: RouterStart) -> None:
    router(lambda message: rb'0 ? { "a" : {"value":[1,"}",{"\"":2}]} , "value\u0031":1, "value" : 7 , "z":[] }')

    assert hume.run("get", "key").stdout == b"7\n"


def test_no_such_value_is_1_and_nothing_is_printed(hume: Caller, router: RouterStart) -> None:
    router(lambda message: b"1 ?")

    done = hume.run("get", "key")

    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (b"65 - humed knows one question", 65, b"hume: no answer: humed knows one question\n"),
        (b"75 ? the spool is away", 75, b"hume: no answer: the spool is away\n"),
        (b"77 ?", 77, b"hume: no answer: humed does not say why\n"),
        (b"0 ? 42", 75, b"hume: humed's answer is not understood\n"),
        (b'0 ? {"value":"open', 75, b"hume: humed's answer is not understood\n"),
        (b'0 ? {"value":{}}', 75, b"hume: humed's answer is not understood\n"),
        (b'0 ? {"value":}', 75, b"hume: humed's answer is not understood\n"),
        (rb'0 ? {"value":"\x"}', 75, b"hume: humed's answer is not understood\n"),
        (rb'0 ? {"value":"\u12"}', 75, b"hume: humed's answer is not understood\n"),
        (b"what?", 75, b"hume: no answer: what answers is not humed\n"),
        (b"0 ? " + b"x" * 9000, 75, b"hume: no answer: humed does not answer\n"),
    ],
    ids=range(11),
)
def test_any_other_answer_is_told_in_one_line(
    answer: bytes, status: int, said: bytes, hume: Caller, router: RouterStart
) -> None:
    router(lambda message: answer)

    done = hume.run("get", "key")

    assert (done.returncode, done.stdout, done.stderr) == (status, b"", said)


def test_without_humed_it_is_75_also_without_strict(hume: Caller) -> None:
    done = hume.run("get", "key")

    assert (done.returncode, done.stdout, done.stderr) == (75, b"", b"hume: no answer: nobody is there\n")
    assert hume.dropped() == []


@pytest.mark.parametrize("words", [[], [""], ["a/b/c"], ["key", "more"], ["host/"]])
def test_what_is_no_name_of_a_value_is_wrong_usage(words: list[str], hume: Caller) -> None:
    done = hume.run("get", *words)

    assert done.returncode == 64
    assert done.stderr == b"hume: get needs one name: hume get KEY, or HOST/KEY, or HOST:TASK/KEY\n"


def test_another_hosts_value_is_the_business_of_hume_cli(hume: Caller) -> None:
    program = hume.root / "bin" / "hume"
    program.parent.mkdir()
    shutil.copy(hume.program, program)
    cli = program.with_name("hume-cli")
    cli.write_text('#!/bin/sh\nprintf "%s|" "$@"; exit 3\n')
    cli.chmod(0o755)

    command = [str(program), "-v", "get", "elsewhere:backup/rows"]
    done = subprocess.run(command, env=hume.environment(), capture_output=True, check=False, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (3, b"get|elsewhere:backup/rows|", b"")


def test_disabled_it_prints_nothing(hume: Caller) -> None:
    done = hume.run("get", "key", env=hume.environment(HUME_DISABLE="1"))

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_value_cannot_steer_a_terminal(hume: Caller, router: RouterStart) -> None:
    router(value(r'"a\u001b[2Jb"'))
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as terminal:
        subprocess.run([hume.program, "get", "key"], env=hume.environment(), stdout=theirs, check=True, timeout=60)
        os.close(theirs)

        assert terminal.read(100) == b"a?[2Jb\r\n"


def test_a_reader_who_left_or_a_full_disk_is_told(hume: Caller, router: RouterStart) -> None:
    if not pathlib.Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    router(value("42"))

    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [hume.program, "get", "key"],
            env=hume.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )

    assert done.returncode == 75
    assert b"could not be printed: No space left on device" in done.stderr
