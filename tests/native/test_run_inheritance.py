# SPDX-License-Identifier: MIT
"""`hume run`: what the command inherits is the caller's, all of it and no more."""

import os
import pathlib
import pty
import subprocess
import termios

import pytest

from tests.native.conftest import Caller, both_builds
from tests.native.running import PYTHON, began_and_ended

pytestmark = both_builds


def test_the_command_inherits_the_callers_descriptors_and_none_of_humes(hume: Caller) -> None:
    lent = os.open("/dev/null", os.O_RDONLY)
    list_them = [PYTHON, "-c", "import os; print(sorted(int(n) for n in os.listdir('/proc/self/fd'))[:-1])"]
    try:
        plain = subprocess.run(list_them, capture_output=True, pass_fds=[lent], check=True, timeout=60)
        through = subprocess.run(
            [str(hume.program), "run", "--lock", "l", *list_them],
            env=hume.environment(),
            capture_output=True,
            pass_fds=[lent],
            check=True,
            timeout=60,
        )
    finally:
        os.close(lent)

    assert through.stdout == plain.stdout


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-", "1>&- 2>&-"])
def test_a_stream_that_was_closed_is_closed_for_the_command(closed: str, hume: Caller) -> None:
    look = f"seen=; for n in 0 1 2; do [ -e /proc/$$/fd/$n ] && seen=$seen$n; done; echo $seen >{hume.root}/seen; exit 1"

    subprocess.run(
        ["sh", "-c", f"exec {hume.program} run -- sh -c '{look}' {closed}"],
        env=hume.environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )

    wanted = "".join(n for n in "012" if f"{n}>&-" not in closed and f"{n}<&-" not in closed)
    assert (hume.root / "seen").read_text() == f"{wanted}\n"
    assert began_and_ended(hume)[1].status == 1


def test_the_terminals_settings_stay(hume: Caller) -> None:
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        command = [str(hume.program), "run", "true"]
        subprocess.run(command, env=hume.environment(), stdin=theirs, stdout=theirs, stderr=theirs, check=True, timeout=60)

        assert termios.tcgetattr(theirs) == before
        assert os.get_blocking(theirs)
    finally:
        os.close(ours)
        os.close(theirs)


def test_what_was_handed_to_hume_alone_is_not_passed_on(hume: Caller) -> None:
    env = hume.environment(LINENO="7", HUME_FILE="f", HUME_FUNCTION="g", HUME_COMMAND="c", HUME_TAGS="t", LINENOS="8")

    done = hume.run("run", "env", env=env)

    names = {line.partition(b"=")[0] for line in done.stdout.splitlines()}
    assert names == {b"PATH", b"HUME_DIR", b"HUME_TAGS", b"LINENOS"}


def test_environment_and_folder_are_the_callers(hume: Caller, tmp_path: pathlib.Path) -> None:
    done = subprocess.run(
        [hume.program, "run", "sh", "-c", "pwd; env | sort; umask"],
        env=hume.environment(A="b"),
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )
    plain = subprocess.run(
        ["sh", "-c", "pwd; env | sort; umask"],
        env=hume.environment(A="b"),
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == plain.stdout
