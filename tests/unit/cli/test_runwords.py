# SPDX-License-Identifier: MIT
"""The command line of `hume run --signed` is taken apart as the native client takes it apart."""

import pathlib
import re

import click
import pytest

from humeops.cli import runwords

OPTIONS = pathlib.Path(__file__).parents[3] / "native/src/options.c"


def test_the_same_options_have_values():
    rows = re.findall(r'\{"(--[a-z-]+)", (0|\'\w\'), (true|false),', OPTIONS.read_text())
    valued = {(name, letter.strip("'")) for name, letter, takes in rows if takes == "true"}

    assert {name for name, _ in valued} == runwords.LONG
    assert {letter: name for name, letter in valued if letter != "0"} == runwords.LETTERS


def test_an_option_that_looks_like_signed_is_the_value_before_it():
    asked = runwords.read(["-vt", "--signed", "-x", "a=1", "--host=db", "--signed", "job.sh", "--", "-t", "b"])

    assert asked.options == ["-vt", "--signed", "-x", "a=1", "--host=db"]
    assert (asked.task({}), asked.host(), asked.script, asked.arguments) == ("--signed", "db", "job.sh", ["-t", "b"])


@pytest.mark.parametrize("word", ["--trust", "-t", "--"])
def test_an_option_behind_signed_is_no_script(word):
    with pytest.raises(click.UsageError, match="options stand before --signed"):
        runwords.read(["--signed", word, "job.sh"])


def test_a_task_of_spaces_is_none():
    asked = runwords.read(["-t", " ", "--signed", "/srv/job.sh"])

    assert asked.task({"HUME_TASK": "nightly"}) == "nightly"
    assert asked.task({}) == "job.sh"
