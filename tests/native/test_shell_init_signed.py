# SPDX-License-Identifier: MIT
"""`hume shell-init` in a script that a shell reads as `hume run --signed` has it read: its path, its lines, and how it ended."""

import pytest

from tests.fixtures import standin

SEALED = """exec 100<"$1"; exec "$0" -c '. /proc/self/fd/100' "$1" """
INIT = 'eval "$(hume shell-init {})"\nhume start backup\n'  # lines 1 and 2 of a script, when nothing comes before


def run(stand_in: standin.StandIn, shell: str, text: str) -> standin.Ended:
    return stand_in.run(["bash", "-c", SEALED, standin.require(shell)], text.replace("{}", shell, 1))


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_call_tells_the_scripts_path(shell: str, stand_in: standin.StandIn) -> None:
    stand_in.write("from_file() {\n  hume info there\n}\n", "lib.sh")

    ended = run(stand_in, shell, INIT + "f() {\n  hume warn here\n}\nf\n. ./lib.sh\nfrom_file\n")

    assert [(call.said, call.line, call.file, call.function) for call in ended.calls] == [
        ("start backup", 2, "script", ""),
        ("warn here", 4, "script", "f"),
        ("info there", 2, "lib.sh", "from_file"),
        ("stop 0", None, "", ""),
    ]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_what_failed_under_set_e_is_told(shell: str, stand_in: standin.StandIn) -> None:
    ended = run(stand_in, shell, f"set -e\n{INIT}ls /nonexistent\n:\n")

    stop = ended.calls[-1]
    assert (ended.status, stop.said, stop.file, stop.where) == (2, "stop 2", "script", (4, "", "ls /nonexistent"))


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("f() {\n  false | ls /nonexistent\n}\ng() {\n  f\n}\ng", (5, "f", "ls /nonexistent")),
        ("hume --refused x", (4, "", "hume --refused x")),
        ("set -u\necho $nosuch", (5, "", "echo $nosuch")),
    ],
)
def test_bash_tells_of_failures_in_functions_too(
    body: str, where: tuple[int, str, str], stand_in: standin.StandIn
) -> None:
    ended = run(stand_in, "bash", f"set -e\n{INIT}{body}\n:\n")

    assert (ended.status, ended.calls[-1].file, ended.calls[-1].where) == (int(ended.said[-1][5:]), "script", where)


@pytest.mark.parametrize("body", ["exit 3", "false\nexit 3", "f() { return 3; }\nf"])
def test_where_bash_cannot_tell_what_failed_nothing_is_told_instead(body: str, stand_in: standin.StandIn) -> None:
    ended = run(stand_in, "bash", f"{INIT}{body}\n")

    assert (ended.status, ended.said[-1], ended.calls[-1].where) == (3, "stop 3", (None, "", ""))


@pytest.mark.parametrize(
    "body",
    [":", "exit 0", "false; :", "f() { exit 0; }; f", "f() { eval 'exit 0'; }; f"],
)
def test_a_script_that_ends_well_was_not_killed(body: str, stand_in: standin.StandIn) -> None:
    assert run(stand_in, "bash", f"{INIT}{body}\n").said[-1] == "stop 0"


@pytest.mark.parametrize("body", ["kill $$\n:", "f() { kill $$; :; }\nf", "while :; do kill $$; done"])
def test_one_that_a_signal_ends_was(body: str, stand_in: standin.StandIn) -> None:
    assert run(stand_in, "bash", f"{INIT}{body}\n").said[-1] == "stop fail ended by a signal"
