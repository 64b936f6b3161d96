# SPDX-License-Identifier: MIT
"""What a script's surroundings may do to hume, and it still stores the event and lets the script go on.

Elsewhere: text of all kinds (test_golden), closed streams (test_command_line), read-only and full disks (test_drop).
"""

import contextlib
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

import pytest

from humeops.event import MAX_DATA, MAX_MESSAGE, MAX_TAGS, Event
from humeops.wire import codec, dropfile
from tests.fixtures import native
from tests.native.conftest import Answer, Caller, Router, stored

RouterStart = Callable[[Answer], Router]
NOBODY = 65534
LONGEST_SOCKET_PATH = 107
# One argument's limit in Linux, its NUL included (MAX_ARG_STRLEN).
LONGEST_ARGUMENT = 131_072


def only(hume: Caller) -> Event:
    (event,) = hume.dropped()
    return event


def strictly(hume: Caller, *words: str | bytes, env: dict[str, str] | None = None) -> None:
    done = hume.run("--strict", *words, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# -- what is given ---------------------------------------------------------------------------------------------------


def test_control_characters_are_kept_in_text_and_mended_in_names(hume: Caller) -> None:
    every = "".join(map(chr, range(1, 32))) + "\x7f\x85\x9b"

    strictly(hume, "flag", f"a{every}b", "--", f"x{every}")

    event = only(hume)
    assert event.message == f"x{every}"
    assert event.flag == "a" + "_" * len(every) + "b"
    assert event.cut == ["flag"]


def test_bytes_that_are_not_utf8_are_replaced(hume: Caller) -> None:
    strictly(hume, "info", b"caf\xe9 \xff\xfe", "-t", b"t\xc0\xafk", "-T", b"\xf0\x9f", "-x", b"k\x80=v\x80")

    event = only(hume)
    assert event.message == "caf\ufffd \ufffd\ufffd"
    assert (event.task, event.tags, event.data) == ("t\ufffd\ufffdk", ["\ufffd"], {"k\ufffd": "v\ufffd"})


def test_empty_arguments_are_no_reason_to_fail(hume: Caller) -> None:
    strictly(hume, "info", "", "-t", "", "-T", "", "-x", "=", "--host", "h", "--run", "")

    assert only(hume).message == ""


def test_enormous_arguments_are_cut(hume: Caller) -> None:
    longest = "é" * (LONGEST_ARGUMENT // 2 - 1)

    strictly(hume, "flag", longest, longest, "-t", longest, "-T", longest, "-x", f"k={longest[:-8]}", "--", longest)

    event = only(hume)
    assert len(event.message) == MAX_MESSAGE
    assert event.cut == ["task", "message", "tags", "data", "flag"]


def test_ten_thousand_tags_and_data_are_cut_to_the_limit(hume: Caller) -> None:
    many = [f"--tags=tag{number}" for number in range(10_000)] + [f"-xkey{number}={number}" for number in range(10_000)]

    done = hume.run("--strict", "info", "x", *many)

    assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)
    event = only(hume)
    assert (len(event.tags), len(event.data), event.cut) == (MAX_TAGS, MAX_DATA, ["tags", "data"])


def test_ten_thousand_tags_in_one_argument_are_too(hume: Caller) -> None:
    strictly(hume, "info", "x", "-T", ",".join(f"tag{number}" for number in range(10_000)))

    assert only(hume).tags == [f"tag{number}" for number in range(MAX_TAGS)]


def test_ten_thousand_wrong_options_are_one_complaint_and_no_wait(hume: Caller) -> None:
    begun = time.monotonic()

    done = hume.run("info", "x", *[f"--tsak{number}" for number in range(10_000)])

    assert done.returncode == 64
    assert done.stderr.count(b"\n") == 1
    assert time.monotonic() - begun < 10


# -- what is around ----------------------------------------------------------------------------------------------------


def test_an_unknown_locale_changes_nothing(hume: Caller) -> None:
    locale = {"LC_ALL": "xx_YY.KOI8-R", "LANG": "tlh", "LC_NUMERIC": "de_DE.UTF-8"}

    strictly(hume, "set", "half=0.5", "text=ä", env=hume.environment(**locale))

    assert only(hume).data == {"half": 0.5, "text": "ä"}


def test_without_home_and_without_a_place_it_is_told(hume: Caller) -> None:
    env = dict.fromkeys(("HUME_TEST_RUN_FOLDER", "HUME_TEST_DROP_FOLDER", "HUME_TEST_PASSWD"), "/nonexistent")

    done = subprocess.run(
        [native.build("hume-test"), "info", "x"], env=env, capture_output=True, check=False, timeout=60
    )

    assert done.returncode == 0
    assert done.stderr.startswith(b"hume: NOT stored: ")
    assert done.stderr.count(b"\n") == 1


def test_without_an_environment_at_all_a_systems_humed_is_found(hume: Caller, router: RouterStart) -> None:
    """Cron's: `env -i` is less than any cron gives."""
    server = router(stored)
    folders = {"HUME_TEST_RUN_FOLDER": str(hume.root), "HUME_TEST_DROP_FOLDER": str(hume.drop)}

    done = subprocess.run(
        [
            "/usr/bin/env",
            "-i",
            *(f"{name}={value}" for name, value in folders.items()),
            native.build("hume-test"),
            "info",
            "x",
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert [codec.decode(message).message for message in server.heard] == ["x"]


@pytest.mark.parametrize("argv", ["", "b''"], ids=["none", "empty"])
def test_called_without_a_name_of_its_own_it_says_how_it_is_used(argv: str, hume: Caller) -> None:
    # Python's own execve does not let such a thing be done.
    script = (
        "import ctypes; texts = lambda *given: (ctypes.c_char_p * (len(given) + 1))(*given, None)\n"
        f"ctypes.CDLL(None).execve({os.fsencode(hume.program)!r}, texts({argv}), texts())"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (64, b"")
    assert done.stderr.startswith(b"hume: usage: ")


@pytest.mark.parametrize("seconds", ["-1", "-2208988800", "-9223372036854775808"])
def test_a_clock_before_1970_says_0(seconds: str, hume: Caller) -> None:
    # The kernel does not let such a clock be set, so the test build reads one.
    done = subprocess.run(
        [native.build("hume-test"), "--strict", "info", "-t", "t", "x"],
        env=hume.environment(HUME_TEST_WALL_SECONDS=seconds),
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    event = only(hume)
    assert event.time == 0
    assert event.id.startswith("00000000-0000-7")


@pytest.mark.parametrize("wall", ["0", "18446744073709551615"], ids=["before 1970", "too far"])
def test_a_clock_gone_mad_stores_an_event_that_humed_takes_or_refuses(wall: str, hume: Caller) -> None:
    env = hume.environment(HUME_TEST_WALL_NS=wall)
    done = subprocess.run(
        [native.build("hume-test"), "info", "x"], env=env, capture_output=True, check=False, timeout=60
    )

    (path,) = hume.drop.iterdir()
    assert (done.returncode, done.stderr) == (0, b"")
    assert dropfile.unpack(path.read_bytes()).startswith(b'{"v":1,"id":"')
    if wall == "0":
        assert only(hume).time == 0


@contextlib.contextmanager
def folder_of_length(length: int) -> Iterator[pathlib.Path]:
    """Give a folder under which `humed.sock` has a path of this length."""
    with tempfile.TemporaryDirectory(prefix="hume-", dir="/tmp") as root:
        folder = pathlib.Path(root, "x" * (length - len(root) - len("//humed.sock")))
        folder.mkdir()
        yield folder


def test_a_socket_path_of_107_bytes_is_used(hume: Caller) -> None:
    with folder_of_length(LONGEST_SOCKET_PATH) as folder:
        path = folder / "humed.sock"
        assert len(str(path)) == LONGEST_SOCKET_PATH
        server = Router(path, stored)
        try:
            done = hume.run(
                "--strict", "-v", "--deadline", "5000", "info", "x", env=hume.environment(HUME_DIR=str(folder))
            )
        finally:
            server.close()

    # Its pid file is not there, so it is a quick try: a busy machine may drop the event, but not for the path's sake.
    assert done.returncode == 0
    assert done.stderr.startswith((b"hume: stored by humed", b"hume: humed does not"))


def test_a_socket_path_of_108_bytes_counts_as_not_there(hume: Caller) -> None:
    with folder_of_length(LONGEST_SOCKET_PATH + 1) as folder:
        done = hume.run("--strict", "-v", "info", "x", env=hume.environment(HUME_DIR=str(folder)))

        assert len(list((folder / "drop").iterdir())) == 1
    assert done.returncode == 0
    assert done.stderr.startswith(b"hume: there is no socket; left in the drop folder")


# -- who calls, and how ------------------------------------------------------------------------------------------------


def test_two_hundred_at_once_are_all_stored(hume: Caller, router: RouterStart) -> None:
    server = router(stored)
    env = hume.environment(HUME_DEADLINE="10000")

    running = [subprocess.Popen([hume.program, "--strict", "info", str(number)], env=env) for number in range(200)]

    assert {process.wait(timeout=60) for process in running} == {0}
    heard = {codec.decode(message).message for message in server.heard}
    assert heard | {event.message for event in hume.dropped()} == {str(number) for number in range(200)}


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_called_from_a_signal_trap_it_reports(shell: str, hume: Caller) -> None:
    path = hume.root / "trapped.sh"
    path.write_text(
        'trap \'"$HUME" --strict warn "got TERM"; exit 3\' TERM\n'
        "trap '\"$HUME\" --strict stop $?' EXIT\n"
        '"$HUME" --strict start; kill -TERM $$; sleep 30\n'
    )

    done = subprocess.run([shell, str(path)], env=hume.environment(HUME=str(hume.program)), check=False, timeout=60)

    assert done.returncode == 3
    assert [
        (event.kind, event.message or event.status) for event in sorted(hume.dropped(), key=lambda event: event.mono)
    ] == [
        ("start", None),
        ("log", "got TERM"),
        ("stop", 3),
    ]


def test_signals_that_the_caller_ignores_or_blocks_change_nothing(hume: Caller) -> None:
    def deaf() -> None:
        every = set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}
        signal.pthread_sigmask(signal.SIG_BLOCK, every)

    done = subprocess.run(
        [hume.program, "--strict", "info", "x"],
        env=hume.environment(),
        preexec_fn=deaf,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert only(hume).message == "x"


def test_limits_on_memory_files_and_processes_are_no_obstacle(hume: Caller) -> None:
    script = 'ulimit -v 4096 -n 10 -u 1 2>/dev/null || true; ulimit -n 10; ulimit -s 256; exec "$HUME" --strict info x'

    done = subprocess.run(
        ["sh", "-c", script], env=hume.environment(HUME=str(hume.program)), capture_output=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert only(hume).message == "x"


@pytest.fixture
def everybodys(hume: Caller) -> Caller:
    """A system's installation, which others may use: a drop folder of mode 3777 and a program they can reach."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can be somebody else (with setpriv)")
    hume.root.chmod(0o755)
    hume.drop.mkdir()
    hume.drop.chmod(0o3777)
    program = hume.root / "hume"
    shutil.copy(native.build("hume-test"), program)
    hume.program = program
    return hume


def as_nobody(hume: Caller, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", str(hume.program), *words]
    env = {"HUME_TEST_RUN_FOLDER": str(hume.root), "HUME_TEST_DROP_FOLDER": str(hume.drop), "PATH": os.environ["PATH"]}
    return subprocess.run(command, env=env, cwd="/", capture_output=True, check=False, timeout=60)


def test_another_user_leaves_his_events_in_the_systems_drop_folder(everybodys: Caller) -> None:
    done = as_nobody(everybodys, "--strict", "info", "x")

    (path,) = everybodys.drop.iterdir()
    assert (done.returncode, done.stderr) == (0, b"")
    assert path.stat().st_uid == NOBODY
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_gid == everybodys.drop.stat().st_gid  # setgid: humed's group reads it
    assert only(everybodys).message == "x"


def test_another_user_speaks_to_the_systems_humed(everybodys: Caller, router: RouterStart) -> None:
    server = router(stored)
    everybodys.socket.chmod(0o777)

    done = as_nobody(everybodys, "--strict", "info", "x")

    assert (done.returncode, done.stderr) == (0, b"")
    assert len(server.heard) + len(everybodys.dropped()) == 1


def test_another_user_who_may_not_write_anywhere_is_told(everybodys: Caller) -> None:
    everybodys.drop.chmod(0o755)

    done = as_nobody(everybodys, "--strict", "info", "x")

    assert done.returncode == 75
    assert b"NOT stored" in done.stderr
    assert b"Permission denied" in done.stderr
