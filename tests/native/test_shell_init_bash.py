# SPDX-License-Identifier: MIT
"""`eval "$(hume shell-init bash)"`: calls tell where they are, and the run is stopped with the command that failed.

It is long, since each way in which a script of bash ends is a case of its own.
"""

import os
import pathlib
import shlex
import signal
import subprocess

import pytest

from tests.fixtures import native, processes, standin

INIT = 'eval "$(hume shell-init bash)"\nhume start backup\n'  # lines 1 and 2 of a script, when nothing comes before
BASH = ["bash", "--norc"]


def children_of(pid: int) -> list[int]:
    return [int(word) for word in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_waiting(pid: int) -> bool:
    """Tell whether a shell sleeps and its children have become what they shall be: a fork dies of a signal unseen."""
    children = children_of(pid)
    state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    forks = [child for child in children if pathlib.Path(f"/proc/{child}/cmdline").read_text().startswith("bash")]
    return bool(children) and state == "S" and all(children_of(fork) for fork in forks)


def test_a_call_tells_line_file_and_function(stand_in: standin.StandIn) -> None:
    stand_in.write("from_file() {\n  hume info there\n}\n", "lib.sh")

    ended = stand_in.run(BASH, INIT + "f() {\n  hume warn here\n}\nf\n. ./lib.sh\nfrom_file\n")

    assert [(call.said, call.line, call.file, call.function) for call in ended.calls] == [
        ("start backup", 2, "script", ""),
        ("warn here", 4, "script", "f"),
        ("info there", 2, "lib.sh", "from_file"),
        ("stop 0", None, "", ""),
    ]


@pytest.mark.parametrize("options", ["set -e", "set -eu", "set -euo pipefail", "set -Eeuo pipefail", ":"])
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("ls /nonexistent", (4, "", "ls /nonexistent")),
        ("f() {\n  :\n  ls /nonexistent\n}\nf", (6, "f", "ls /nonexistent")),
        ("f() {\n  false | ls /nonexistent\n}\ng() {\n  f\n}\ng", (5, "f", "ls /nonexistent")),
        ("( exit 2 )", (4, "", "( exit 2 )")),
        ("x=$(exit 2)", (4, "", "x=$(exit 2)")),
    ],
)
def test_the_stop_tells_the_command_that_failed(
    options: str, body: str, where: tuple[int, str, str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(BASH, f"{options}\n{INIT}{body}\n")

    assert ended.status == 2
    assert (ended.said[-1], ended.calls[-1].where) == ("stop 2", where)


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ("exit 3", 3, (3, "", "exit 3")),
        ("false\nexit 1  # exit 1 it is", 1, (4, "", "exit 1")),
        ("# exit 3 is the worst\nx=exit\n: ; exit 3; echo no-exit 3 exit 30", 3, (5, "", "exit 3")),
        ("f() {\n  :\n  if true; then exit 4; fi\n}\nf", 4, (5, "f", "exit 4")),
        ("eval 'ex''it 3'", 3, (3, "", "eval 'ex''it 3'")),
        ("set -u\necho $nosuch", 1, (4, "", "echo $nosuch")),
        ("set -u\nf() { if [[ -n ${nosuch} ]]; then :; fi; }\nf", 1, (4, "", "[[ -n ${nosuch} ]]")),
    ],
)
def test_after_exit_and_an_unset_variable_the_line_is_looked_for(
    body: str, status: int, where: tuple[int, str, str], stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(BASH, f"{INIT}{body}\n")

    assert ended.status == status
    assert (ended.said[-1], ended.calls[-1].where) == (f"stop {status}", where)


@pytest.mark.parametrize(
    ("body", "status", "command"),
    [
        ("[[ $nosuch ]] && exit 3\nexit 3", 3, "exit 3"),
        ("exit   3", 3, "exit 3"),
        ("rm -f script; mkfifo script; exit 3", 3, "exit 3"),
        ("cd /; exit 3", 3, "exit 3"),
        (":\n" * 5000 + "exit 3", 3, "exit 3"),
        ("exit 256", 0, ""),
    ],
)
def test_where_it_cannot_be_told_from_others_there_is_no_line(
    body: str, status: int, command: str, stand_in: standin.StandIn
) -> None:
    ended = stand_in.run([*BASH, "-c", "exec bash ./script"], f"{INIT}{body}\n")

    assert ended.status == status
    assert (ended.said[-1], ended.calls[-1].where) == (f"stop {status}", (None, "", command))


WORDS = (
    "name action signal result quote line frame number children job last lines found text before status command file"
)


def test_names_that_the_script_made_readonly_are_its_own(stand_in: standin.StandIn) -> None:
    body = f"readonly {' '.join(f'{word}=a' for word in WORDS.split())}\n{INIT}"
    traps = "trap 'echo mine' EXIT\ntrap 'echo err' ERR\ntrap 'echo int' INT\ntrap -p INT ERR\nset +e\nfalse\n"
    for end in ("exit 3\n", "f() { exit 3; }\nf\n", "kill -TERM $$\n"):
        plain = stand_in.plain(BASH, body + traps + end)
        ended = stand_in.run(BASH, body + traps + end)

        assert (ended.status, ended.stdout, ended.stderr) == (plain.status, plain.stdout, plain.stderr)
        assert ended.said[-1].startswith("stop")


@pytest.mark.parametrize("end", ["exit 3", "true"])
def test_functions_of_the_script_that_have_a_builtins_name_are_its_own(end: str, stand_in: standin.StandIn) -> None:
    own = "read() { echo mine; }\nmapfile() { echo mine; }\n"

    for script in (f"{own}{INIT}{end}\n", f"{INIT}{own}{end}\n"):
        ended = stand_in.run(BASH, script)

        assert (ended.stdout, ended.stderr, ended.said[-1]) == ("", "", f"stop {ended.status}")


@pytest.mark.parametrize(("name", "number"), [("TERM", 15), ("HUP", 1)])
def test_a_trap_that_exits_tells_of_a_signal_between_commands_of_bash(
    name: str, number: int, stand_in: standin.StandIn
) -> None:
    trap = f"trap 'exit {128 + number}' {name}\n"

    ended = stand_in.run(BASH, f"{INIT}{trap}kill -{name} $$\nfor i in 1 2 3; do :; done\n")

    assert (ended.status, ended.said) == (128 + number, ["start backup", f"stop {128 + number}"])


@pytest.mark.parametrize(
    "body",
    [
        "hume -t backup start\n",
        "hume -t backup -c counter-start begun\n",
        "hume --tags=a,b -v start\n",
        "start\nhume -L warn start\n",
    ],
)
def test_a_start_is_seen_behind_options(body: str, stand_in: standin.StandIn) -> None:
    ended = stand_in.run(BASH, 'start() { :; }\neval "$(hume shell-init bash)"\n' + body)

    assert ended.said[1:] == ["stop 0"]


@pytest.mark.parametrize(
    "body",
    [
        "hume info hello",
        "hume -t start info hello",
        "hume info start",
        "hume start --refused backup",
        "( hume start backup )",
        "hume start backup\nhume stop 3",
        "hume start backup\nhume -c counter-stop done",
        "hume start backup\nexec true",
        "hume start backup\neval \"$(hume shell-init bash)\"\ntrap 'hume stop 5' EXIT",
    ],
)
def test_what_the_script_did_not_begin_or_has_ended_is_not_stopped_for_it(body: str, stand_in: standin.StandIn) -> None:
    ended = stand_in.run(BASH, f'eval "$(hume shell-init bash)"\n{body}\n')

    assert [said for said in ended.said if said.startswith("stop")] in ([], ["stop 3"], ["stop 5"])


def test_the_scripts_own_trap_on_exit_runs_first_and_may_call_hume(stand_in: standin.StandIn) -> None:
    trap = "cleanup() {\n  hume info cleaning\n}\ntrap 'echo \"ended with $?\"; cleanup' EXIT\n"

    for text in (trap + INIT, INIT + trap):
        ended = stand_in.run(BASH, f"set -e\n{text}(exit 9)\n")

        assert (ended.status, ended.stdout) == (9, "ended with 9\n")
        assert ended.said == ["start backup", "info cleaning", "stop 9"]
        assert ended.calls[-1].where == (8, "", "( exit 9 )")


@pytest.mark.parametrize(
    ("trap", "status"),
    [
        ("rc=$?; exit $rc", 9),
        ("exit", 9),
        ("exit 4", 4),
        ("( exit 4 )", 4),
        ("set -e; f() { false; }; f; echo never", 1),
        ("set +e; false", 9),
        ("trap - EXIT; exit 3", 3),
    ],
)
def test_a_trap_that_exits_itself_is_followed_by_the_stop(trap: str, status: int, stand_in: standin.StandIn) -> None:
    ended = stand_in.run(BASH, f"{INIT}trap '{trap}' EXIT\nset -e\n(exit 9)\n")

    assert (ended.status, ended.said) == (status, ["start backup", f"stop {status}"])
    assert "never" not in ended.stdout


def test_a_subshell_neither_stops_the_run_nor_is_stopped(stand_in: standin.StandIn) -> None:
    ended = stand_in.run(
        BASH, f"{INIT}( hume info in; exit 1 )\nhume info x | cat\ny=$(hume info z)\n{{ hume info w; }} &\nwait\n:\n"
    )

    assert ended.said == ["start backup", "info in", "info x", "info z", "info w", "stop 0"]


@pytest.mark.parametrize(
    "body",
    [
        "sleep 60",
        "sleep 60 | cat",
        "f() { sleep 60; }\nf",
        "f() { sleep 60 & read -r line < <(sleep 60); }\nf",
        "sleep 60 &\nwait",
        "sleep 1 &\n( sleep 60; : )",
        "x=$(sleep 60)\n:",
        "read -r x < <(sleep 60)\n:",
    ],
)
def test_death_by_a_signal_is_no_good_end(body: str, stand_in: standin.StandIn) -> None:
    running = stand_in.start(BASH, f"{INIT}echo ready\n{body}\n")
    assert running.stdout and running.stdout.readline() == "ready\n"
    processes.wait_until(lambda: is_waiting(running.pid), "the script is inside the command")

    os.kill(running.pid, signal.SIGTERM)
    status = running.wait(timeout=30)
    os.killpg(running.pid, signal.SIGKILL)  # the sleepers, which had no part in it
    running.communicate(timeout=30)

    assert status == -signal.SIGTERM
    assert [call.said for call in stand_in.calls()] == ["start backup", "stop fail ended by a signal"]


@pytest.mark.parametrize(
    ("ignored", "before"),
    [
        ("PIPE,HUP,CHLD", ""),
        ("QUIT", "trap \"echo it's\" EXIT; trap 'echo err' ERR\n"),
        ("QUIT", "trap '' PIPE USR1\n"),
    ],
)
def test_a_signal_that_is_ignored_hides_no_death_by_another(
    ignored: str, before: str, stand_in: standin.StandIn
) -> None:
    shell = ["env", f"--ignore-signal={ignored}", *BASH]
    running = stand_in.start(shell, f"{before}{INIT}trap '' USR2; trap - URG\necho ready\nsleep 60\necho done\n")
    assert running.stdout and running.stdout.readline() == "ready\n"
    processes.wait_until(lambda: is_waiting(running.pid), "the script is inside the command")

    os.killpg(running.pid, signal.SIGTERM)
    running.communicate(timeout=30)

    assert [call.said for call in stand_in.calls()] == ["start backup", "stop fail ended by a signal"]


@pytest.mark.parametrize("action", ["exit 0", "exit 0 # it's '"])
def test_an_action_on_a_signal_that_was_set_before_is_a_good_end(action: str, stand_in: standin.StandIn) -> None:
    ended = stand_in.run(BASH, f"trap {shlex.quote(action)} TERM\n{INIT}f() {{ kill -TERM $$; sleep 60; }}\nf\n")

    assert (ended.status, ended.said) == (0, ["start backup", "stop 0"])


@pytest.mark.parametrize(
    "body", ["sleep 60\n:", "sleep 60 | cat\n:", "while :; do sleep 60; done\n:", "f() { sleep 60; }\nf"]
)
def test_an_interrupted_script_has_no_good_end(body: str, stand_in: standin.StandIn) -> None:
    running = stand_in.start(BASH, f"{INIT}echo ready\n{body}\n")
    assert running.stdout and running.stdout.readline() == "ready\n"
    processes.wait_until(lambda: is_waiting(running.pid), "the script is inside the command")

    os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does
    running.communicate(timeout=30)

    assert running.returncode == -signal.SIGINT
    assert [call.said for call in stand_in.calls()] == ["start backup", "stop fail ended by a signal"]


@pytest.mark.parametrize(
    ("body", "stop"),
    [
        ("trap 'exit 0' TERM\nf() { kill -TERM $$; sleep 60; }\nf\n", "stop 0"),
        ("sleep 60 & disown\ntrap 'kill $!' EXIT\n", "stop 0"),
        ("exec > >(cat)\necho through\n", "stop 0"),
        ("f() { exit 0; }\nf\n", "stop 0"),
        ("f() { eval 'exit 0'; }\nf\n", "stop 0"),
        ("sleep 0.1 &\n", "stop 0"),
        ("for i in 1 2; do\nsleep 0.1\ndone &\n{ [ x ]; sleep 0.1; } &\n:\n", "stop 0"),
        ("( for i in {1..20}; do /bin/true; done ) &\nexec > >(cat)\nx=$(:)\n" + "# comment\n" * 2000, "stop 0"),
        (":\n" * 9000 + "echo no end of line", "stop 0"),
        ("/bin/true\ncat <<'END' >/dev/null\nno end", "stop 0"),
    ],
)
def test_a_good_end_is_not_taken_for_a_signal(body: str, stop: str, stand_in: standin.StandIn) -> None:
    ended = stand_in.run(BASH, INIT + body)

    assert (ended.status, ended.said[-1]) == (0, stop)


def test_a_fork_in_which_the_scripts_trap_is_still_set_stops_nothing(stand_in: standin.StandIn) -> None:
    # As one that is killed before bash has reset it: a `&` and a kill of it, at once, on a busy machine.
    ended = stand_in.run(
        BASH, INIT + '(eval "$(builtin trap -p EXIT)")\n(eval "$(builtin trap -p EXIT)"; kill $BASHPID)\n:\n'
    )

    assert (ended.status, ended.said) == (0, ["start backup", "stop 0"])


def test_a_persons_shell_is_left_alone(stand_in: standin.StandIn) -> None:
    ended = stand_in.run([*BASH, "-i"], f"{INIT}trap\ntype -t trap hume\n")

    assert (ended.stdout, ended.said) == ("builtin\nfile\n", ["start backup"])


def test_where_bash_forbids_a_function_named_trap_earlier_traps_are_kept(stand_in: standin.StandIn) -> None:
    ended = stand_in.run([*BASH, "--posix"], f"trap 'echo mine; exit 4' EXIT\n{INIT}false\n")

    assert (ended.status, ended.stdout) == (4, "mine\n")


def test_with_hume_disabled_nothing_is_defined(stand_in: standin.StandIn) -> None:
    ended = stand_in.run(BASH, INIT + "type -t trap hume\n", HUME_DISABLE="1")

    assert (ended.status, ended.stdout) == (0, "builtin\nfile\n")


def test_a_trace_shows_the_script_and_not_what_is_behind_hume(stand_in: standin.StandIn) -> None:
    ended = stand_in.run(BASH, INIT + "set -x\nhume info hello\nfalse\ntrap 'echo bye' USR1\n:\n")

    shown = [line for line in ended.stderr.splitlines() if "__hume" not in line]
    assert shown == ["+ hume info hello", "+ false", "+ trap 'echo bye' USR1", "+ :"]
    assert len(ended.stderr.splitlines()) == 7  # the failure, the end, the stop


def test_a_call_costs_no_process_but_hume(stand_in: standin.StandIn) -> None:
    standin.require("strace")
    real = native.build("hume")
    body = f'eval "$({real} shell-init bash)"\nhume start a\nf() {{ hume info in; false; }}\nf\nhume flag b\n'
    script = stand_in.write(body)
    trace = stand_in.root / "trace"

    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=execve,clone,clone3,fork,vfork", "-o", str(trace), "bash", str(script)],
        env={"PATH": os.environ["PATH"], "HUME_DIR": str(stand_in.root)},
        check=True,
        timeout=60,
    )

    calls = [line.split(maxsplit=1)[1] for line in trace.read_text().splitlines()]
    assert sum(call.startswith("execve(") and "/hume" in call for call in calls) == 5  # shell-init, three, the stop
    # One fork each, and one at the start, which looks for traps that were set before.
    assert sum(call.startswith(("clone", "fork", "vfork")) for call in calls) == 6
    processes.wait_until(lambda: len(list((stand_in.root / "drop").iterdir())) == 4, "all is said")


@pytest.mark.parametrize("define", ['function exit { echo "my exit $*"; builtin exit "$@"; }', "set -o posix"])
def test_a_trap_that_exits_for_good_comes_after_the_stop(define: str, stand_in: standin.StandIn) -> None:
    script = f"{INIT}trap 'exit 4' EXIT\n{define}\nexit 2\n"
    plain, ended = stand_in.plain(BASH, script), stand_in.run(BASH, script)

    assert (ended.status, ended.stdout) == (plain.status, plain.stdout)
    assert ended.said == ["start backup", "stop 2"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("hume get --refused x", (4, "", "hume get --refused x")),
        ("f() {\n  hume get --refused 'a  b'\n}\nf", (5, "f", "hume get --refused a  b")),
        ("hume get --refused x || false", (4, "", "false")),
        ("hume get --refused x || exit 64", (4, "", "exit 64")),
        ("x=$(hume get --refused x)", (4, "", "x=$(hume get --refused x)")),
    ],
)
@pytest.mark.parametrize("options", ["set -e", "set -eE; trap : ERR", "set -e; trap : ERR", ":"])
def test_a_call_of_hume_that_failed_is_told_as_it_was_said(
    body: str, where: tuple[int, str, str], options: str, stand_in: standin.StandIn
) -> None:
    ended = stand_in.run(BASH, f"IFS=$'\\n\\t'; {options}\n{INIT}{body}\n")

    line, function, command = ended.calls[-1].where
    assert (ended.said[-1], function, command) == (f"stop {ended.status}", *where[1:])
    # In a function bash tells a trap on ERR that was there before, without set -E, of nothing.
    assert line == where[0] or (function == "f" and "E;" not in options and "trap" in options and not line)
    assert ended.calls[-1].file == "script"


@pytest.mark.parametrize("shell", ["bash --norc", "zsh -f", "dash", "mksh"])
def test_a_signal_to_all_of_the_scripts_processes_does_not_end_the_stop(shell: str, stand_in: standin.StandIn) -> None:
    name, *options = shell.split()
    stand_in.write(
        standin.PROGRAM.replace("{ printf", "case $1 in stop) kill -TERM 0 ;; esac\n{ printf", 1), "bin/hume"
    )

    ended = stand_in.run([standin.require(name), *options], f'eval "$(hume shell-init {name})"\nhume start backup\n')

    assert (ended.status, ended.said) == (0, ["start backup", "stop 0"])
