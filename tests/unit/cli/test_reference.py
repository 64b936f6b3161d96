# SPDX-License-Identifier: MIT
"""docs/reference/commands.md names every verb and option there is, and no other."""

import pathlib
import re

import click
import pytest

from humeops.cli import verbgroup, verbs
from humeops.cli.completion import NATIVE_OPTIONS

TEXT = (pathlib.Path(__file__).parents[3] / "docs/reference/commands.md").read_text("utf-8")


def _section(title):
    return re.split(r"^## ", TEXT.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def _options(verb):
    command = verbgroup.group.get_command(click.Context(verbgroup.group), verb)
    assert command is not None
    return {name for param in command.params if isinstance(param, click.Option) for name in param.opts}


@pytest.mark.parametrize("verb", verbs.PEOPLE)
def test_a_verb_its_options_and_its_words_are_in_the_reference(verb):
    section = _section(f"hume {verb}")

    named = set(re.findall(r"`(-[a-zA-Z]|--[a-z-]+)`", section.partition("| option |")[2]))
    assert named == _options(verb)


@pytest.mark.parametrize("verb", [*(verb for verb in verbs.PEOPLE if verb not in ("help", "version")), "start"])
def test_a_verb_has_an_example(verb):
    assert re.search(rf"^(?:eval \"\$\()?hume {verb}\b|`hume {verb} ", TEXT, re.MULTILINE)


@pytest.mark.parametrize("verb", verbs.NATIVE)
def test_a_native_verb_is_in_the_reference(verb):
    assert f"`hume {verb}" in _section("In scripts")


@pytest.mark.parametrize("option", NATIVE_OPTIONS)
def test_a_native_option_is_in_the_reference(option):
    assert f"`{option}`" in _section("In scripts")


@pytest.mark.parametrize(
    ("shell", "mark"), [("bash", "complete -o default"), ("zsh", "#compdef"), ("fish", "complete -c")]
)
def test_completion_knows_every_verb_and_option(hume, shell, mark):
    script = hume("completion", shell).out

    assert mark in script
    for verb in [*verbs.PEOPLE, *verbs.NATIVE]:
        assert re.search(rf"\b{verb}\b", script)
    assert all(name.lstrip("-") in script for name in _options("status") if name.startswith("--"))
