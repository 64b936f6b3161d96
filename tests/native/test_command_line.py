# SPDX-License-Identifier: MIT
"""What a script writes and what it gets back: exit statuses, nothing on standard output, the nearest right spelling."""

import os
import pathlib
import shutil
import subprocess

import pytest

from humeops.event import Event
from tests.native.conftest import Caller


def say(hume: Caller, *words: str, **env: str) -> Event:
    """Say something that must be stored, and return it."""
    done = hume.run("--strict", *words, env=hume.environment(**env))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return hume.dropped()[-1]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--tsak", "x", "start"], "no option '--tsak'; did you mean --task?"),
        (["info", "x", "--stirct"], "no option '--stirct'; did you mean --strict?"),
        (["info", "x", "-task", "y"], "no option '-task'; did you mean --task?"),
        (["info", "x", "--strict=yes"], "no option '--strict=yes'; did you mean --strict?"),
        (["info", "x", "-Q"], "no option '-Q' (hume --help lists them; text that begins with a dash goes after --)"),
        (["wran", "disk"], "no verb 'wran'; did you mean warn?"),
        (["strat"], "no verb 'strat'; did you mean start?"),
        (["info"], "info needs a text: hume info TEXT"),
        (["--warn"], "warn needs a text: hume warn TEXT"),
        (["flag"], "flag needs a name: hume flag NAME [MESSAGE]"),
        (["set"], "set needs something to set: hume set KEY=VALUE..."),
        (["set", "key"], "set 'key': it is written KEY=VALUE"),
        (["progress"], "progress needs the share that is done: hume progress 50, or 3/12"),
        (["progress", "half"], "progress 'half': it is written 50, 50% or 3/12"),
        (["progress", "-5"], "progress '-5': it is written 50, 50% or 3/12"),
        (["progress", "3/0"], "progress '3/0': it is written 50, 50% or 3/12"),
        (["progress", "3/"], "progress '3/': it is written 50, 50% or 3/12"),
        (["progress", "5."], "progress '5.': it is written 50, 50% or 3/12"),
        (["progress", "1e2"], "progress '1e2': it is written 50, 50% or 3/12"),
        (["progress", "50%%"], "progress '50%%': it is written 50, 50% or 3/12"),
        (["info", "x", "--every", "1d"], "--every belongs to hume start"),
        (["start", "x", "--grace", "long"], "--grace 'long': a span of time up to 100 years, such as 90, 15m, 26h, 7d"),
        (["info", "x", "--host", "a b"], "--host 'a b': no name of a host, such as web1.example.net"),
        (["info", "x", "--host", "a:b"], "--host 'a:b': no name of a host, such as web1.example.net"),
        (["set", "=1"], "set '=1': it is written KEY=VALUE"),
        (["set", "a=1", "="], "set '=': it is written KEY=VALUE"),
        (["info", "x", "-x", "key"], "-x 'key': it is written KEY=VALUE"),
        (["info", "x", "-t"], "--task: its value is missing"),
        (["stop", "256"], "stop 256: an exit status is 0 to 255"),
        (["stop", "-1"], "stop -1: an exit status is 0 to 255"),
        (["stop", "fial"], "no outcome 'fial'; did you mean fail?"),
        (["stop", "0x1"], "no outcome '0x1': an exit status, ok, warn or fail, then a message"),
        (["stop", "done"], "no outcome 'done': an exit status, ok, warn or fail, then a message"),
        (["info", "x", "--deadline", "0"], "--deadline '0': milliseconds, 1 to 60000"),
        (["set", "a=1", "--ttl", "soon"], "--ttl 'soon': a span of time up to 100 years, such as 90, 15m, 26h, 7d"),
        (["info", "x", "--ttl", "1h"], "--ttl and --unit belong to hume set"),
        (["info", "x", "--print-run"], "--print-run belongs to hume start"),
        (
            ["info", "x", "--warn"],
            "'--warn' beside the verb 'info': one of them is too many (a level is given with -L)",
        ),
        ([], "usage: hume start|info|ok|warn|error|flag|progress|set|stop ...   (hume --help)"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_wrong_usage_is_64_and_one_line_and_nothing_stored(words: list[str], complaint: str, hume: Caller) -> None:
    done = hume.run(*words)

    assert (done.returncode, done.stdout) == (64, b"")
    assert done.stderr.decode() == f"hume: {complaint}\n"
    assert hume.dropped() == []


@pytest.mark.parametrize(("options", "status"), [([], 0), (["--strict"], 65)])
def test_a_level_that_does_not_exist_is_unacceptable(options: list[str], status: int, hume: Caller) -> None:
    done = hume.run("info", "-L", "wran", "x", *options)

    assert (done.returncode, done.stderr) == (status, b"hume: NOT stored: no level 'wran', did you mean warn?\n")
    assert hume.dropped() == []


def test_strict_may_be_set_in_the_environment(hume: Caller) -> None:
    on, off = (hume.run("info", "-L", "no", "x", env=hume.environment(HUME_STRICT=value)) for value in "10")

    assert (on.returncode, off.returncode) == (65, 0)


@pytest.mark.parametrize(
    ("words", "level"),
    [
        (["debug", "x"], "debug"),
        (["--info", "x"], "info"),
        (["--ok=x"], "ok"),
        (["warning", "x"], "warning"),
        (["--error", "x"], "error"),
        (["--critical", "x"], "critical"),
    ],
)
def test_levels_have_two_spellings(words: list[str], level: str, hume: Caller) -> None:
    event = say(hume, *words)

    assert (event.kind, event.level, event.message) == ("log", level, "x")


@pytest.mark.parametrize("text", ["-1 degrees", "--- done ---", "-", "-rw-r--r-- is wrong", "- a point"])
def test_text_that_is_no_option_is_text(text: str, hume: Caller) -> None:
    assert say(hume, "info", text).message == text


def test_behind_two_dashes_everything_is_text(hume: Caller) -> None:
    assert say(hume, "info", "--", "--strict", "-t", "x").message == "--strict -t x"


def test_options_may_stand_anywhere_and_be_joined(hume: Caller) -> None:
    event = say(hume, "-tnightly", "flag", "-Ta,b", "half", "-xn=1", "way", "there")

    assert (event.task, event.tags, event.flag, event.data, event.message) == (
        "nightly",
        ["a", "b"],
        "half",
        {"n": 1},
        "way there",
    )


@pytest.mark.parametrize(
    ("words", "outcome", "status", "message"),
    [
        ([], "ok", None, ""),
        (["0"], "ok", 0, ""),
        (["1", "broken"], "failed", 1, "broken"),
        (["255"], "failed", 255, ""),
        (["ok", "fine"], "ok", None, "fine"),
        (["warning"], "warning", None, ""),
        (["fail", "no", "space"], "failed", None, "no space"),
        (["all done"], "ok", None, "all done"),
        (["all", "done"], "ok", None, "all done"),
        (["FAIL"], "failed", None, ""),
        (["failure"], "failed", None, ""),
        (["error"], "failed", None, ""),
        (["critical", "disk"], "failed", None, "disk"),
        (["Success"], "ok", None, ""),
        ([""], "ok", None, ""),
    ],
)
def test_stop_reads_its_status(words: list[str], outcome: str, status: int | None, message: str, hume: Caller) -> None:
    event = say(hume, "stop", *words)

    assert (event.outcome, event.status, event.message) == (outcome, status, message)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("15m", 900), ("26h", 93_600), ("1w", 604_800), ("1h30m", 5400)]
)
def test_a_time_to_live_is_written_as_people_do(text: str, seconds: int, hume: Caller) -> None:
    assert say(hume, "set", "key=1", "--ttl", text).ttl == seconds


@pytest.mark.parametrize(
    ("word", "progress"),
    [
        ("50", (50, 100)),
        ("12.5%", (12.5, 100)),
        ("3/12", (3, 12)),
        ("0.5/1", (0.5, 1)),
        ("0", (0, 100)),
    ],
)
def test_progress_reads_its_share(word: str, progress: tuple[float, float], hume: Caller) -> None:
    event = say(hume, "progress", word, "of it")

    assert (event.kind, event.progress, event.message) == ("progress", progress, "of it")


@pytest.mark.parametrize(("words", "task"), [([], ""), (["mail"], "mail"), (["-t", "mail", "hello"], "mail")])
def test_ping_names_a_task_or_none(words: list[str], task: str, hume: Caller) -> None:
    event = say(hume, "ping", *words)

    assert (event.kind, event.task, event.message) == ("ping", task, "hello" if "hello" in words else "")


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_where_a_run_begins_and_ends_is_stored_although_it_may_be_lost(verb: str, hume: Caller) -> None:
    assert say(hume, verb, "--lossy").kind == verb


@pytest.mark.parametrize("trace", ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "no trace", "0" * 65, ""])
def test_only_a_trace_is_recorded_as_one(trace: str, hume: Caller) -> None:
    event = say(hume, "info", "x", TRACEPARENT=trace)

    assert event.origin.traceparent == (trace if len(trace) == 55 else "")


def test_the_tree_is_that_of_the_processes(hume: Caller) -> None:
    event = say(hume, "-a", "info", "x")

    own = pathlib.Path(f"/proc/{os.getpid()}/stat").read_text()
    assert event.origin.tree[0] == own[own.index("(") + 1 : own.rindex(")")]
    assert len(event.origin.tree) >= 2


def test_empty_names_break_no_script(hume: Caller) -> None:
    script = f"""{hume.program} --strict start "$unset" && {hume.program} --strict flag "$unset" && true"""
    path = hume.root / "nightly.sh"
    path.write_text(script)

    subprocess.run(["sh", "-e", str(path)], env=hume.environment(), check=True, timeout=60)

    start, flag = hume.dropped()
    assert (start.task, flag.flag, flag.cut) == ("nightly.sh", "_", ["flag"])


def test_the_parent_is_the_script_with_its_start_time(hume: Caller) -> None:
    path = hume.root / "report.sh"
    path.write_text(f'echo $$; LINENO=$LINENO "{hume.program}" --strict info x; true\n')

    done = subprocess.run(["bash", str(path)], env=hume.environment(), check=True, capture_output=True, timeout=60)

    (event,) = hume.dropped()
    assert event.origin.script == str(path)
    assert event.origin.line == 1
    assert event.task == ""
    assert event.origin.chain[0][0] == int(done.stdout)
    assert event.boot == pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@pytest.mark.parametrize("variable", ["HUME_TASK", "HUME_TASKNAME"])
def test_the_task_may_be_set_in_the_environment(variable: str, hume: Caller) -> None:
    assert say(hume, "info", "x", **{variable: "nightly"}).task == "nightly"
    assert say(hume, "info", "x", "-t", "other", **{variable: "nightly"}).task == "other"


def test_start_can_print_its_run(hume: Caller) -> None:
    done = hume.run("start", "nightly", "--print-run")

    (event,) = hume.dropped()
    assert done.stdout.decode() == f"{event.id}\n"
    assert event.run is None


def test_start_prints_its_run_even_when_it_could_not_be_stored(hume: Caller) -> None:
    hume.drop.write_text("")

    done = hume.run("start", "nightly", "--print-run")

    assert (done.returncode, len(done.stdout)) == (0, 37)


@pytest.mark.parametrize("words", [["info", "x"], ["start", "--print-run"], ["stop", "1"], ["set", "wrong"]])
def test_disabled_every_verb_succeeds_and_does_nothing(words: list[str], hume: Caller) -> None:
    done = hume.run(*words, env=hume.environment(HUME_DISABLE="1"))

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert hume.dropped() == []


def test_a_deadline_in_the_environment_that_is_none_is_told(hume: Caller) -> None:
    done = hume.run("info", "x", env=hume.environment(HUME_DEADLINE="soon"))

    assert done.returncode == 0
    assert done.stderr == b"hume: HUME_DEADLINE 'soon': milliseconds, 1 to 60000; 200 it is\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_no_harm(closed: str, hume: Caller) -> None:
    environ = hume.environment(HUME=str(hume.program))

    done = subprocess.run(["sh", "-c", f'"$HUME" -v info x {closed}'], env=environ, check=False, timeout=60)

    assert done.returncode == 0
    assert len(hume.dropped()) == 1


def test_version_is_that_of_the_package(hume: Caller) -> None:
    pyproject = (pathlib.Path(__file__).parents[2] / "pyproject.toml").read_text()

    version = hume.run("--version").stdout.decode().split()[1]

    assert f'version = "{version}"' in pyproject


def test_an_error_in_the_command_line_cannot_steer_a_terminal(hume: Caller) -> None:
    done = hume.run(b"info", b"x", b"--\x1b[2J\x9b\n")

    assert not any(byte < 0x20 or byte >= 0x7F for byte in done.stderr[:-1])


def test_the_program_is_small_and_static(hume: Caller) -> None:
    if not shutil.which("musl-gcc") or hume.program.name != "hume":
        pytest.skip("not the program as installed where musl-gcc is")

    assert hume.program.stat().st_size < 100_000
    assert b"ld-musl" not in hume.program.read_bytes()


def test_a_reader_who_left_does_not_end_it(hume: Caller) -> None:
    said = hume.root / "status"
    script = f"(sleep 0.1; {hume.program} info x -v 2>&1; echo $? >{said}) | true"

    subprocess.run(["sh", "-c", f"{script}; sleep 0.3"], env=hume.environment(), check=True, timeout=20)

    assert said.read_text() == "0\n"


def test_a_limit_on_the_size_of_files_is_an_error_and_not_the_end(hume: Caller) -> None:
    command = ["sh", "-c", f"ulimit -f 0; {hume.program} info x"]

    done = subprocess.run(command, env=hume.environment(), capture_output=True, check=False, timeout=20)

    assert done.returncode == 0
    assert done.stderr.startswith(b"hume: NOT stored: ")
