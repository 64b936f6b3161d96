# SPDX-License-Identifier: MIT
"""What comes with the client tells what it does: the man page, the completion files, the table of options."""

import os
import pathlib
import re
import shutil
import subprocess
import tomllib

import pytest

from humeops.cli import verbs
from humeops.cli.completion import NATIVE_EXTRA, NATIVE_OPTIONS, SHELLS
from tests.fixtures import processes

ROOT = pathlib.Path(__file__).parents[2]
MAN = ROOT / "native/man/hume.1"
COMPLETION = {"bash": "hume.bash", "zsh": "_hume", "fish": "hume.fish"}
OF_THE_OLDER_FORM = {"--hume-cmd", "--message", "--hostname", "--auth-token", "--recv-timeout"}


def options_of_the_client() -> set[str]:
    """Read the options off the client's own table; levels written as options are verbs."""
    table = (ROOT / "native/src/options.c").read_text()
    return {
        name for name, option in re.findall(r'\{"(--[a-z-]+)", [^}]*?(OPTION_\w+)\}', table) if option != "OPTION_SAY"
    }


def man_text() -> str:
    return MAN.read_text().replace("\\-", "-")


def test_completion_offers_every_option_of_the_client_but_those_of_1x() -> None:
    offered = {*NATIVE_OPTIONS, *(name for names in NATIVE_EXTRA.values() for name in names)}

    assert offered | {"--version"} == options_of_the_client() - OF_THE_OLDER_FORM


@pytest.mark.parametrize("shell", SHELLS)
def test_the_completion_file_is_what_the_verb_prints(shell: str, installed: processes.Installation) -> None:
    printed = installed.hume("completion", shell).stdout

    name = COMPLETION[shell]
    assert (ROOT / "native/completion" / name).read_text() == printed, (
        f"hume completion {shell} > native/completion/{name}"
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_file_is_read_by_its_shell(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")

    subprocess.run([shell, "-n", str(ROOT / "native/completion" / COMPLETION[shell])], check=True, timeout=60)


def test_bash_completes_verbs_and_their_options() -> None:
    script = f"""
        source {ROOT}/native/completion/hume.bash
        COMP_WORDS=(hume pro) COMP_CWORD=1; _hume; echo "${{COMPREPLY[@]}}"
        COMP_WORDS=(hume set --t) COMP_CWORD=2; _hume; echo "${{COMPREPLY[@]}}"
    """

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.splitlines() == ["progress", "--ttl --task --tags"]


def test_zsh_finds_the_completion_as_a_file(tmp_path: pathlib.Path) -> None:
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    script = f"fpath=({ROOT}/native/completion $fpath); autoload -U compinit; compinit -u -d {tmp_path}/dump; print $_comps[hume]"

    done = subprocess.run(["zsh", "-fc", script], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "_hume\n"


def test_the_man_page_names_every_option_and_no_other() -> None:
    page = man_text()
    named = set(re.findall(r"--[a-z][a-z-]+", page))

    # --warn is a verb written as an option.
    assert named - {"--warn"} == options_of_the_client()


def test_the_man_page_names_every_verb_of_scripts() -> None:
    headings = re.findall(r'^\.BR "hume (.*)$', man_text(), re.MULTILINE)
    words = set(re.findall(r"[a-z-]+", " ".join(headings)))

    assert set(verbs.NATIVE) <= words


def test_the_man_page_names_every_variable_of_the_client() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "native/src").glob("*.c"))
    used = set(re.findall(r'setting\("([A-Z_]+)"\)|is_on\("([A-Z_]+)"\)', sources))

    assert {one or other for one, other in used} - {"HOME"} - set(re.findall(r"[A-Z_]+", man_text())) == set()


def test_the_man_page_names_every_exit_status_of_the_client() -> None:
    limits = (ROOT / "native/src/limits.h").read_text()
    statuses = set(re.findall(r"EXIT_\w+ = (\d+)", limits))

    told = man_text().partition(".SH EXIT STATUS")[2].partition(".SH ENVIRONMENT")[0]
    assert statuses - set(re.findall(r"\b\d+\b", told)) == set()


def test_the_man_page_is_well_formed() -> None:
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")

    done = subprocess.run(
        ["groff", "-man", "-ww", "-z", str(MAN)], capture_output=True, text=True, check=True, timeout=60
    )

    assert (done.stdout, done.stderr) == ("", "")


def test_the_wheel_brings_them_where_they_are_looked_for() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    shared = build["shared-data"]

    assert all((ROOT / path).is_file() for path in shared)
    assert set(shared) == {"native/man/hume.1", *(f"native/completion/{name}" for name in COMPLETION.values())}
    assert "share/man/man1/hume.1" in shared.values()


@pytest.mark.parametrize("verb", [*verbs.PEOPLE, *verbs.NATIVE])
def test_help_works_for_every_verb(verb: str, installed: processes.Installation) -> None:
    done = installed.hume("help", verb)

    assert (done.returncode, done.stderr) == (0, "")
    assert verb in done.stdout or verb == "help"
    assert os.linesep in done.stdout
