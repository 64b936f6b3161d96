# SPDX-License-Identifier: MIT
"""Tab knows the tasks, hosts and tags that central knows, in real shells, and is silent when it does not answer."""

import shutil
import subprocess

import pytest

from tests.fixtures import processes
from tests.fixtures.asking import agent_of
from tests.fixtures.events import say

BASH = """
source <(hume completion bash)
COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
words=${1//:/ : }
read -ra COMP_WORDS <<<"$words"
[[ $1 == *[\\ :] ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_hume
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def central():
    with processes.installation() as made:
        made.start_central()
        with agent_of(made) as agent:
            said = [
                say("log", 1, task=task, tags=["nightly"]) for task in ("backup", "base-check", "$(reboot)x", "vacuum")
            ]
            assert agent.send(*said).status == 200
        yield made


def run(central, *command):
    processes.find_hume()
    path = {"PATH": f"{processes.BIN}:/usr/bin:/bin"}
    done = subprocess.run(command, env=central.environ(**path), capture_output=True, text=True, timeout=30, check=False)
    assert done.stderr == ""
    return done.stdout.split()


def bash(central, line):
    return run(central, "bash", "-c", BASH, "bash", line)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("hume show ba", ["backup", "base-check"]),
        ("hume status --task va", ["vacuum"]),
        ("hume status --tag ni", ["nightly"]),
        ("hume events tag:ni", ["nightly"]),
        ("hume events level:er", ["error"]),
        ("hume events lev", ["level:"]),
        ("hume runs state:fai", ["failed"]),
        ("hume runs --state fai", ["failed"]),
        ("hume watch pa", ["pause"]),
        ("hume silence ", ["add", "end", "list", "--help"]),
        ("hume alert show ", []),
        ("hume info -t va", ["vacuum"]),
        ("hume show $", []),
        ("hume show --al", ["--all"]),
        ("hume status --ta", ["--task", "--tag"]),
    ],
)
def test_bash_offers_what_fits(central, line, offered):
    assert bash(central, line) == offered


def test_a_host_goes_on_with_its_tasks(central):
    (host,) = {one for one in bash(central, "hume show ") if one.endswith(":")}

    assert bash(central, f"hume show {host}ba") == ["backup", "base-check"]


def test_no_name_that_a_shell_would_obey_is_offered(central):
    assert not any("reboot" in one for one in bash(central, "hume show "))


def test_fish_offers_what_fits(central):
    if shutil.which("fish") is None:
        pytest.skip("no fish here")
    script = "hume completion fish | source; complete -C 'hume show ba'"

    assert run(central, "fish", "--no-config", "-c", script) == ["backup", "base-check"]


def test_without_central_nothing_is_said():
    with processes.installation() as made:
        assert bash(made, "hume show ba") == []
