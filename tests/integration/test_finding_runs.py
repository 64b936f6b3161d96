# SPDX-License-Identifier: MIT
"""Nothing is handed along: whatever a script calls, what is said belongs to the run that the script began.

Real shells and programs, the real client, humed, central. `; :` keeps a shell from putting a program in its own place.
"""

import pathlib
import shutil
import sys
from collections.abc import Iterator

import pytest

from tests.fixtures import processes, scene, standin

SHELLS = ["bash", "dash", "zsh"]
IN_A_SHELL = {
    "a function": 'f() { "$H" info said; }; f',
    "a subshell": '( "$H" info said; : )',
    "a subshell of a subshell": '( ( "$H" info said; : ); : )',
    "a pipeline": 'echo line | while read -r line; do "$H" info said; done',
    "a command substitution": 'x=$("$H" info said; echo "$x")',
    "the background": '"$H" info said & wait',
}
THROUGH = {
    "xargs": 'echo said | xargs "$H" info',
    "find": 'find . -maxdepth 0 -exec "$H" info said \\;',
    "timeout": 'timeout 30 "$H" info said',
    "nice": 'nice -n 1 "$H" info said',
    "sh -c": """sh -c '"$H" info said; :'""",
    "sh -c in sh -c": """sh -c 'sh -c "\\"\\$H\\" info said; :"; :'""",
    "setsid": 'setsid --wait "$H" info said',
    "env -i": 'env -i HUME_DIR="$HUME_DIR" "$H" info said',
    "make": "printf 'all:\\n\\t@\"$$H\" info said; :\\n' >one.mk; make -s -f one.mk",
    "python": """python3 -c 'import os; os.system("\\"$H\\" info said; :")'""",
    "perl": """perl -e 'system(q("$H" info said; :))'""",
}


@pytest.fixture(scope="module")
def stage() -> Iterator[scene.Scene]:
    with scene.scene() as made:
        yield made


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("body", IN_A_SHELL.values(), ids=IN_A_SHELL)
def test_what_a_shell_does_by_itself_belongs_to_its_run(body: str, shell: str, stage: scene.Scene) -> None:
    job = stage.write(f'"$H" start\n{body}\n"$H" stop\n')

    story = stage.play(standin.require(shell), job)

    assert story.said("said").run == story.started("job").id
    assert story.started("job").state == "ok"


@pytest.mark.parametrize("body", THROUGH.values(), ids=THROUGH)
def test_what_a_script_calls_belongs_to_its_run(body: str, stage: scene.Scene) -> None:
    job = stage.write(f'"$H" start\n{body}\n"$H" stop\n')

    story = stage.play("bash", job)

    assert (story.said("said").run, story.said("said").task) == (story.started("job").id, "job")


PYTHON = """
import os, subprocess
hume = os.environ["H"]
os.system('"$H" start')
os.system('"$H" info system; :')
subprocess.run([hume, "info", "run"], check=True)
subprocess.run('"$H" info shell; :', shell=True, check=True)
if os.fork() == 0:
    os.execv(hume, [hume, "info", "fork"])
os.wait()
subprocess.Popen([hume, "stop"]).wait()
"""
PERL = """
system($ENV{H}, 'start');
system($ENV{H}, 'info', 'system');
system('"$H" info shell; :');
my $x = `"\\$H" info run; :`;
if (fork == 0) { exec $ENV{H}, 'info', 'fork'; } wait;
system($ENV{H}, 'stop');
"""
MAKE = 'all: one\n\t@"$$H" info shell; :\n\t@"$$H" stop\none:\n\t@"$$H" start\n\t@"$$H" info system\n\t@"$$H" info run\n\t@("$$H" info fork; :)\n'


@pytest.mark.parametrize(
    ("command", "text"),
    [([sys.executable], PYTHON), (["perl", "-w"], PERL), (["make", "-s", "-f"], MAKE)],
    ids=["python", "perl", "make"],
)
def test_scripts_that_are_no_shell_have_runs_too(command: list[str], text: str, stage: scene.Scene) -> None:
    job = stage.write(text)

    story = stage.play(standin.require(command[0]), *command[1:], job)

    assert {event.run for event in story.events} == {story.started("job").id}
    assert {event.message for event in story.events} >= {"system", "run", "shell", "fork"}
    assert story.started("job").state == "ok"


def test_two_runs_in_two_background_subshells_keep_what_is_theirs(stage: scene.Scene) -> None:
    body = """half() {
        "$H" start "$1"
        f() { "$H" info "$1 in a function"; }; f "$1"
        echo | while read -r x; do "$H" info "$1 in a pipeline"; done
        sleep 0.2
        "$H" stop "$2"
    }
    half one 0 & half two 3 & wait
    "$H" info after
    """

    story = stage.play("bash", stage.write(body))

    for task, state in (("one", "ok"), ("two", "failed")):
        run = story.started(task)
        assert run.state == state
        assert [event.run for event in story.events if event.message.startswith(task)] == [run.id, run.id]


def test_a_subshells_last_command_in_its_place_stops_the_subshells_own_run(stage: scene.Scene) -> None:
    half = '( "$H" start {0}; sleep 0.{1}; "$H" info "in {0}"; "$H" stop {2} ) &'
    job = stage.write(f"{half.format('former', 3, 0)}\n{half.format('latter', 7, 3)}\nwait\n")

    story = stage.play("dash", job)

    for task, state in (("former", "ok"), ("latter", "failed")):
        run = story.started(task)
        assert (run.state, run.parent) == (state, "")
        assert story.said(f"in {task}").run == run.id


@pytest.mark.parametrize("launcher", ["cron", "systemd"])
def test_a_shell_that_becomes_its_last_word_stops_its_run_right_below_a_launcher(
    launcher: str, stage: scene.Scene, tmp_path: pathlib.Path
) -> None:
    called = tmp_path / launcher
    shutil.copy(standin.require("bash"), called)
    body = f'bash -c "$H start {launcher}-job; sleep 0.2; $H flag half; $H stop 3" & wait'

    story = stage.play(str(called), "-c", body)

    run = story.started(f"{launcher}-job")
    assert (run.state, run.reason) == ("failed", "exit 3, after half")


@pytest.mark.parametrize("shell", SHELLS)
def test_a_part_that_dies_without_a_word_takes_nothing_of_the_script(shell: str, stage: scene.Scene) -> None:
    body = """"$H" start whole
    for i in 1 2 3; do
        ( "$H" start "part-$i"; "$H" info "work $i"; [ "$i" = 2 ] && exit 7; "$H" stop; : ) &
    done
    wait
    ( "$H" start silent; false ) || "$H" warn "one part failed"
    "$H" flag later
    "$H" stop
    """

    story = stage.play(standin.require(shell), stage.write(body))

    runs = [story.started(name).id for name in ("whole", "part-1", "part-2", "part-3", "silent")]
    _wait_for_states(stage, runs, ["warning", "ok", "lost", "ok", "lost"])
    assert story.said("one part failed").run == story.started("whole").id


def test_a_part_that_dies_without_a_word_is_lost_while_the_script_goes_on(stage: scene.Scene) -> None:
    body = '( "$H" start part; "$H" info said; : )\necho "$?"\nread -r go\n"$H" info -t part after\n'
    script = stage.begin("bash", stage.write(body))
    assert script.stdout is not None
    assert script.stdout.readline() == "0\n"

    part = stage.heard().started("part").id
    _wait_for_states(stage, [part], ["lost"])
    script.communicate("go\n", timeout=60)

    assert stage.heard().said("after").run == ""


def _wait_for_states(stage: scene.Scene, runs: list[str], states: list[str]) -> None:
    known: list[str] = []

    def are_known() -> bool:
        held = stage.heard().runs
        known[:] = [held[run].state for run in runs]
        return known == states

    processes.wait_until(are_known, f"the runs are {states}", 20)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("begin", ['run=$("$H" start job)', "run=$(begin)", '"$H" start job | cat', "begin | cat"])
def test_a_script_may_begin_its_run_in_a_command_substitution_or_a_pipeline(
    begin: str, shell: str, stage: scene.Scene
) -> None:
    job = stage.write(f'begin() {{ "$H" start job; : ; }}\n{begin}\n"$H" info said\n"$H" stop\n')

    story = stage.play(standin.require(shell), job)

    assert story.said("said").run == story.started("job").id
    assert story.started("job").state == "ok"


def test_a_script_that_runs_several_times_at_once_has_as_many_runs(stage: scene.Scene) -> None:
    job = stage.write('"$H" start\nread -r go\n( "$H" info "by $1"; : )\n"$H" stop "$1"\n')
    scripts = [stage.begin("bash", job, str(number)) for number in range(5)]

    for script in reversed(scripts):
        script.communicate("go\n", timeout=60)
    story = stage.heard()

    runs = [story.said(f"by {number}").run for number in range(5)]
    assert len(set(runs)) == 5
    assert [story.runs[run].state for run in runs] == ["ok", "failed", "failed", "failed", "failed"]


def test_a_script_called_by_another_has_a_run_of_its_own_within_it(stage: scene.Scene) -> None:
    stage.write('#!/bin/sh\n"$H" start\n"$H" info within\n"$H" stop 1\n', "inner")
    job = stage.write('"$H" start outer\n./inner\n"$H" info after\ntimeout 9 ./inner\n"$H" stop\n')

    story = stage.play("bash", job)

    outer = story.started("outer")
    inner = {event.id for event in story.events if event.kind == "start"} - {outer.id}
    assert {event.run for event in story.events if event.message == "within"} == inner
    assert [story.runs[run].parent for run in inner] == [outer.id] * 2
    assert (story.said("after").run, outer.state, outer.parent) == (outer.id, "ok", "")


def test_a_script_that_calls_itself_is_a_run_within_the_run(stage: scene.Scene) -> None:
    job = stage.write('"$H" start "depth$1"\n[ "$1" = 2 ] || bash "$0" $(($1 + 1))\n"$H" info "in $1"\n"$H" stop\n')

    story = stage.play("bash", job, "0")

    runs = [story.started(f"depth{number}") for number in range(3)]
    assert [story.said(f"in {number}").run for number in range(3)] == [run.id for run in runs]
    assert [run.parent for run in runs] == ["", runs[0].id, runs[1].id]


def test_a_failing_line_is_explained(stage: scene.Scene) -> None:
    job = stage.write('set -euo pipefail\neval "$("$H" shell-init bash)"\nhume start\nf() {\n  ( exit 3 )\n}\nf\n')
    script = stage.begin("bash", job)

    script.communicate(timeout=60)
    run = stage.heard().started("job")

    assert (script.returncode, run.state) == (3, "failed")
    assert "exit 3 at line 5" in run.reason
    assert "( exit 3 )" in run.reason


def test_with_no_run_anywhere_an_event_is_its_tasks(stage: scene.Scene) -> None:
    story = stage.play("bash", "-c", '"$H" info -t lonely "nobody began"; :')

    event = story.said("nobody began")
    assert (event.task, event.run, event.link) == ("lonely", "", "")


def test_another_task_than_the_runs_is_not_the_runs(stage: scene.Scene) -> None:
    story = stage.play(
        "bash", stage.write('"$H" start one\n"$H" info -t two other\n"$H" info -t one same\n"$H" stop\n')
    )

    assert (story.said("other").task, story.said("other").run) == ("two", "")
    assert story.said("same").run == story.started("one").id


def test_the_file_a_script_is_read_from_may_be_a_pipe(stage: scene.Scene, tmp_path: pathlib.Path) -> None:
    script = stage.begin("bash")

    script.communicate('"$H" start fed\n( "$H" info said; : )\n"$H" stop\n', timeout=60)
    story = stage.heard()

    assert story.said("said").run == story.started("fed").id
