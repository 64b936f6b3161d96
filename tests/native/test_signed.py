# SPDX-License-Identifier: MIT
"""`hume run --signed` hands over to the hume-cli beside it and to no other, in an environment in which nothing steers that."""

import os
import pathlib
import shutil
import subprocess

import pytest

from tests.fixtures.processes import find_hume


@pytest.fixture
def beside(tmp_path):
    """Give a folder with the client and a stand-in for hume-cli that prints its arguments and environment."""
    shutil.copy(find_hume(), tmp_path / "hume")
    stand_in = tmp_path / "hume-cli"
    stand_in.write_text('#!/bin/sh\necho "words: $*"\n/usr/bin/env\n')
    stand_in.chmod(0o755)
    return tmp_path


def run(folder, *words, **environ):
    given = {"PATH": os.environ["PATH"], "HUME_DIR": str(folder / "none"), **environ}
    return subprocess.run([folder / "hume", *words], env=given, capture_output=True, text=True, timeout=30, check=False)


def test_it_hands_over_whole_and_cleaned(beside):
    tricks = ["LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "_PYTHON_X", "OPENSSL_CONF", "GCONV_PATH", "MALLOC_X"]

    done = run(beside, "run", "-t", "x", "--signed", "job.sh", "--", "a", REGION="eu", **dict.fromkeys(tricks, "evil"))

    lines = done.stdout.splitlines()
    assert lines[0] == "words: run -t x --signed job.sh -- a"
    assert "evil" not in done.stdout
    assert {"REGION=eu", "PYTHONNOUSERSITE=1", "PYTHONSAFEPATH=1", f"PATH={os.environ['PATH']}"} <= set(lines)


@pytest.mark.parametrize(
    "words",
    [
        ["--signed", "job.sh"],
        ["--signed=job.sh"],
        ["-vt", "x", "--signed", "job.sh"],
        ["--timeout", "3", "--trust", "here", "--signed", "job.sh"],
    ],
    ids=" ".join,
)
def test_it_is_asked_for_by_an_option_of_run(beside, words):
    assert run(beside, "run", *words).stdout.startswith("words: run ")


@pytest.mark.parametrize(
    "words", [["echo", "--signed", "x"], ["--", "echo", "--signed"], ["-t", "--signed", "echo"]], ids=" ".join
)
def test_what_belongs_to_the_command_is_the_commands(beside, words):
    assert "words:" not in run(beside, "run", *words).stdout


def test_with_no_hume_cli_beside_it_nothing_runs(beside):
    (beside / "hume-cli").rename(beside / "elsewhere")
    elsewhere = beside / "path"
    elsewhere.mkdir()
    (beside / "elsewhere").rename(elsewhere / "hume-cli")

    done = run(beside, "run", "--signed", "job.sh", PATH=str(elsewhere))

    assert (done.returncode, done.stdout) == (126, "")
    assert "not beside hume: not run" in done.stderr


def test_a_hume_cli_that_may_not_be_run_is_told_from_one_that_is_not_there(beside):
    (beside / "hume-cli").chmod(0o644)

    done = run(beside, "run", "--signed", "job.sh")

    assert (done.returncode, done.stdout) == (126, "")
    assert "which cannot be run: Permission denied: not run" in done.stderr


def test_other_verbs_do_not_know_it(beside):
    assert run(beside, "start", "--signed", "x").returncode == 64
    assert not list(pathlib.Path(beside).glob("none/drop/*"))
