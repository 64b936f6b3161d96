# SPDX-License-Identifier: MIT
"""Help, and the verbs for people: handed to the hume-cli beside the client, or to the one on PATH."""

import os
import re
import shutil
import subprocess

import pytest

from humeops.cli import verbs
from tests.native.conftest import Caller


def test_help_fits_a_screen(hume: Caller) -> None:
    done = hume.run("--help")

    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert len(lines) <= 23  # and the prompt
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("verb", [*verbs.NATIVE, "up", "status", "queue", "doctor"])
def test_help_names_the_verb(verb: str, hume: Caller) -> None:
    told = hume.run("--help").stdout.decode()

    assert re.search(rf"\b{verb}\b", told)


@pytest.mark.parametrize("verb", verbs.NATIVE)
def test_help_of_a_verb_is_the_same_asked_both_ways(verb: str, hume: Caller) -> None:
    one, other = hume.run("help", verb), hume.run(verb, "--help")

    assert (one.returncode, one.stderr) == (0, b"")
    assert one.stdout == other.stdout
    assert re.match(rf"hume (\w+\|)*{verb}\b", one.stdout.decode())


@pytest.fixture
def beside(hume: Caller) -> Caller:
    """A copy of hume with a hume-cli beside it that tells how it was called."""
    program = hume.root / "bin" / "hume"
    program.parent.mkdir()
    shutil.copy(hume.program, program)
    cli = program.parent / "hume-cli"
    cli.write_text('#!/bin/sh\nprintf "%s|" "$@"; exit 3\n')
    cli.chmod(0o755)
    hume.program = program
    return hume


def test_a_verb_for_people_goes_to_the_hume_cli_beside(beside: Caller) -> None:
    done = beside.run("-v", "status", "--host", "a b", "")

    assert (done.returncode, done.stdout, done.stderr) == (3, b"-v|status|--host|a b||", b"")


def test_an_unknown_verb_goes_to_the_hume_cli_on_path(beside: Caller) -> None:
    alone = beside.root / "alone"
    alone.mkdir()
    shutil.copy(beside.program, alone / "hume")
    environ = beside.environment(PATH=f"{beside.program.parent}{os.pathsep}{os.environ['PATH']}")

    done = subprocess.run([alone / "hume", "frobnicate"], env=environ, capture_output=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (3, b"frobnicate|")


@pytest.mark.parametrize(
    ("verb", "complaint"),
    [
        ("status", "'status' is done by hume-cli (Python package humeops), found neither beside hume nor on PATH"),
        ("staus", "no verb 'staus'; did you mean status?"),
        ("frobnicate", "no verb 'frobnicate' (hume --help lists them)"),
    ],
)
def test_without_hume_cli_the_nearest_verb_is_named(verb: str, complaint: str, hume: Caller) -> None:
    done = hume.run(verb, env=hume.environment(PATH="/nonexistent"))

    assert (done.returncode, done.stderr.decode()) == (64, f"hume: {complaint}\n")


def test_a_hume_cli_beside_it_that_may_not_be_run_is_said(beside: Caller) -> None:
    cli = beside.program.parent / "hume-cli"
    cli.chmod(0o644)

    done = beside.run("status", env=beside.environment(PATH="/nonexistent"))

    complaint = "'status' is done by hume-cli, which is beside hume, and cannot be run: Permission denied"
    assert (done.returncode, done.stderr.decode()) == (64, f"hume: {complaint}\n")


def test_help_of_other_verbs_goes_to_hume_cli(beside: Caller) -> None:
    done = beside.run("help", "status")

    assert (done.returncode, done.stdout) == (3, b"help|status|")


def test_more_than_one_verb_is_no_question_of_ours(beside: Caller) -> None:
    done = beside.run("help", "run", "bogus")

    assert (done.returncode, done.stdout) == (3, b"help|run|bogus|")
