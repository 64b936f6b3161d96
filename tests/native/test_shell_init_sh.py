# SPDX-License-Identifier: MIT
"""`eval "$(hume shell-init sh)"`: in any POSIX shell the run is stopped with the script's status; and the verb itself."""

import os
import signal
import subprocess

import pytest

from tests.fixtures import native, processes, standin
from tests.native.conftest import Caller

INIT = 'eval "$(hume shell-init sh)"\nhume start backup\n'


@pytest.fixture(params=["dash", "mksh", "bash --posix"])
def shell(request: pytest.FixtureRequest) -> list[str]:
    name, *options = request.param.split()
    return [standin.require(name), *options]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 0),
        ("exit 3", 3),
        ("(exit 4)", 4),
        ("set -e; false; echo never", 1),
        ("set -eu; f() { false; }; f", 1),
        ("( hume info in; exit 5 ) || :; hume info x | cat; y=$(hume info z)", 0),
    ],
)
def test_the_run_is_stopped_with_the_scripts_status(
    body: str, status: int, shell: list[str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(shell, f"{INIT}{body}\n")

    assert (ended.status, ended.stdout, ended.stderr) == (status, "", "")
    assert [said for said in ended.said if not said.startswith("info")] == ["start backup", f"stop {status}"]


@pytest.mark.parametrize(
    "body",
    ["hume info hello", "hume start --refused || :", "( hume start backup )", "hume start backup; hume stop 3; exit 4"],
)
def test_what_the_script_did_not_begin_or_has_ended_is_not_stopped_for_it(
    body: str, shell: list[str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(shell, f'eval "$(hume shell-init sh)"\n{body}\n')

    assert [said for said in ended.said if said.startswith("stop")] in ([], ["stop 3"])


@pytest.mark.parametrize("stop", ["hume stop --run 01J-other 0", "hume --run=01J-other stop"])
def test_who_stops_a_run_by_its_name_has_not_stopped_his_own(
    stop: str, shell: list[str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(shell, f"{INIT}{stop}\nIFS=,\n{stop}\nexit 3\n")

    assert (ended.status, ended.said[-1]) == (3, "stop 3")


def test_a_trap_on_exit_that_was_there_is_left_alone_and_that_is_said(
    shell: list[str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(shell, f"trap 'echo mine' EXIT; trap 'echo usr' USR1\n{INIT}exit 3\n")

    assert (ended.status, ended.stdout, ended.said) == (3, "mine\n", ["start backup"])
    assert ended.stderr == "hume: shell-init: this script has a trap on EXIT already; say hume stop $? in it\n"


def test_other_traps_are_no_hindrance(shell: list[str], stand_in: standin.StandIn) -> None:
    ended = stand_in.run(shell, f"trap 'echo usr' USR1; trap '' HUP\n{INIT}kill -USR1 $$\n")

    assert (ended.stdout, ended.said) == ("usr\n", ["start backup", "stop 0"])


def test_evaluated_twice_it_says_one_stop(shell: list[str], stand_in: standin.StandIn) -> None:
    ended = stand_in.run(shell, INIT + INIT)

    assert (ended.said, ended.stderr) == (["start backup", "start backup", "stop 0"], "")


def test_dash_says_nothing_when_a_signal_ends_it(stand_in: standin.StandIn) -> None:
    running = stand_in.start([standin.require("dash")], INIT + "echo ready\nsleep 60\n")
    assert running.stdout and running.stdout.readline() == "ready\n"

    os.killpg(running.pid, signal.SIGTERM)
    running.communicate(timeout=30)

    assert running.returncode == -signal.SIGTERM
    assert [call.said for call in stand_in.calls()] == ["start backup"]


@pytest.mark.parametrize("text", ["bash", "zsh"])
@pytest.mark.parametrize("words", ["dash", "mksh", "ksh", "zsh -f", "bash --norc"])
def test_the_text_for_another_shell_is_one_line_on_stderr(text: str, words: str, stand_in: standin.StandIn) -> None:
    name, *options = words.split()
    ended = stand_in.run(
        [standin.require(name), *options], f'set -eu\neval "$(hume shell-init {text})"\nhume start backup\necho on\n'
    )

    refusal = f"hume: shell-init {text}: this shell is no {text}; take hume shell-init sh\n"
    assert (ended.status, ended.stdout, ended.stderr) == (0, "on\n", "" if name == text else refusal)
    assert ended.said == ["start backup", "stop 0"][: 2 if name == text else 1]


@pytest.mark.parametrize("option", ["-r", "-k"])
def test_in_a_bash_that_forbids_it_nothing_is_defined(option: str, stand_in: standin.StandIn) -> None:
    ended = stand_in.run(["bash", option], 'eval "$(hume shell-init bash)"\ntype -t trap hume\nhume start backup\n')

    refusal = "hume: shell-init: not for bash -r or -k; say hume stop $? in a trap on EXIT\n"
    assert (ended.status, ended.stdout, ended.stderr) == (0, "builtin\nfile\n", refusal)
    assert ended.said == ["start backup"]


@pytest.mark.parametrize("shell", ["bash --norc", "zsh -f"])
def test_a_trace_shows_the_text_once_and_goes_on(shell: str, stand_in: standin.StandIn) -> None:
    name, *options = shell.split()
    ended = stand_in.run([standin.require(name), *options], f'set -x\neval "$(hume shell-init {name})"\n: traced\n')

    assert ended.stderr.count("__hume_find_line {") + ended.stderr.count("function __hume_read_line {") == 1
    assert ": traced\n" in ended.stderr


# -- the verb ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "sh", "dash", "ksh", "mksh", "/bin/bash"])
def test_a_text_is_printed_for_each_shell(shell: str, hume: Caller) -> None:
    done = hume.run("shell-init", shell)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"__hume_program='%s'\n" % os.fsencode(hume.program))
    assert b"__hume_note" in done.stdout


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], """shell-init needs one shell: eval "$(hume shell-init bash)", or zsh, or sh"""),
        (["bash", "zsh"], """shell-init needs one shell: eval "$(hume shell-init bash)", or zsh, or sh"""),
        (["bahs"], "no shell 'bahs'; did you mean bash?"),
        (["fish"], "no shell 'fish': shell-init knows bash, zsh, and sh for other POSIX shells"),
    ],
)
def test_an_unknown_shell_is_wrong_usage(words: list[str], complaint: str, hume: Caller) -> None:
    done = hume.run("shell-init", *words)

    assert (done.returncode, done.stdout, done.stderr.decode()) == (64, b"", f"hume: {complaint}\n")


def test_what_cannot_be_printed_is_no_text(hume: Caller) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([hume.program, "shell-init", "sh"], stdout=full, stderr=subprocess.PIPE, check=False)

    assert (done.returncode, done.stderr) == (75, b"hume: the text could not be printed: No space left on device\n")


def test_a_program_with_an_odd_name_is_called_all_the_same(stand_in: standin.StandIn) -> None:
    folder = stand_in.root / "it's $(touch mine)"
    folder.mkdir()
    (folder / "hume").symlink_to(native.build("hume"))
    environ = {"PATH": f"{folder}:{os.environ['PATH']}", "HUME_DIR": str(stand_in.root)}

    subprocess.run(
        ["sh", "-c", 'eval "$(hume shell-init sh)"; PATH=/nonexistent; hume start a'],
        env=environ,
        check=True,
        timeout=60,
        cwd=stand_in.root,
    )

    processes.wait_until(lambda: len(list((stand_in.root / "drop").iterdir())) == 2, "start and stop are said")
    assert not (stand_in.root / "mine").exists()


def test_the_texts_pass_shellcheck() -> None:
    shellcheck = standin.require("shellcheck")
    texts = [native.NATIVE / "shell" / name for name in ("note.sh", "init.sh", "init.bash")]

    done = subprocess.run([shellcheck, *texts], capture_output=True, text=True, check=False, timeout=60)

    assert done.stdout == ""
