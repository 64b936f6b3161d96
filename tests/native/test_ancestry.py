# SPDX-License-Identifier: MIT
"""Which of its ancestors hume takes for the script: past wrappers, up to the launcher, forks told from executions."""

import pathlib

import pytest

from humeops.event import MAX_CHAIN
from tests.native.family import BASH, OTHER_BASH, proc_of, process, said_at, say, told
from tests.native.golden import Parent


def cron() -> Parent:
    return process("/usr/sbin/CRON", "-f", comm="cron")


def shell(script: str = "/srv/job", image: list[int] | None = None) -> Parent:
    return process("/bin/bash", script, comm="job", image=image)


def code(image: list[int] | None = None) -> Parent:
    return process("/bin/sh", "-c", "hume start; echo", image=image)


WRAPPERS = """timeout env nice ionice chrt taskset nohup setsid stdbuf xargs parallel find sudo su doas runuser setpriv
chroot unshare nsenter flock time strace ltrace chpst softlimit systemd-inhibit hume"""
LAUNCHERS = """cron crond CROND anacron fcron atd systemd init sshd sshd-session dropbear runsv s6-supervise
supervisord containerd-shim docker-init tini dumb-init"""


@pytest.mark.parametrize("name", WRAPPERS.split())
def test_a_wrapper_is_not_the_script(name: str) -> None:
    origin = told([process(f"/usr/bin/{name}", "5", "hume", "start"), shell()])

    assert (origin.script, origin.own) == ("/srv/job", (1, 1))


@pytest.mark.parametrize("name", ["parallel", "unbuffer", "catchsegv", "chronic"])
def test_a_wrapper_that_an_interpreter_runs_is_not_the_script(name: str) -> None:
    origin = told([process("/usr/bin/perl", f"/usr/bin/{name}", "hume", "start"), shell()])

    assert (origin.script, origin.own) == ("/srv/job", (1, 1))


@pytest.mark.parametrize("path", ["/srv/find", "./time", "/opt/flock"])
def test_a_script_that_has_the_name_of_a_wrapper_is_a_script(path: str) -> None:
    assert told([shell(path), shell("/srv/outer")]).script == path


@pytest.mark.parametrize(
    "command_line",
    [
        ("sh", "-c", "x"),
        ("/bin/bash", "-euo", "pipefail", "-c", "x", "name"),
        ("-zsh", "-lc", "x"),
        ("busybox", "sh", "-c", "x"),
        ("fish", "-c", "x"),
    ],
    ids=" ".join,
)
def test_a_shell_with_code_is_some_programs_way_to_run_a_command(command_line: tuple[str, ...]) -> None:
    origin = told([process(*command_line), process("python3", "/srv/job.py")])

    assert (origin.script, origin.own) == ("/srv/job.py", (1, 1))


@pytest.mark.parametrize(
    "shell",
    [("/bin/bash",), ("/bin/bash", "-e"), ("dash", "-eu"), ("zsh", "-o", "pipefail"), ("ksh",), ("busybox", "sh")],
    ids=" ".join,
)
@pytest.mark.parametrize("above", [shell("/srv/outer"), cron()], ids=["a script", "cron"])
def test_a_shell_that_reads_what_was_sealed_is_the_script_whose_path_it_is_given(
    shell: tuple[str, ...], above: Parent
) -> None:
    event = say([process(*shell, "-c", ". /proc/self/fd/100", "./job.sh", "-c", "x"), process("hume", "run"), above])

    origin = event.origin
    assert (event.task, origin.script, origin.own) == ("job.sh", "./job.sh", None)
    assert (origin.args, origin.sha256) == (["-c", "x"], "")  # what lies at the path is not what was read


def test_a_subshell_of_what_was_sealed_is_a_fork_of_the_script() -> None:
    one, other = (process("bash", "-c", ". /proc/self/fd/100", "./job.sh", image=BASH) for _ in range(2))

    assert told([one, other, process("hume", "run"), shell(image=BASH)]).own == (0, 1)


@pytest.mark.parametrize("name", ["find", "time", "parallel", "chronic"])
def test_a_signed_script_that_has_the_name_of_a_wrapper_is_a_script(name: str) -> None:
    assert told([process("sh", "-c", ". /proc/self/fd/100", name), shell("/srv/outer")]).script == name


@pytest.mark.parametrize(
    "words",
    [
        (". /proc/self/fd/100",),
        (". /proc/self/fd/100; hume start", "./job.sh"),
        (". /proc/self/fd/100 ", "./job.sh"),
        (". /proc/self/fd/x", "./job.sh"),
        (" . /proc/self/fd/100", "./job.sh"),
        (". /proc/7/fd/100", "./job.sh"),
        (". ./lib.sh", "./job.sh"),
    ],
    ids=" ".join,
)
def test_other_code_that_reads_a_file_remains_code(words: tuple[str, ...]) -> None:
    assert told([process("bash", "-c", *words), shell("/srv/outer")]).script == "/srv/outer"


def test_where_the_sealed_copys_path_is_an_open_file_the_shell_is_the_script() -> None:
    origin = told([process("/bin/bash", "-c", ". /proc/self/fd/100", "/dev/fd/63"), shell("/srv/outer")])

    assert (origin.script, origin.own) == ("/bin/bash", None)


def test_perl_that_is_given_such_code_is_itself_the_script() -> None:
    assert told([process("perl", "-e", ". /proc/self/fd/100")]).script == "perl"


@pytest.mark.parametrize("name", LAUNCHERS.split())
def test_a_shell_with_code_that_a_launcher_started_is_the_script(name: str) -> None:
    origin = told([code(), process(name), process("above")])

    assert (origin.script, origin.own) == ("/bin/sh", None)


def test_a_shell_with_code_above_which_nothing_shows_is_the_script() -> None:
    assert told([process("timeout", "5", "hume"), code()]).own == (1, 1)


def test_a_fork_of_a_shell_with_code_that_a_launcher_started_is_of_the_script() -> None:
    assert told([code(BASH), code(BASH), cron()]).own == (0, 1)


def test_where_there_are_only_wrappers_the_nearest_stands_for_the_script() -> None:
    origin = told([process("timeout", "5", "hume", "start"), process("flock", "lock", "timeout"), cron()])

    assert (origin.script, origin.own) == ("timeout", None)
    assert origin.args == ["5", "hume", "start"]


def test_a_launcher_is_never_the_script() -> None:
    assert told([process("nice", "hume", "start"), cron(), process("cron")]).own is None


def test_a_launcher_that_calls_hume_itself_is_the_nearest_there_is() -> None:
    origin = told([process("/lib/systemd/systemd", comm="systemd")])

    assert (origin.script, origin.own) == ("/lib/systemd/systemd", None)


@pytest.mark.parametrize("name", LAUNCHERS.split())
def test_the_chain_ends_with_the_launcher(name: str) -> None:
    origin = told([shell(), process(name), process("above")], "info", "x")

    assert [pid for pid, _ in origin.chain] == [1000, 999]


def test_with_its_tree_the_chain_goes_on_above_the_launcher() -> None:
    origin = told([shell(), process("cron"), process("above")], "-a", "info", "x")

    assert [pid for pid, _ in origin.chain] == [1000, 999, 998]
    assert origin.tree == ["job", "cron", "above"]


def test_the_chain_has_at_most_sixty_four_places() -> None:
    origin = told([shell() for _ in range(MAX_CHAIN + 6)])

    assert len(origin.chain) == MAX_CHAIN


def test_the_chain_ends_where_a_pid_was_used_again() -> None:
    child, reused = shell(), shell("/srv/unrelated")
    child.start, reused.start = 500, 501

    assert [start for _, start in told([child, reused]).chain] == [500]


def test_a_circle_of_parents_ends() -> None:
    one, other = shell(), shell()
    one.pid, other.pid = 7, 8
    with proc_of([one, other]) as folder:
        stat = pathlib.Path(folder, "8", "stat")
        stat.write_text(stat.read_text().replace(" S 0 ", " S 7 ").replace(" 999 ", " 1000 "))

        origin = said_at(pathlib.Path(folder), 7, "info", "x").origin

    assert origin.chain == [(7, 1000), (8, 1000)] * (MAX_CHAIN // 2)


def test_events_but_a_start_tell_no_own_processes() -> None:
    assert told([process("timeout", "5", "hume"), shell()], "info", "x").own is None


def test_a_subshell_is_a_fork_of_the_script() -> None:
    assert told([shell(image=BASH), shell(image=BASH), shell(image=BASH), shell("/srv/outer")]).own == (0, 2)


def test_a_script_that_calls_itself_is_no_fork_of_itself() -> None:
    assert told([shell(image=BASH), shell(image=OTHER_BASH)]).own is None


def test_a_fork_that_gave_itself_another_command_line_is_a_fork() -> None:
    assert told([process("worker 3", image=BASH), process("python3", "/srv/job.py", image=BASH)]).own == (0, 1)


@pytest.mark.parametrize(
    ("child", "parent"), [([], []), (BASH, []), ([], BASH)], ids=["both", "the parent's", "the child's"]
)
def test_where_places_in_memory_are_hidden_equal_command_lines_make_a_fork(child: list[int], parent: list[int]) -> None:
    assert told([shell(image=child), shell(image=parent), shell("/srv/outer")]).own == (0, 1)


def test_an_empty_command_line_equals_none() -> None:
    nameless = Parent(pid=0, start=0, comm="x", command_line=[])

    assert told([nameless, Parent(pid=0, start=0, comm="x", command_line=[])]).own is None


def test_a_launcher_of_which_the_caller_is_a_fork_is_not_its_outermost_process() -> None:
    assert told([process("supervisord", comm="worker", image=BASH), process("supervisord", image=BASH)]).own is None


@pytest.mark.parametrize(
    ("arguments", "script"),
    [
        ([], "Makefile"),
        (["deploy", "-j4"], "Makefile"),
        (["-f", "site.mk"], "site.mk"),
        (["-fsite.mk", "x"], "site.mk"),
        (["-skf", "site.mk"], "site.mk"),
        (["-Cfolder", "x"], "Makefile"),
        (["-C", "folder", "--file=site.mk"], "site.mk"),
        (["--file", "site.mk"], "site.mk"),
        (["--makefile=site.mk"], "site.mk"),
        (["-f", "a.mk", "-f", "b.mk"], "b.mk"),
        (["-f"], "Makefile"),
        (["--filename"], "Makefile"),
        (["--", "-f", "x"], "Makefile"),
    ],
    ids=" ".join,
)
def test_the_script_of_make_is_its_file(arguments: list[str], script: str) -> None:
    origin = told([process("/usr/bin/make", *arguments)])

    assert (origin.script, origin.args) == (script, arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-s", "3"],
        ["-es", "--", "--full"],
        ["/dev/fd/63"],
        ["-e", "/dev/stdin", "x"],
        ["/proc/self/fd/5"],
        ["-", "/dev/fd/3"],
    ],
    ids=" ".join,
)
def test_a_shell_that_reads_no_file_of_a_name_is_itself_the_script(arguments: list[str]) -> None:
    event = told([process("/bin/bash", *arguments)])

    assert (event.script, event.args) == ("/bin/bash", arguments)


@pytest.mark.parametrize("arguments", [["-", "x"], ["-u", "-"], ["/dev/fd/63", "x"]], ids=" ".join)
def test_another_interpreter_that_reads_no_file_of_a_name_is_itself_the_script(arguments: list[str]) -> None:
    assert told([process("python3", *arguments)]).script == "python3"


@pytest.mark.parametrize("arguments", [["-", "/srv/job"], ["-e", "-o", "posix", "/srv/job"], ["--posix", "/srv/job"]])
def test_to_a_shell_a_lone_dash_ends_its_options(arguments: list[str]) -> None:
    assert told([process("bash", *arguments)]).script == "/srv/job"


@pytest.mark.parametrize(
    ("command_line", "arguments"),
    [
        (["bash", "-e", "/srv/job", "-x", "two words", ""], ["-x", "two words", ""]),
        (["/usr/local/bin/job", "--full"], ["--full"]),
        (["busybox", "sh", "/srv/job", "x"], ["x"]),
        (["python3", "-m", "reports.nightly", "x"], ["x"]),
        (["bash"], []),
    ],
    ids=" ".join,
)
def test_arguments_are_what_follows_the_script(command_line: list[str], arguments: list[str]) -> None:
    assert told([process(*command_line)]).args == arguments


def test_only_a_start_tells_arguments() -> None:
    assert told([process("bash", "/srv/job", "x")], "info", "x").args == []
