# SPDX-License-Identifier: MIT
"""Real shells and programs call the real client: which processes it takes for the script, and which for its fork.

The test build prints its events instead of handing them over. A script is started as itself, so that its process is the
one that the test started: the outermost. `hume start` behind `; :` keeps a shell from putting hume in its own place.
"""

import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from humeops.event import Event
from humeops.wire import codec
from tests.fixtures import native

NOBODY = 65534


@dataclasses.dataclass
class Told:
    """What a script made hume say, and the script's own process."""

    pid: int
    events: list[Event]

    def own(self, number: int = 0) -> tuple[int, int]:
        """Return the pids of the innermost and the outermost process of this event."""
        origin = self.events[number].origin
        return tuple(origin.chain[place][0] for place in origin.own or (0, 0))  # type: ignore[return-value]


def need(program: str) -> str:
    """Return this program's path; skip, for everybody to see, where it is missing, and fail where all are required."""
    if path := shutil.which(program):
        return path
    if os.environ.get("HUME_REQUIRE_SERVICES"):
        pytest.fail(f"{program} is not installed")
    pytest.skip(f"{program} is not installed")


def run(*command: str | pathlib.Path, cwd: pathlib.Path, typed: str = "", **environ: str) -> Told:
    """Run a command that calls $H, and return what hume said, in the order it was said."""
    env = {"PATH": os.environ["PATH"], "H": str(native.build("hume-test")), "HUME_TEST_PRINT": "1", **environ}
    program = need(str(command[0]))
    with subprocess.Popen(
        [program, *command[1:]], cwd=cwd, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        said, _ = process.communicate(typed, timeout=60)
    events = []
    while said := said.lstrip():
        _, end = json.JSONDecoder().raw_decode(said)
        events.append(codec.decode(said[:end].encode()))
        said = said[end:]
    return Told(process.pid, sorted(events, key=lambda event: event.mono))


@pytest.fixture
def job(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "job"


SHELLS = ["bash", "dash", "zsh"]
IN_A_FORK = {
    "subshell": '( "$H" start; : )',
    "subshell of a subshell": '( ( "$H" start; : ); : )',
    "pipeline": 'echo line | ( while read -r line; do "$H" start; done; : )',
    "command substitution": 'x=$("$H" start; :); echo "$x"',
    "background": '( "$H" start; : ) & wait',
    "function in a subshell": 'f() { "$H" start; }; ( f; : )',
}
IN_THE_SCRIPT = {
    "plainly": '"$H" start; :',
    "function": 'f() { "$H" start; }; f; :',
    "group": '{ "$H" start; } ; :',
    "loop": 'for i in 1; do "$H" start; done; :',
}
WRAPPED = {
    "xargs": "echo x | xargs \"$H\" start",
    "xargs and sh": """echo x | xargs -I% sh -c '"$H" start %; :'""",
    "find": 'find . -maxdepth 0 -exec "$H" start \\;',
    "timeout": 'timeout 30 "$H" start',
    "timeout of sh": """timeout 30 sh -c '"$H" start; :'""",
    "nice": 'nice -n 1 "$H" start',
    "env": 'env X=1 "$H" start',
    "nohup": 'nohup "$H" start 2>/dev/null',
    "sh": """sh -c '"$H" start; :'""",
    "bash": """bash -c '"$H" start; :'""",
    "sh in sh": """sh -c 'sh -c "\\"\\$H\\" start; :"; :'""",
    "setsid": 'setsid --wait "$H" start',
    "flock": 'flock lock "$H" start',
    "stdbuf": 'stdbuf -o0 "$H" start',
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("body", IN_A_FORK.values(), ids=IN_A_FORK.keys())
def test_a_fork_of_the_script_is_its_innermost_process(shell: str, body: str, job: pathlib.Path) -> None:
    job.write_text(f"{body}\n:\n")

    told = run(shell, job, cwd=job.parent)

    innermost, outermost = told.own()
    assert outermost == told.pid
    assert innermost == told.events[0].origin.chain[0][0] != told.pid
    assert told.events[0].origin.script == str(job)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("body", IN_THE_SCRIPT.values(), ids=IN_THE_SCRIPT.keys())
def test_what_a_shell_does_in_its_own_process_is_said_by_the_script(shell: str, body: str, job: pathlib.Path) -> None:
    job.write_text(f"{body}\n")

    told = run(shell, job, cwd=job.parent)

    assert told.own() == (told.pid, told.pid)
    assert told.events[0].origin.script == str(job)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("body", WRAPPED.values(), ids=WRAPPED.keys())
def test_a_wrapper_is_not_the_script(shell: str, body: str, job: pathlib.Path) -> None:
    need(body.split()[0]) if "|" not in body else None
    job.write_text(f"{body}\n:\n")

    told = run(shell, job, cwd=job.parent)

    (event,) = told.events
    assert event.origin.script == str(job)
    assert told.own()[1] == told.pid


@pytest.mark.parametrize("shell", SHELLS)
def test_two_runs_in_two_background_subshells_have_two_innermost_processes(shell: str, job: pathlib.Path) -> None:
    job.write_text('( "$H" start one; sleep 0.3; : ) &\n( "$H" start two; sleep 0.3; : ) &\nwait\n')

    told = run(shell, job, cwd=job.parent)

    one, two = told.own(0), told.own(1)
    assert one[0] != two[0]
    assert one[1] == two[1] == told.pid


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_that_calls_itself_is_another_script(shell: str, job: pathlib.Path) -> None:
    job.write_text(f'if [ "$INNER" ]; then "$H" start; else INNER=1 {shell} "$0"; fi\n:\n')

    told = run(shell, job, cwd=job.parent)

    innermost, outermost = told.own()
    assert innermost == outermost == told.events[0].origin.chain[0][0]
    assert told.events[0].origin.chain[1][0] == told.pid


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_is_fed_by_a_pipe_is_the_script_itself(shell: str, tmp_path: pathlib.Path) -> None:
    told = run(shell, cwd=tmp_path, typed='"$H" start mending\n( "$H" info x; : )\n:\n')

    assert told.own() == (told.pid, told.pid)
    assert [event.origin.script for event in told.events] == [need(shell)] * 2
    assert told.events[1].origin.chain[1] == told.events[0].origin.chain[0]


@pytest.mark.parametrize(
    "body",
    [
        "import os; os.system('\"$H\" start; :')",
        "import os, subprocess; subprocess.run([os.environ['H'], 'start'])",
        "import subprocess; subprocess.run('\"$H\" start; :', shell=True)",
        "import subprocess; print(subprocess.check_output('\"$H\" start; :', shell=True, text=True))",
    ],
    ids=["system", "run", "shell", "output"],
)
def test_python_calls_as_the_script_itself(body: str, job: pathlib.Path) -> None:
    job.write_text(body)

    told = run(sys.executable, "-u", job, cwd=job.parent)

    assert (told.own(), told.events[0].origin.script) == ((told.pid, told.pid), str(job))


def test_a_fork_of_python_is_its_innermost_process(job: pathlib.Path) -> None:
    job.write_text("import os\nif os.fork() == 0: os.system('\"$H\" start; :')\nelse: os.wait()")

    told = run(sys.executable, job, cwd=job.parent)

    innermost, outermost = told.own()
    assert outermost == told.pid != innermost


@pytest.mark.parametrize(
    "body", ["system('\"$H\" start; :');", "print `\"\\$H\" start; :`;", "system($ENV{H}, 'start');"]
)
def test_perl_calls_as_the_script_itself(body: str, job: pathlib.Path) -> None:
    job.write_text(body)

    told = run("perl", "-w", job, cwd=job.parent)

    assert (told.own(), told.events[0].origin.script) == ((told.pid, told.pid), str(job))


@pytest.mark.parametrize(("options", "file"), [([], "Makefile"), (["-f", "site.mk"], "site.mk")], ids=["", "-f"])
def test_make_calls_as_the_script_itself(options: list[str], file: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / file).write_text('all:\n\t@"$$H" start; :\n\t@"$$H" info x\n')

    told = run("make", *options, cwd=tmp_path)

    assert (told.own(), told.events[0].task) == ((told.pid, told.pid), file)
    assert [event.origin.script for event in told.events] == [file, file]
    assert told.events[0].origin.sha256 == hashlib.sha256((tmp_path / file).read_bytes()).hexdigest()


def test_a_start_tells_script_arguments_sum_interpreter_and_folder(job: pathlib.Path) -> None:
    job.write_text('#!/bin/bash\n"$H" start; :\n')
    job.chmod(0o755)

    (event,) = run(job, "--full", "two words", cwd=job.parent).events

    origin = event.origin
    assert (event.task, origin.script, origin.args) == ("job", str(job), ["--full", "two words"])
    assert origin.sha256 == hashlib.sha256(job.read_bytes()).hexdigest()
    assert (origin.exe, origin.cwd) == (os.path.realpath("/bin/bash"), os.path.realpath(job.parent))
    assert origin.pidns == pathlib.Path("/proc/self/ns/pid").stat().st_ino


LAUNCHER = """
import ctypes, os, subprocess
ctypes.CDLL(None).prctl(15, b"systemd", 0, 0, 0)
subprocess.run([os.environ["H"], "start", "x"])
subprocess.run([os.environ["H"], "info", "x"])
"""


def test_a_start_with_only_a_launcher_above_hangs_on_hume_itself(job: pathlib.Path) -> None:
    job.write_text(LAUNCHER)

    told = run(sys.executable, job, cwd=job.parent)

    start, word = (event.origin for event in told.events)
    assert told.own() == (start.chain[0][0],) * 2
    # What is said below a launcher begins with hume itself, as what a shell may have become.
    assert start.chain[1] == word.chain[1]
    assert (start.chain[1][0], start.args) == (told.pid, [])


def test_every_call_of_a_script_names_the_process_that_a_start_named(job: pathlib.Path) -> None:
    job.write_text(
        """"$H" start
        f() { "$H" info function; }; f
        ( "$H" info subshell; : )
        echo x | while read -r x; do "$H" info pipeline; done
        timeout 9 "$H" info timeout
        echo x | xargs "$H" info
        sh -c '"$H" info sh; :'
        "$H" stop"""
    )

    told = run("bash", job, cwd=job.parent)

    registered = told.events[0].origin.chain[0]
    assert len(told.events) == 8
    assert all(registered in event.origin.chain for event in told.events)


@pytest.mark.parametrize("prefix", ["sudo -n -u \\#65534 --preserve-env=H,HUME_TEST_PRINT", "setpriv --reuid=65534 --clear-groups"])
def test_another_user_inside_a_script_tells_the_chain_of_the_script(prefix: str, job: pathlib.Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root becomes somebody else unasked")
    need(prefix.split()[0])
    job.write_text(f'"$H" start\n{prefix} "$H" info x\n{prefix} sh -c \'"$H" info x; :\'\n:\n')

    told = run("bash", job, cwd=pathlib.Path("/"))

    registered = told.events[0].origin.chain[0]
    assert registered[0] == told.pid
    assert [registered in event.origin.chain for event in told.events] == [True] * 3
    assert [event.origin.script for event in told.events] == [str(job)] * 3


def test_a_start_of_another_user_finds_the_script_by_its_command_line(job: pathlib.Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root becomes somebody else unasked")
    become = f"{need('setpriv')} --reuid={NOBODY} --clear-groups"
    job.write_text(f'( {become} "$H" start; : )\n:\n')

    told = run("bash", job, cwd=pathlib.Path("/"))

    innermost, outermost = told.own()
    assert innermost != outermost == told.pid
    assert told.events[0].origin.exe == told.events[0].origin.sha256 == ""


def test_su_inside_a_script_is_no_script(job: pathlib.Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root becomes somebody else unasked")
    need("su")
    job.write_text("su -m root -s /bin/sh -c '\"$H\" start; :'\n:\n")

    told = run("bash", job, cwd=job.parent)

    assert (told.own(), told.events[0].origin.script) == ((told.pid, told.pid), str(job))
