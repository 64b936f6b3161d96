# SPDX-License-Identifier: MIT
"""`hume run`: what is said of a command, and how hume ends: as the command did."""

import os
import signal
import subprocess

import pytest

from tests.native.conftest import Caller, both_builds
from tests.native.running import PYTHON, began_and_ended

pytestmark = both_builds


@pytest.mark.parametrize("status", [0, 1, 77, 255])
def test_it_ends_with_the_status_of_the_command(status: int, hume: Caller) -> None:
    done = hume.run("run", "--", "sh", "-c", f"exit {status}")

    _, ended = began_and_ended(hume)
    assert (done.returncode, done.stdout, done.stderr) == (status, b"", b"")
    assert (ended.status, ended.outcome) == (status, "failed" if status else "ok")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGSEGV, signal.SIGRTMIN])
def test_it_dies_of_the_signal_that_ended_the_command(number: signal.Signals, hume: Caller) -> None:
    done = hume.run("run", "--", "sh", "-c", f"kill -{int(number)} $$")

    _, ended = began_and_ended(hume)
    assert done.returncode == -number
    assert (ended.signal, ended.status, ended.outcome) == (number, 128 + number, "failed")


def test_a_shell_shows_128_and_the_signal(hume: Caller) -> None:
    script = f"{hume.program} run -- sh -c 'kill -TERM $$'; echo $?"

    done = subprocess.run(["sh", "-c", script], env=hume.environment(), capture_output=True, check=False, timeout=60)

    assert done.stdout == b"143\n"


@pytest.mark.parametrize(
    ("command", "status", "why"),
    [
        ("/nonexistent/program", 127, "No such file or directory"),
        ("no-such-program", 127, "No such file or directory"),
        ("", 127, "No such file or directory"),
        ("/etc/passwd", 126, "Permission denied"),
        ("/", 126, "Permission denied"),
    ],
)
def test_what_cannot_be_run_is_told_as_a_shell_tells_it(command: str, status: int, why: str, hume: Caller) -> None:
    done = hume.run("run", "-t", "task", "--", command)

    _, ended = began_and_ended(hume)
    assert done.returncode == status
    assert done.stderr.decode() == f"hume: can't run '{command}': {why}\n"
    assert (ended.status, ended.outcome, ended.message) == (status, "failed", f"could not be run: {why}")


def test_a_command_that_ends_with_127_by_itself_could_be_run(hume: Caller) -> None:
    hume.run("run", "--", "sh", "-c", "exit 127")

    assert began_and_ended(hume)[1].message == ""


def test_a_script_without_an_interpreter_is_one_of_sh(hume: Caller) -> None:
    script = hume.root / "plain"
    script.write_text('echo "$0 $1"; exit 4\n')
    script.chmod(0o755)

    done = hume.run("run", str(script), "a b")

    assert (done.returncode, done.stdout.decode()) == (4, f"{script} a b\n")


def test_a_program_is_found_on_path_past_what_may_not_be_run(hume: Caller) -> None:
    first, second = hume.root / "first", hume.root / "second"
    for folder, mode in ((first, 0o644), (second, 0o755)):
        folder.mkdir()
        (folder / "tool").write_text("#!/bin/sh\necho found\n")
        (folder / "tool").chmod(mode)
    env = hume.environment(PATH=f"/nonexistent:{first}:{second}:{os.environ['PATH']}")

    assert hume.run("run", "tool", env=env).stdout == b"found\n"
    assert hume.run("run", "tool", env=hume.environment(PATH=str(first))).returncode == 126


@pytest.mark.parametrize(
    ("words", "task", "script"),
    [
        (["true"], "true", "true"),
        (["/bin/true"], "true", "/bin/true"),
        (["bash", "/srv/no-such/nightly.sh", "-v"], "nightly.sh", "/srv/no-such/nightly.sh"),
        (["-t", "mine", "--", "bash", "/srv/no-such/nightly.sh"], "mine", "/srv/no-such/nightly.sh"),
        (["sh", "-c", "true"], "sh", "sh"),
    ],
    ids=" ".join,
)
def test_the_task_is_named_after_the_script_the_command_runs(
    words: list[str], task: str, script: str, hume: Caller
) -> None:
    hume.run("run", *words)

    begun, ended = began_and_ended(hume)
    assert (begun.task, ended.task, begun.origin.script) == (task, task, script)


def test_the_arguments_after_the_command_are_the_commands(hume: Caller) -> None:
    done = hume.run("run", "printf", "%s|", "--", "-t", "--help", "--timeout", "x", "")

    assert done.stdout == b"--|-t|--help|--timeout|x||"


def test_dashes_are_needed_only_before_a_command_that_begins_with_one(hume: Caller) -> None:
    assert hume.run("run", "-t", "a", "--", "printf", "x").stdout == b"x"
    assert hume.run("run", "--task=a", "printf", "--", "x").stdout == b"x"
    assert hume.run("-t", "a", "run", "printf", "x").stdout == b"x"
    assert hume.run("run", "--", "--", "x").returncode == 127


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "run needs a command: hume run [OPTIONS] -- COMMAND..."),
        (["--tiemout", "2h", "--", "true"], "no option '--tiemout'; did you mean --timeout?"),
        (["--timeout", "soon", "--", "true"], "--timeout 'soon': a span of time up to 100 years, such as 90, 15m, 26h, 7d"),
        (["--output", "maybe", "--", "true"], "--output 'maybe': fail, always or never"),
        (["--lock", "a/b", "--", "true"], "--lock 'a/b': a name of up to 64 characters, with no : / , = in it"),
        (["--lock", "", "--", "true"], "--lock '': a name of up to 64 characters, with no : / , = in it"),
        (["--ttl", "1h", "--", "true"], "--ttl and --unit belong to hume set"),
        (["--print-run", "--", "true"], "--print-run belongs to hume start"),
        (["-L", "wrong", "--", "true"], "NOT stored: no level 'wrong': debug,"),
        (["--timeout"], "--timeout: its value is missing"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_runs_nothing(words: list[str], complaint: str, hume: Caller) -> None:
    done = hume.run("run", *words)

    assert done.returncode == 64
    assert done.stderr.decode().startswith(f"hume: {complaint}")
    assert hume.dropped() == []


@pytest.mark.parametrize("option", ["--timeout=1h", "--kill-after=1s", "--lock=x", "--lock-wait=1s", "--output=never"])
def test_its_options_belong_to_no_other_verb(option: str, hume: Caller) -> None:
    done = hume.run("start", option)

    assert done.returncode == 64
    assert done.stderr.decode() == f"hume: {option.partition('=')[0]} belongs to hume run\n"


def test_what_it_declares_goes_with_the_start(hume: Caller) -> None:
    hume.run("run", "--every", "1d", "--grace=1h", "--owner", "dba", "-x", "k=1", "-T", "a", "--", "true")

    begun, ended = began_and_ended(hume)
    assert begun.expect == {"every": "1d", "grace": "1h", "owner": "dba"}
    assert begun.data == {"k": 1}
    assert "k" not in ended.data
    assert begun.tags == ["a"]


def test_the_run_is_registered_by_humes_own_process(hume: Caller) -> None:
    with subprocess.Popen([hume.program, "run", "--", "true"], env=hume.environment()) as process:
        process.wait(timeout=60)

    begun, ended = began_and_ended(hume)
    assert begun.origin.chain[0][0] == process.pid
    assert begun.origin.chain[1][0] == os.getpid()
    assert begun.origin.own in (None, (0, 0))
    assert ended.origin.chain == begun.origin.chain


def test_time_memory_and_disk_traffic_are_data_of_the_run(hume: Caller) -> None:
    work = f"b = bytearray(50_000_000); open({str(hume.root / 'f')!r}, 'wb').write(b)\nx = sum(range(3_000_000))"

    hume.run("run", "--", PYTHON, "-c", work)

    data = began_and_ended(hume)[1].data
    assert set(data) == {"wall_s", "user_s", "system_s", "peak_rss_bytes", "read_bytes", "written_bytes"}
    assert 0 < float(data["user_s"]) + float(data["system_s"]) <= 2 * float(data["wall_s"]) + 0.1
    assert int(data["peak_rss_bytes"]) > 50_000_000


def test_switched_off_the_command_takes_humes_place(hume: Caller) -> None:
    script = 'echo "$PPID $HUME_DISABLE"; exit 5'

    done = hume.run("run", "-t", "x", "--lock", "l", "--", "sh", "-c", script, env=hume.environment(HUME_DISABLE="1"))

    assert (done.returncode, done.stdout.decode()) == (5, f"{os.getpid()} 1\n")
    assert hume.dropped() == []


def test_switched_off_a_missing_command_is_still_127(hume: Caller) -> None:
    done = hume.run("run", "no-such-program", env=hume.environment(HUME_DISABLE="1"))

    assert (done.returncode, done.stderr) == (127, b"hume: can't run 'no-such-program': No such file or directory\n")


def test_a_task_where_the_command_belongs_is_told_how_it_is_named(hume: Caller) -> None:
    done = hume.run("run", "backup", "--", "true")
    assert done.returncode == 127
    assert done.stderr.decode().endswith("; a task is named with -t: hume run -t TASK -- COMMAND\n")


@pytest.fixture
def nowhere(hume: Caller) -> dict[str, str]:
    """An environment in which no event can be stored."""
    file = hume.root / "file"
    file.touch()
    return hume.environment(HUME_SPOOL=str(file))


def test_the_command_runs_when_nothing_can_be_stored(nowhere: dict[str, str], hume: Caller) -> None:
    done = hume.run("run", "printf", "x", env=nowhere)

    assert (done.returncode, done.stdout) == (0, b"x")
    assert done.stderr.count(b"NOT stored") == 2


@pytest.mark.parametrize(("status", "told"), [(0, 75), (3, 3)])
def test_strictly_a_success_that_was_not_stored_is_told(
    status: int, told: int, nowhere: dict[str, str], hume: Caller
) -> None:
    done = hume.run("run", "--strict", "--", "sh", "-c", f"echo done; exit {status}", env=nowhere)

    assert (done.returncode, done.stdout) == (told, b"done\n")


def test_children_that_nobody_waits_for_do_not_hide_how_the_command_ended(hume: Caller) -> None:
    ignoring = ["env", "--ignore-signal=CHLD", str(hume.program), "run", "--", "sh", "-c", "exit 9"]

    done = subprocess.run(ignoring, env=hume.environment(), capture_output=True, check=False, timeout=60)

    assert done.returncode == 9
