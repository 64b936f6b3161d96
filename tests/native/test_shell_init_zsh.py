# SPDX-License-Identifier: MIT
"""`eval "$(hume shell-init zsh)"`: calls tell where they are, and the run is stopped with the line that failed."""

import pytest

from tests.fixtures import standin

INIT = 'eval "$(hume shell-init zsh)"\nhume start backup\n'  # lines 1 and 2 of a script, when nothing comes before


@pytest.fixture
def zsh() -> list[str]:
    return [standin.require("zsh"), "-f"]


def test_a_call_tells_line_file_and_function(zsh: list[str], stand_in: standin.StandIn) -> None:
    stand_in.write("from_file() {\n  hume info there\n}\nhume flag sourced\n", "lib.sh")

    ended = stand_in.run(zsh, INIT + "f() {\n  hume warn here\n}\nf\n. ./lib.sh\nfrom_file\n")

    assert [(call.said, call.line, call.file, call.function) for call in ended.calls] == [
        ("start backup", 2, "script", ""),
        ("warn here", 4, "script", "f"),
        ("flag sourced", 4, "lib.sh", ""),
        ("info there", 2, "lib.sh", "from_file"),
        ("stop 0", None, "", ""),
    ]


@pytest.mark.parametrize("options", ["set -e", "set -eu", "set -euo pipefail", ":"])
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("  ls /nonexistent", (4, "", "ls /nonexistent")),
        ("( exit 2 )", (4, "", "( exit 2 )")),
        ("x=$(exit 2)", (4, "", "x=$(exit 2)")),
    ],
)
def test_the_stop_tells_the_line_that_failed(
    options: str, body: str, where: tuple[int, str, str], zsh: list[str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(zsh, f"{options}\n{INIT}{body}\n")

    assert ended.status == 2
    assert (ended.said[-1], ended.calls[-1].where) == ("stop 2", where)


def test_a_failure_in_a_function_under_set_e_is_told_with_its_line(zsh: list[str], stand_in: standin.StandIn) -> None:
    ended = stand_in.run(zsh, f"set -euo pipefail\n{INIT}g() {{\n  true | ls /nonexistent\n}}\nf() {{\n  g\n}}\nf\n")

    assert ended.status == 2
    assert (ended.said[-1], ended.calls[-1].where) == ("stop 2", (5, "g", "true | ls /nonexistent"))


def test_where_zsh_runs_no_trap_on_exit_there_is_no_stop(zsh: list[str], stand_in: standin.StandIn) -> None:
    for body in ("set -eu\necho $nosuch", "set -eu\nf() { echo $nosuch }\nf"):
        plain = stand_in.plain(zsh, f"{INIT}trap 'echo mine' EXIT\n{body}\n")
        ended = stand_in.run(zsh, f"{INIT}trap 'echo mine' EXIT\n{body}\n")

        assert (plain.status, plain.stdout) == (ended.status, ended.stdout) == (1, "")
        assert ended.said == ["start backup"]


@pytest.mark.parametrize("body", ["echo $nosuch", "f() { echo $nosuch }\nf"])
def test_an_unset_variable_is_told_where_set_e_is_not_on(body: str, zsh: list[str], stand_in: standin.StandIn) -> None:
    assert stand_in.run(zsh, f"{INIT}set -u\n{body}\n").said[-1] == "stop 1"


@pytest.mark.parametrize("order", ["before", "after"])
def test_functions_of_the_script_that_have_a_builtins_name_are_its_own(
    order: str, zsh: list[str], stand_in: standin.StandIn
) -> None:
    own = "read() { echo mine }\n"
    script = (own + INIT if order == "before" else INIT + own) + "trap 'echo bye' EXIT\ntrap\n"

    ended = stand_in.run(zsh, script)

    assert (ended.stdout, ended.said[-1]) == ("trap -- 'echo bye' EXIT\nbye\n", "stop 0")


@pytest.mark.parametrize(
    ("body", "status"),
    [("exit 3", 3), ("false\nexit 1", 1), ("false\n:\n:\n[[ -n '' ]] && :", 1), ("f() { exit 4 }; f", 4)],
)
def test_after_exit_there_is_no_line(body: str, status: int, zsh: list[str], stand_in: standin.StandIn) -> None:
    ended = stand_in.run(zsh, f"{INIT}{body}\n")

    assert ended.status == status
    assert (ended.said[-1], ended.calls[-1].where) == (f"stop {status}", (None, "", ""))


@pytest.mark.parametrize(
    "body", ["hume info hello", "hume start --refused", "( hume start backup )", "hume start backup\nhume stop 3"]
)
def test_what_the_script_did_not_begin_or_has_ended_is_not_stopped_for_it(
    body: str, zsh: list[str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(zsh, f'eval "$(hume shell-init zsh)"\n{body}\n')

    assert [said for said in ended.said if said.startswith("stop")] in ([], ["stop 3"])


def test_the_scripts_own_trap_on_exit_runs_first_and_may_call_hume(zsh: list[str], stand_in: standin.StandIn) -> None:
    trap = "cleanup() {\n  hume info cleaning\n}\ntrap 'print ended with $?; cleanup; hume info again' EXIT\n"

    for text in (trap + INIT, INIT + trap):
        ended = stand_in.run(zsh, f"set -e\n{text}(exit 9)\n")

        assert (ended.status, ended.stdout) == (9, "ended with 9\n")
        assert ended.said == ["start backup", "info cleaning", "info again", "stop 9"]
        assert ended.calls[-1].where == (8, "", "(exit 9)")


def test_a_subshell_neither_stops_the_run_nor_is_stopped(zsh: list[str], stand_in: standin.StandIn) -> None:
    ended = stand_in.run(zsh, f"{INIT}( hume info in; exit 1 )\nhume info x | cat\ny=$(hume info z)\n:\n")

    assert ended.said == ["start backup", "info in", "info x", "info z", "stop 0"]


def test_evaluated_twice_it_says_one_stop(zsh: list[str], stand_in: standin.StandIn) -> None:
    ended = stand_in.run(zsh, INIT + INIT)

    assert ended.said == ["start backup", "start backup", "stop 0"]


def test_a_persons_shell_is_left_alone(zsh: list[str], stand_in: standin.StandIn) -> None:
    ended = stand_in.run([*zsh, "-i"], f"{INIT}whence -w trap hume\n")

    assert (ended.stdout, ended.said) == ("trap: builtin\nhume: command\n", ["start backup"])
