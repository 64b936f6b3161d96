# SPDX-License-Identifier: MIT
"""How a verified script is run: which words, and in which environment."""

import pytest

from humeops.security.signing import starting
from humeops.security.signing.manifest import Manifest
from humeops.security.signing.starting import Person

ANN = Person("ann", "/home/ann", "/bin/bash", "/opt/hume/bin")


def signed(*interpreter, **members):
    return Manifest(1, "job", "0" * 64, 1, "ann@example.com", "2026-11-28T00:00:00+00:00", list(interpreter), **members)


@pytest.mark.parametrize(
    ("interpreter", "words"),
    [
        (["/bin/sh"], ["/bin/sh", "-c", ". /proc/self/fd/100", "./job", "a"]),
        (["/bin/bash", "-e"], ["/bin/bash", "-e", "-c", ". /proc/self/fd/100", "./job", "a"]),
        (["/usr/bin/perl", "-T"], ["/usr/bin/perl", "-T", "/proc/self/fd/100", "a"]),
    ],
)
def test_the_interpreter_reads_the_descriptor(interpreter, words):
    assert starting.command(interpreter, 100, "./job", ["a"]) == words


def test_a_program_is_run_itself():
    assert starting.command([], 100, "./job", ["a"]) == ["/proc/self/fd/100", "a"]


def test_python_is_isolated_and_knows_the_scripts_name():
    words = starting.command(["/usr/bin/python3.11"], 100, "./job", ["a"])

    assert words[:3] == ["/usr/bin/python3.11", "-I", "-c"]
    assert words[4:] == ["/proc/self/fd/100", "./job", "a"]


def test_the_environment_is_made_anew():
    given = {
        **dict.fromkeys(
            ("LD_PRELOAD", "BASH_ENV", "ENV", "IFS", "PYTHONPATH", "HOME", "PATH", "USER", "SHELL"), "evil"
        ),
        "LANG": "de_DE.UTF-8",
        "TZ": "evil zone\n",
        "HUME_DIR": "/srv/hume",
        "BASH_FUNC_x%%": "() { evil; }",
        "REGION": "eu",
        "OTHER": "evil",
    }

    found = starting.environment(signed("/bin/sh", environment=["REGION"]), given, ANN)

    assert found == {
        "LANG": "de_DE.UTF-8",
        "HUME_DIR": "/srv/hume",
        "REGION": "eu",
        "PATH": f"{starting.PATH}:/opt/hume/bin",
        "HOME": "/home/ann",
        "USER": "ann",
        "LOGNAME": "ann",
        "SHELL": "/bin/bash",
    }
